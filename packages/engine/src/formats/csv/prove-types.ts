import type { JsonValue, Row } from "../../process/messages.ts";
import type { EngineSession } from "../../process/session.ts";
import {
  call,
  caseWhen,
  cast,
  column,
  compare,
  type Expression,
  isNull,
  literal,
  not,
  or,
  type Relation,
  type SelectItem,
  type SqlType,
} from "../../sql/index.ts";
import { type Candidate, plausibleTypes } from "./plausible-types.ts";
import { fitsType, fractionDigits, integerDigits, isDecimalText, tryTextToType } from "./text-types.ts";

/** Rows looked at before all of them: types that fail here need no look at the rest. */
const SAMPLE_ROWS = 20_000;
/** Rows looked at in JavaScript before the engine is asked: enough to rule most types out. */
const GLANCE_ROWS = 100;
const GLANCE_CHARS = 64;
/** The time to plan a statement grows faster than its length: 25 columns at a time took 40 % of the time of 100. */
const COLUMNS_PER_QUERY = 25;
/** Longer fractions come from measurements and computations, where doubles are meant. */
const MAX_MIXED_SCALE = 9;
const MAX_DIGITS = 38;

/** The type all values of a text column were proved to have. */
export interface ColumnType {
  readonly type: SqlType;
  /** True when some value is written differently from how the type is printed (`TRUE`, `2` beside `2.50`, `T` in a timestamp). */
  readonly isNormalized: boolean;
}

interface DecimalFacts {
  readonly wholeDigits: number;
  readonly maxScale: number;
  readonly minScale: number;
}

/** What is still possible for a column, likeliest first. */
interface Open {
  readonly name: string;
  readonly candidates: readonly Candidate[];
  /** Set when all values are decimal numbers, but of a kind for which doubles are preferred. */
  readonly decimals?: DecimalFacts;
}

/** What all rows say about a column and one candidate. */
interface Verdict {
  readonly isSeen: boolean;
  readonly fits: boolean;
  readonly isVerbatim: boolean;
  readonly decimals: DecimalFacts;
}

const TEXT_COLUMN: ColumnType = { type: { kind: "text" }, isNormalized: false };

/** For decimals the shape decides; their digits follow from the values seen. */
const fits = (text: Expression, candidate: Candidate): Expression =>
  candidate === "decimal" ? or(isNull(text), isDecimalText(text)) : fitsType(text, { kind: candidate });

function isVerbatim(text: Expression, candidate: Candidate): Expression {
  if (candidate === "decimal") return literal(true);
  return or(isNull(text), not(fits(text, candidate)), compare(cast(tryTextToType(text, { kind: candidate }), { kind: "text" }), "=", text));
}

function readByName(items: readonly SelectItem[], row: Row | undefined): (name: string) => JsonValue {
  const places = new Map(items.map((item, index) => [item.as, index]));
  return (name) => row?.[places.get(name) ?? -1] ?? null;
}

/** Keeps the candidates that the first rows allow, and says whether those were all rows. */
async function plausible(
  session: EngineSession,
  from: Relation,
  names: readonly string[],
): Promise<{ readonly open: readonly Open[]; readonly isAll: boolean }> {
  const items = names.map((name): SelectItem => ({ expression: call("left", column(name), literal(GLANCE_CHARS)), as: name }));
  const { rows } = await session.run({ kind: "query", query: { kind: "select", items, from, limit: GLANCE_ROWS } });
  const open = names.map((name, index): Open => ({ name, candidates: plausibleTypes(rows.map((row) => row[index] ?? null)) }));
  return { open: open.filter((item) => item.candidates.length > 0), isAll: rows.length < GLANCE_ROWS };
}

/** Keeps the candidates that no row of a sample contradicts; all of them for a column without a value there. */
async function likelyTypes(session: EngineSession, sample: Relation, open: readonly Open[]): Promise<readonly Open[]> {
  const items = open.flatMap(({ name, candidates }): SelectItem[] =>
    candidates.map((candidate) => ({ expression: call("all_true", fits(column(name), candidate)), as: `${name}_${candidate}` })),
  );
  if (items.length === 0) return [];
  const { rows } = await session.run({ kind: "query", query: { kind: "select", items, from: sample } });
  const values = readByName(items, rows[0]);
  return open.map(({ name, candidates }) => ({ name, candidates: candidates.filter((candidate) => values(`${name}_${candidate}`) !== false) }));
}

function verdictItems({ name, candidates }: Open): readonly SelectItem[] {
  const text = column(name);
  const candidate = candidates[0] ?? "boolean";
  const digits: readonly SelectItem[] = [
    { expression: call("max", integerDigits(text)), as: `${name}_whole` },
    { expression: call("max", fractionDigits(text)), as: `${name}_max` },
    { expression: call("min", fractionDigits(text)), as: `${name}_min` },
  ];
  return [
    { expression: call("count", text), as: `${name}_seen` },
    { expression: call("all_true", fits(text, candidate)), as: `${name}_fits` },
    { expression: call("all_true", isVerbatim(text, candidate)), as: `${name}_verbatim` },
    ...(candidate === "decimal" ? digits : []),
  ];
}

/** Asks all rows about the first candidate of every open column, in one pass. */
async function judge(session: EngineSession, from: Relation, open: readonly Open[]): Promise<(name: string) => Verdict> {
  const items = open.flatMap(verdictItems);
  const { rows } = await session.run({ kind: "query", query: { kind: "select", items, from } });
  const values = readByName(items, rows[0]);
  return (name) => ({
    isSeen: Number(values(`${name}_seen`)) > 0,
    fits: values(`${name}_fits`) === true,
    isVerbatim: values(`${name}_verbatim`) === true,
    decimals: { wholeDigits: Number(values(`${name}_whole`)), maxScale: Number(values(`${name}_max`)), minScale: Number(values(`${name}_min`)) },
  });
}

function decimalColumn(facts: DecimalFacts): ColumnType {
  const digits = facts.wholeDigits + facts.maxScale;
  if (digits > MAX_DIGITS) return TEXT_COLUMN;
  // 18 digits fit 64 bits; room is left so that the next load's larger amounts still fit.
  return { type: { kind: "decimal", precision: digits <= 18 ? 18 : MAX_DIGITS, scale: facts.maxScale }, isNormalized: facts.minScale !== facts.maxScale };
}

const isPlainDecimal = ({ maxScale, minScale }: DecimalFacts): boolean => maxScale === minScale || maxScale <= MAX_MIXED_SCALE;

/** The column's type when this verdict settles it, and otherwise what is still to be asked. */
function settle(open: Open, verdict: Verdict): ColumnType | Open {
  const [candidate, ...others] = open.candidates;
  if (candidate === undefined || !verdict.isSeen) return TEXT_COLUMN;
  if (!verdict.fits) {
    if (others.length > 0) return { ...open, candidates: others };
    return open.decimals === undefined ? TEXT_COLUMN : decimalColumn(open.decimals);
  }
  if (candidate !== "decimal") return { type: { kind: candidate }, isNormalized: !verdict.isVerbatim };
  const { decimals } = verdict;
  const mayBeDouble = others.includes("double");
  if ((isPlainDecimal(decimals) && decimals.wholeDigits + decimals.maxScale <= MAX_DIGITS) || !mayBeDouble) return decimalColumn(decimals);
  return { name: open.name, candidates: ["double"], decimals };
}

async function proveBatch(session: EngineSession, from: Relation, names: readonly string[]): Promise<readonly ColumnType[]> {
  const glance = await plausible(session, from, names);
  const items = glance.open.map(({ name }): SelectItem => ({ expression: column(name), as: name }));
  const sample: Relation = { kind: "query", query: { kind: "select", items, from, limit: SAMPLE_ROWS } };
  let open = glance.isAll ? glance.open : await likelyTypes(session, sample, glance.open);
  const proved = new Map<string, ColumnType>();
  for (open = open.filter((item) => item.candidates.length > 0); open.length > 0; ) {
    const verdictOf = await judge(session, from, open);
    const next: Open[] = [];
    for (const item of open) {
      const settled = settle(item, verdictOf(item.name));
      if ("candidates" in settled) next.push(settled);
      else proved.set(item.name, settled);
    }
    open = next;
  }
  return names.map((name) => proved.get(name) ?? TEXT_COLUMN);
}

/**
 * Finds for each text column the narrowest type that every one of its values fits without loss. A sample proposes,
 * all rows decide; mostly one pass over them is enough.
 */
export async function proveTypes(session: EngineSession, from: Relation, names: readonly string[]): Promise<readonly ColumnType[]> {
  const proved: ColumnType[] = [];
  for (let at = 0; at < names.length; at += COLUMNS_PER_QUERY) {
    proved.push(...(await proveBatch(session, from, names.slice(at, at + COLUMNS_PER_QUERY))));
  }
  return proved;
}

/** Values of a column that do not fit a type it is to have. */
export interface Misfit {
  readonly name: string;
  readonly count: number;
  readonly example: string;
}

/** Counts, for columns whose types are already decided, the values that do not fit. */
export async function findMisfits(session: EngineSession, from: Relation, types: ReadonlyMap<string, SqlType>): Promise<readonly Misfit[]> {
  const entries = [...types];
  const misfits: Misfit[] = [];
  for (let at = 0; at < entries.length; at += COLUMNS_PER_QUERY) {
    const batch = entries.slice(at, at + COLUMNS_PER_QUERY);
    const items = batch.flatMap(([name, type]): SelectItem[] => {
      const misfit = caseWhen([{ when: fitsType(column(name), type), then: literal(null) }], column(name));
      return [
        { expression: call("count", misfit), as: `${name}_count` },
        { expression: call("min", misfit), as: `${name}_example` },
      ];
    });
    const { rows } = await session.run({ kind: "query", query: { kind: "select", items, from } });
    const values = readByName(items, rows[0]);
    for (const [name] of batch) {
      const count = Number(values(`${name}_count`));
      if (count > 0) misfits.push({ name, count, example: String(values(`${name}_example`)) });
    }
  }
  return misfits;
}
