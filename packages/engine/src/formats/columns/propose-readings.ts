import type { EngineSession } from "../../process/session.ts";
import { and, call, column, type Expression, isNull, not, type Relation, type SelectItem } from "../../sql/index.ts";
import { isVerbatim } from "../csv/text-types.ts";
import { type ColumnReading, readColumns } from "./read-columns.ts";
import { fitsReading, withoutTokens } from "./reading.ts";
import { NULL_TOKENS } from "./styles.ts";

const COLUMNS_PER_QUERY = 100;
/** Decimals of more digits behind the point become doubles as soon as their lengths differ, which later rows would decide. */
const MAX_OPEN_SCALE = 9;

/** How a column reads by the first rows of its file. */
export interface ProposedReading extends ColumnReading {
  /** True for the rows that leave it so; undefined when none could say otherwise. */
  readonly holds: Expression | undefined;
}

/** Columns with a value that is no null token: only such a one rules types out. */
async function tellingColumns(session: EngineSession, from: Relation, keys: readonly string[]): Promise<ReadonlySet<string>> {
  const telling = new Set<string>();
  for (let at = 0; at < keys.length; at += COLUMNS_PER_QUERY) {
    const batch = keys.slice(at, at + COLUMNS_PER_QUERY);
    const items = batch.map((key): SelectItem => ({ expression: call("count", withoutTokens(column(key), NULL_TOKENS)), as: key }));
    const { rows } = await session.run({ kind: "query", query: { kind: "select", items, from } });
    for (const [index, key] of batch.entries()) if (Number(rows[0]?.[index] ?? 0) > 0) telling.add(key);
  }
  return telling;
}

/** Whether rows that all fit the reading could still be read otherwise once they are all known. */
function isOpen({ reading: { type }, isNormalized, alternatives }: ColumnReading): boolean {
  return alternatives.length > 0 || (type.kind === "decimal" && type.scale > MAX_OPEN_SCALE && isNormalized);
}

function holds(key: string, { reading, isNormalized }: ColumnReading): Expression | undefined {
  const text = column(key);
  if (reading.type.kind === "text") return undefined;
  // A token stands for null where no value is missing otherwise.
  if (reading.nullTokens.length > 0) return and(not(isNull(text)), fitsReading(text, reading));
  const isPlain = reading.number === undefined && reading.format === undefined;
  return isPlain && !isNormalized ? isVerbatim(text, reading.type) : fitsReading(text, reading);
}

/**
 * Reads columns by the first rows of a file, and says what all its rows have to keep to for `readColumns` to come to the same.
 * Undefined when later rows could decide otherwise without any of them breaking what was found.
 */
export async function proposeReadings(
  session: EngineSession,
  sample: Relation,
  keys: readonly string[],
): Promise<ReadonlyMap<string, ProposedReading> | undefined> {
  const readings = await readColumns(
    session,
    sample,
    keys.map((key) => ({ key, proof: "any" })),
  );
  const found = [...readings];
  if (found.some(([, reading]) => isOpen(reading))) return undefined;
  const texts = found.flatMap(([key, { reading }]) => (reading.type.kind === "text" ? [key] : []));
  const telling = await tellingColumns(session, sample, texts);
  if (texts.some((key) => !telling.has(key))) return undefined;
  return new Map(found.map(([key, reading]) => [key, { ...reading, holds: holds(key, reading) }]));
}
