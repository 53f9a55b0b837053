import type { EngineSession } from "../../process/session.ts";
import { call, caseWhen, column, inList, isNull, literal, not, type Query, type Relation, type SelectItem } from "../../sql/index.ts";
import { type ColumnType, proveTypes } from "../csv/prove-types.ts";
import { fitsReading, plainNumber, type Reading, readingShape, TEXT_READING, withoutTokens } from "./reading.ts";
import { DATE_STYLES, NULL_TOKENS, NUMBER_STYLES } from "./styles.ts";

/** Ways of reading are many, and only planning to try them all takes long: a glance at few values rules out nearly all of them. */
const GLANCE_ROWS = 100;
/** No text that can be read as anything is longer. */
const GLANCE_CHARS = 64;
const SAMPLE_ROWS = 20_000;
const COLUMNS_PER_QUERY = 25;

/** A column whose texts are to be read, and what may be made of them. */
export interface TextColumn {
  readonly key: string;
  readonly proof: "any" | "dates" | "none";
  /** The decimal sign a person named, for values that could have either. */
  readonly decimal?: "." | ",";
}

/** How a column is read, and other ways that a person could choose. */
export interface ColumnReading {
  readonly reading: Reading;
  /** Some value is written differently from how its type is printed. */
  readonly isNormalized: boolean;
  /** Readings that fit every value as well, none of which could be preferred. */
  readonly alternatives: readonly Reading[];
}

/** A reading that has yet to be tried on all rows. Numbers are first taken for any decimal and then typed closer. */
interface Candidate {
  readonly reading: Reading;
  readonly needsNumberType: boolean;
}

const ALL_TOKENS = [...NULL_TOKENS];

const CANDIDATES: readonly Candidate[] = [
  ...NUMBER_STYLES.map(
    (number): Candidate => ({ reading: { type: { kind: "decimal", precision: 38, scale: 19 }, nullTokens: ALL_TOKENS, number }, needsNumberType: true }),
  ),
  ...DATE_STYLES.map(({ format, kind }): Candidate => ({ reading: { type: { kind }, nullTokens: ALL_TOKENS, format }, needsNumberType: false })),
];

/** What every text that fits a candidate looks like. */
const LOOKS = new Map(CANDIDATES.map((candidate) => [candidate, new RegExp(`^(${readingShape(candidate.reading)})$`)]));

interface Open {
  readonly column: TextColumn;
  readonly candidates: readonly Candidate[];
}

interface TokenFacts {
  /** The one token of the column, or null when there is none or several. */
  readonly token: string | null;
  readonly hasTokens: boolean;
  readonly hasNulls: boolean;
}

async function holding(session: EngineSession, from: Relation, open: readonly Open[]): Promise<readonly Open[]> {
  const left: Open[] = [];
  for (let at = 0; at < open.length; at += COLUMNS_PER_QUERY) {
    const batch = open.slice(at, at + COLUMNS_PER_QUERY);
    const items = batch.flatMap(({ column: { key }, candidates }): SelectItem[] =>
      candidates.map(({ reading }, index) => ({
        expression: call("all_true", fitsReading(column(key), { ...reading, nullTokens: [] })),
        as: `${key}_${index}`,
      })),
    );
    if (items.length === 0) continue;
    // Tokens are taken out once here: within each way's own condition they would make the statement many times as long.
    const texts = batch.map(({ column: { key } }): SelectItem => ({ expression: withoutTokens(column(key), ALL_TOKENS), as: key }));
    const query: Query = { kind: "select", items, from: { kind: "query", query: { kind: "select", items: texts, from } } };
    const { rows } = await session.run({ kind: "query", query });
    let place = 0;
    for (const { column: own, candidates } of batch) {
      const kept = candidates.filter(() => rows[0]?.[place++] !== false);
      if (kept.length > 0) left.push({ column: own, candidates: kept });
    }
  }
  return left;
}

/** Leaves out what the first values of a column rule out by how they look. */
async function glance(session: EngineSession, from: Relation, all: readonly Open[]): Promise<readonly Open[]> {
  const items = all.map(({ column: { key } }): SelectItem => ({ expression: call("left", column(key), literal(GLANCE_CHARS)), as: key }));
  const { rows } = await session.run({ kind: "query", query: { kind: "select", items, from, limit: GLANCE_ROWS } });
  const isToken = (value: string): boolean => (ALL_TOKENS as readonly string[]).includes(value);
  return all.flatMap(({ column: own, candidates }, index): readonly Open[] => {
    const values = rows.flatMap((row) => (row[index] === null || isToken(String(row[index])) ? [] : [String(row[index])]));
    const kept = candidates.filter((candidate) => values.every((value) => LOOKS.get(candidate)?.test(value) === true));
    return kept.length === 0 ? [] : [{ column: own, candidates: kept }];
  });
}

/** The ways of reading that fit every row. */
async function holdingEverywhere(session: EngineSession, from: Relation, all: readonly Open[]): Promise<readonly Open[]> {
  if (all.length === 0) return all;
  const likely = await glance(session, from, all);
  if (likely.length === 0) return likely;
  const items = likely.map(({ column: { key } }): SelectItem => ({ expression: column(key), as: key }));
  const open = await holding(session, { kind: "query", query: { kind: "select", items, from, limit: SAMPLE_ROWS } }, likely);
  return holding(session, from, open);
}

/** Which null tokens and how many values the columns have. Columns without any other value are left out. */
async function tokenFacts(session: EngineSession, from: Relation, keys: readonly string[]): Promise<ReadonlyMap<string, TokenFacts>> {
  const facts = new Map<string, TokenFacts>();
  for (let at = 0; at < keys.length; at += COLUMNS_PER_QUERY) {
    const batch = keys.slice(at, at + COLUMNS_PER_QUERY);
    const items = batch.flatMap((key): SelectItem[] => {
      const token = caseWhen([{ when: inList(column(key), ALL_TOKENS.map(literal)), then: column(key) }], literal(null));
      return [
        { expression: call("min", token), as: `${key}_min` },
        { expression: call("max", token), as: `${key}_max` },
        { expression: call("count_if", isNull(column(key))), as: `${key}_nulls` },
        { expression: call("count_if", not(isNull(withoutTokens(column(key), ALL_TOKENS)))), as: `${key}_values` },
      ];
    });
    const { rows } = await session.run({ kind: "query", query: { kind: "select", items, from } });
    for (const [index, key] of batch.entries()) {
      const [min, max, nulls, values] = rows[0]?.slice(index * 4, index * 4 + 4) ?? [];
      if (Number(values ?? 0) === 0) continue;
      facts.set(key, { token: min === max && typeof min === "string" ? min : null, hasTokens: min !== null, hasNulls: Number(nulls) > 0 });
    }
  }
  return facts;
}

/** The texts of columns as plain numbers or without tokens, so that the ordinary proof can be made of them. */
const prepared = (from: Relation, readings: ReadonlyMap<string, Reading>): Relation => ({
  kind: "query",
  query: {
    kind: "select",
    items: [...readings].map(([key, { nullTokens, number }]): SelectItem => {
      const own = withoutTokens(column(key), nullTokens);
      return { expression: number === undefined ? own : plainNumber(own, number), as: key };
    }),
    from,
  },
});

async function typesOf(session: EngineSession, from: Relation, readings: ReadonlyMap<string, Reading>): Promise<ReadonlyMap<string, ColumnType>> {
  const keys = [...readings.keys()];
  if (keys.length === 0) return new Map();
  const types = await proveTypes(session, prepared(from, readings), keys);
  return new Map(keys.map((key, index) => [key, types[index] as ColumnType]));
}

/** A token may stand for null where that loses nothing: it is the only one, and no value is missing otherwise. */
const isTellingToken = (facts: TokenFacts): boolean => facts.token !== null && !facts.hasNulls;

/** The readings that differ in what they make of the values: `1/2/2024` by day or by month, `1,234` by comma or by group. */
function choose(open: Open, settledDecimal: "." | "," | undefined): { readonly chosen: Candidate | undefined; readonly others: readonly Candidate[] } {
  const [first, ...rest] = open.candidates;
  if (first === undefined) return { chosen: undefined, others: [] };
  const decimals = new Set(open.candidates.map(({ reading }) => reading.number?.decimal));
  const isOneMeaning = first.reading.number !== undefined ? decimals.size === 1 : rest.length === 0;
  if (isOneMeaning) return { chosen: first, others: [] };
  const settled = settledDecimal === undefined ? undefined : open.candidates.find(({ reading }) => reading.number?.decimal === settledDecimal);
  if (settled !== undefined) return { chosen: settled, others: [] };
  // Of ways to write numbers that differ only in a sign between groups that is not there, one is enough.
  const isFirstOfItsDecimal = ({ reading }: Candidate, index: number): boolean =>
    reading.number === undefined || open.candidates.findIndex((other) => other.reading.number?.decimal === reading.number?.decimal) === index;
  return { chosen: undefined, others: open.candidates.filter(isFirstOfItsDecimal) };
}

/** The way numbers are written where columns of the file leave no doubt, if they all agree. */
function settledDecimalOf(open: readonly Open[]): "." | "," | undefined {
  const sure = open.flatMap((item) => choose(item, undefined).chosen?.reading.number?.decimal ?? []);
  return new Set(sure).size === 1 ? sure[0] : undefined;
}

const withTokens = (reading: Reading, facts: TokenFacts | undefined): Reading => ({ ...reading, nullTokens: facts?.token == null ? [] : [facts.token] });

/** Types numbers of a style as closely as plain ones. */
async function closer(session: EngineSession, from: Relation, wanted: ReadonlyMap<string, Reading>): Promise<ReadonlyMap<string, Reading>> {
  const numbers = new Map([...wanted].filter(([, reading]) => reading.number !== undefined));
  const types = await typesOf(session, from, numbers);
  return new Map(
    [...wanted].flatMap(([key, reading]): [string, Reading][] => {
      const type = reading.number === undefined ? reading.type : (types.get(key)?.type ?? TEXT_READING.type);
      return type.kind === "text" ? [] : [[key, { ...reading, type }]];
    }),
  );
}

interface Found {
  readonly chosen: ReadonlyMap<string, Reading>;
  readonly others: ReadonlyMap<string, readonly Reading[]>;
}

/** Tries the other ways of writing numbers and dates on columns that are nothing plain. */
async function findStyles(session: EngineSession, from: Relation, columns: readonly TextColumn[], facts: ReadonlyMap<string, TokenFacts>): Promise<Found> {
  const all = columns
    .filter((item) => facts.has(item.key))
    .map((item): Open => ({ column: item, candidates: item.proof === "any" ? CANDIDATES : CANDIDATES.filter((candidate) => !candidate.needsNumberType) }));
  const open = await holdingEverywhere(session, from, all);
  const decimal = settledDecimalOf(open);
  const chosen = new Map<string, Reading>();
  const others = new Map<string, readonly Reading[]>();
  for (const item of open) {
    const { key } = item.column;
    const own = facts.get(key);
    const choice = choose(item, item.column.decimal ?? decimal);
    const isSafe = own?.hasTokens === false || (own !== undefined && isTellingToken(own));
    if (choice.chosen !== undefined && isSafe) chosen.set(key, withTokens(choice.chosen.reading, own));
    const offered = choice.chosen !== undefined && !isSafe ? [choice.chosen] : choice.others;
    if (offered.length > 0)
      others.set(
        key,
        offered.map(({ reading }) => (own?.hasTokens === true ? reading : { ...reading, nullTokens: [] })),
      );
  }
  return { chosen: await closer(session, from, chosen), others };
}

/** Columns that are plain but for tokens of null: read so where the token tells, and offered otherwise. */
async function findTokens(session: EngineSession, from: Relation, columns: readonly TextColumn[], facts: ReadonlyMap<string, TokenFacts>): Promise<Found> {
  const masked = new Map(
    columns
      .filter(({ key, proof }) => proof === "any" && facts.get(key)?.hasTokens === true)
      .map(({ key }) => [key, { ...TEXT_READING, nullTokens: ALL_TOKENS }]),
  );
  const types = await typesOf(session, from, masked);
  const chosen = new Map<string, Reading>();
  const others = new Map<string, readonly Reading[]>();
  for (const [key, { type }] of types) {
    const own = facts.get(key);
    if (type.kind === "text" || own === undefined) continue;
    if (isTellingToken(own)) chosen.set(key, withTokens({ type, nullTokens: [] }, own));
    else others.set(key, [{ type, nullTokens: ALL_TOKENS }]);
  }
  return { chosen, others };
}

const isAllowed = (proof: TextColumn["proof"], { type }: ColumnType): boolean =>
  proof === "any" || (proof === "dates" && (type.kind === "date" || type.kind === "timestamp"));

/**
 * Finds how each text column is to be read so that every one of its values keeps its meaning: plain types first, then null
 * tokens and other ways of writing numbers and dates. Where two readings fit, neither is taken and both are answered.
 */
export async function readColumns(session: EngineSession, from: Relation, columns: readonly TextColumn[]): Promise<ReadonlyMap<string, ColumnReading>> {
  const readings = new Map<string, ColumnReading>(columns.map(({ key }) => [key, { reading: TEXT_READING, isNormalized: false, alternatives: [] }]));
  const wanted = columns.filter((item) => item.proof !== "none");
  const types = await proveTypes(
    session,
    from,
    wanted.map(({ key }) => key),
  );
  for (const [index, { key, proof }] of wanted.entries()) {
    const found = types[index] as ColumnType;
    if (found.type.kind !== "text" && isAllowed(proof, found))
      readings.set(key, { reading: { ...TEXT_READING, type: found.type }, isNormalized: found.isNormalized, alternatives: [] });
  }
  const open = wanted.filter(({ key }) => readings.get(key)?.reading.type.kind === "text");
  const facts = await tokenFacts(
    session,
    from,
    open.map(({ key }) => key),
  );
  const [tokens, styles] = [await findTokens(session, from, open, facts), await findStyles(session, from, open, facts)];
  for (const { key } of open) {
    const reading = tokens.chosen.get(key) ?? styles.chosen.get(key);
    const alternatives = reading === undefined ? (tokens.others.get(key) ?? styles.others.get(key) ?? []) : [];
    readings.set(key, { reading: reading ?? TEXT_READING, isNormalized: reading !== undefined, alternatives });
  }
  return readings;
}
