import type { EngineSession } from "../../process/session.ts";
import { aggregate, and, call, column, isNull, literal, not, type Relation, type SelectItem, type SqlTypeKind } from "../../sql/index.ts";
import { fitsReading, type Reading } from "./reading.ts";

const COLUMNS_PER_QUERY = 40;
/** Below this share of its values a type is no explanation of a column. */
const MIN_SHARE = 0.5;

/** What the values of a column say for its type, and which of them says otherwise. */
export interface ColumnEvidence {
  readonly values: number;
  readonly nulls: number;
  /** The type most values have, besides text. */
  readonly likely?: SqlTypeKind;
  /** How many values have it. */
  readonly fitting?: number;
  /** The first value that does not have it. */
  readonly misfit?: { readonly line: number; readonly value: string };
  /** A sentence for people. */
  readonly text: string;
}

export interface EvidenceColumn {
  readonly key: string;
  readonly reading: Reading;
}

const KINDS = ["boolean", "bigint", "decimal", "date", "timestamp"] as const;
type Kind = (typeof KINDS)[number];

const NOUNS: Readonly<Partial<Record<SqlTypeKind, string>>> = {
  boolean: "true or false",
  bigint: "integers",
  decimal: "numbers",
  double: "numbers",
  date: "dates",
  timestamp: "timestamps",
  timestamptz: "timestamps",
  time: "times",
};

const readingOf = (kind: Kind): Reading => ({ type: kind === "decimal" ? { kind, precision: 38, scale: 19 } : { kind }, nullTokens: [] });

const readable = (count: number): string => count.toLocaleString("en-US");

function itemsFor({ key, reading }: EvidenceColumn): readonly SelectItem[] {
  const text = column(key);
  const isValue = not(isNull(text));
  const tried = reading.type.kind === "text" ? KINDS.map(readingOf) : [reading];
  return [
    { expression: call("count", text), as: `${key}_values` },
    { expression: call("count_rows"), as: `${key}_rows` },
    ...tried.flatMap((candidate, index): readonly SelectItem[] => {
      const misfit = and(isValue, not(fitsReading(text, candidate)));
      return [
        { expression: call("count_if", and(isValue, fitsReading(text, candidate))), as: `${key}_${index}_fits` },
        { expression: aggregate("arg_min", [call("left", text, literal(100)), column("line")], { filter: misfit }), as: `${key}_${index}_value` },
        { expression: aggregate("min", [column("line")], { filter: misfit }), as: `${key}_${index}_line` },
      ];
    }),
  ];
}

interface Tried {
  readonly kind: SqlTypeKind;
  readonly fitting: number;
  readonly value: unknown;
  readonly line: number;
}

function evidenceOf(reading: Reading, values: number, rows: number, tried: readonly Tried[]): ColumnEvidence {
  const best = tried.toSorted((left, right) => right.fitting - left.fitting)[0];
  const nulls = rows - values;
  const empty = nulls > 0 ? `; ${readable(nulls)} are empty` : "";
  if (values === 0) return { values, nulls, text: "no row has a value" };
  if (best === undefined || best.fitting < values * MIN_SHARE) return { values, nulls, text: `${readable(values)} texts${empty}` };
  const noun = NOUNS[best.kind] ?? best.kind;
  const isAll = best.fitting === values;
  const own = isAll
    ? `all ${readable(values)} are ${noun}`
    : `${readable(best.fitting)} of ${readable(values)} are ${noun}; line ${readable(best.line)} is “${String(best.value)}”`;
  return {
    values,
    nulls,
    likely: best.kind,
    fitting: best.fitting,
    ...(isAll ? {} : { misfit: { line: best.line, value: String(best.value) } }),
    text: own + empty,
  };
}

/** Counts, for every column, which values speak for its type, and finds the first that does not. `from` holds a column `line`. */
export async function findEvidence(session: EngineSession, from: Relation, columns: readonly EvidenceColumn[]): Promise<ReadonlyMap<string, ColumnEvidence>> {
  const evidence = new Map<string, ColumnEvidence>();
  for (let at = 0; at < columns.length; at += COLUMNS_PER_QUERY) {
    const batch = columns.slice(at, at + COLUMNS_PER_QUERY);
    const { rows } = await session.run({ kind: "query", query: { kind: "select", items: batch.flatMap(itemsFor), from } });
    let place = 0;
    const next = (): unknown => rows[0]?.[place++];
    for (const { key, reading } of batch) {
      const values = Number(next());
      const all = Number(next());
      const kinds: readonly SqlTypeKind[] = reading.type.kind === "text" ? KINDS : [reading.type.kind];
      const tried = kinds.map((kind): Tried => ({ kind, fitting: Number(next()), value: next(), line: Number(next()) }));
      evidence.set(key, evidenceOf(reading, values, all, tried));
    }
  }
  return evidence;
}
