import type { JsonValue, Row } from "../../process/messages.ts";
import type { EngineSession } from "../../process/session.ts";
import { call, caseWhen, cast, column, compare, type Expression, isNull, literal, or, type Relation, type SelectItem, type SqlType } from "../../sql/index.ts";
import { fitsType, fractionDigits, integerDigits, isDecimalText, textToType } from "./text-types.ts";

/** Rows looked at before all of them: types that fail here need no look at the rest. */
const SAMPLE_ROWS = 20_000;
/** Statements stay small enough to be planned quickly however many columns there are. */
const COLUMNS_PER_QUERY = 100;
/** Longer fractions come from measurements and computations, where doubles are meant. */
const MAX_MIXED_SCALE = 9;
const MAX_DIGITS = 38;

/** The type all values of a text column were proved to have. */
export interface ColumnType {
  readonly type: SqlType;
  /** True when some value is written differently from how the type is printed (`TRUE`, `2` beside `2.50`, `T` in a timestamp). */
  readonly isNormalized: boolean;
}

const CANDIDATES = ["boolean", "bigint", "decimal", "double", "date", "timestamp"] as const;
type Candidate = (typeof CANDIDATES)[number];

/** Wide enough that the shape decides; the real precision follows from the digits seen. */
const test = (text: Expression, candidate: Candidate): Expression =>
  candidate === "decimal" ? or(isNull(text), isDecimalText(text)) : fitsType(text, { kind: candidate });

interface Facts {
  readonly name: string;
  readonly candidates: readonly Candidate[];
}

interface DecimalFacts {
  readonly wholeDigits: number;
  readonly maxScale: number;
  readonly minScale: number;
}

/** `unseen` says what remains possible for a column without any value here. */
async function survivors(session: EngineSession, from: Relation, columns: readonly Facts[], unseen: readonly Candidate[]): Promise<readonly Facts[]> {
  const items = columns.flatMap(({ name, candidates }): SelectItem[] => [
    { expression: compare(call("count", column(name)), ">", literal(0)), as: `${name}_seen` },
    ...candidates.map((candidate) => ({ expression: call("all_true", test(column(name), candidate)), as: `${name}_${candidate}` })),
  ]);
  const { rows } = await session.run({ kind: "query", query: { kind: "select", items, from } });
  const values = readByName(items, rows[0]);
  return columns.map(({ name, candidates }) => ({
    name,
    candidates: values(`${name}_seen`) === true ? candidates.filter((candidate) => values(`${name}_${candidate}`) === true) : unseen,
  }));
}

function readByName(items: readonly SelectItem[], row: Row | undefined): (name: string) => JsonValue {
  const places = new Map(items.map((item, index) => [item.as, index]));
  return (name) => row?.[places.get(name) ?? -1] ?? null;
}

async function decimalFacts(session: EngineSession, from: Relation, names: readonly string[]): Promise<ReadonlyMap<string, DecimalFacts>> {
  if (names.length === 0) return new Map();
  const items = names.flatMap((name): SelectItem[] => [
    { expression: call("max", integerDigits(column(name))), as: `${name}_whole` },
    { expression: call("max", fractionDigits(column(name))), as: `${name}_max` },
    { expression: call("min", fractionDigits(column(name))), as: `${name}_min` },
  ]);
  const { rows } = await session.run({ kind: "query", query: { kind: "select", items, from } });
  const values = readByName(items, rows[0]);
  return new Map(
    names.map((name) => [
      name,
      { wholeDigits: Number(values(`${name}_whole`)), maxScale: Number(values(`${name}_max`)), minScale: Number(values(`${name}_min`)) },
    ]),
  );
}

function decimalType(facts: DecimalFacts | undefined): SqlType | undefined {
  if (facts === undefined || facts.wholeDigits + facts.maxScale > MAX_DIGITS) return undefined;
  // 18 digits fit 64 bits; room is left so that the next load's larger amounts still fit.
  const precision = facts.wholeDigits + facts.maxScale <= 18 ? 18 : MAX_DIGITS;
  return { kind: "decimal", precision, scale: facts.maxScale };
}

function chooseType(facts: Facts, decimals: DecimalFacts | undefined): SqlType {
  const [first] = facts.candidates;
  if (first === undefined) return { kind: "text" };
  if (first !== "decimal") return { kind: first };
  const decimal = decimalType(decimals);
  const isUniform = decimals !== undefined && (decimals.maxScale === decimals.minScale || decimals.maxScale <= MAX_MIXED_SCALE);
  if (decimal !== undefined && isUniform) return decimal;
  if (facts.candidates.includes("double")) return { kind: "double" };
  return decimal ?? { kind: "text" };
}

async function normalizations(session: EngineSession, from: Relation, types: ReadonlyMap<string, SqlType>): Promise<readonly ColumnType[]> {
  const items = [...types].map(([name, type]): SelectItem => {
    const text = column(name);
    const printed = cast(textToType(text, type), { kind: "text" });
    return { expression: call("all_true", type.kind === "text" ? literal(true) : or(isNull(text), compare(printed, "=", text))), as: name };
  });
  const { rows } = await session.run({ kind: "query", query: { kind: "select", items, from } });
  const values = readByName(items, rows[0]);
  return [...types].map(([name, type]) => ({ type, isNormalized: values(name) === false }));
}

/** Finds for each text column the narrowest type that every one of its values fits without loss, by looking at all of them. */
export async function proveTypes(session: EngineSession, from: Relation, names: readonly string[]): Promise<readonly ColumnType[]> {
  const proved: ColumnType[] = [];
  for (let at = 0; at < names.length; at += COLUMNS_PER_QUERY) {
    const batch = names.slice(at, at + COLUMNS_PER_QUERY);
    const items = batch.map((name): SelectItem => ({ expression: column(name), as: name }));
    const sample: Relation = { kind: "query", query: { kind: "select", items, from, limit: SAMPLE_ROWS } };
    const likely = await survivors(
      session,
      sample,
      batch.map((name) => ({ name, candidates: CANDIDATES })),
      CANDIDATES,
    );
    const certain = await survivors(session, from, likely, []);
    const decimals = await decimalFacts(
      session,
      from,
      certain.filter((facts) => facts.candidates[0] === "decimal").map((facts) => facts.name),
    );
    const types = new Map(certain.map((facts) => [facts.name, chooseType(facts, decimals.get(facts.name))]));
    proved.push(...(await normalizations(session, from, types)));
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
