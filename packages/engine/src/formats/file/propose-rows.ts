import type { EngineSession } from "../../process/session.ts";
import { and, caseWhen, cast, column, type Expression, literal, type Relation, type SelectItem } from "../../sql/index.ts";
import { proposeReadings } from "../columns/index.ts";
import { type KeptColumn, keptColumns, prepareColumn, type PreparedColumn } from "./prepared-columns.ts";
import { sourceOf } from "./source-of.ts";
import type { SpooledFile } from "./spool-file.ts";
import type { FileOptions } from "./types.ts";

/** Rows looked at, fewer where they are wide or long; a shorter file is proved at once. */
const FIRST_ROWS = 10_000;
const FEWEST_ROWS = 2_000;
const FIRST_VALUES = 2_000_000;
const FIRST_BYTES = 32 * 1024 * 1024;
const TABLE = "granary_first_rows";

/** Rows of a file as they lie in it, with types that its first rows have. */
export interface ProposedRows {
  readonly columns: readonly PreparedColumn[];
  readonly relation: Relation;
  /** True for every row; a row that breaks a type makes it fail. */
  readonly where: Expression | undefined;
}

/** What a person says of values is taken into account where all rows are looked at. */
const saysNothing = ({ said }: KeptColumn): boolean => (said.nullTokens ?? said.decimal ?? said.thousands) === undefined;

function rowsToLookAt({ facts, rows }: SpooledFile): number {
  const bytesPerRow = facts.bytes / Math.max(1, rows.records);
  return Math.floor(Math.min(FIRST_ROWS, FIRST_VALUES / rows.columns.length, FIRST_BYTES / bytesPerRow));
}

/** Fails instead of leaving rows out, so that the rows that come out are all that went in. */
const insistOn = (conditions: readonly Expression[]): Expression | undefined =>
  conditions.length === 0
    ? undefined
    : caseWhen([{ when: and(...conditions), then: literal(true) }], cast(literal("a row breaks its types"), { kind: "boolean" }));

/**
 * Types the rows of a regular file by the first of them; all others are held against that while they are stored, in the one pass
 * that reads them. Undefined for files that are short, spooled, or leave something open.
 */
export async function proposeRows(session: EngineSession, options: FileOptions, spooled: SpooledFile): Promise<ProposedRows | undefined> {
  const { rows } = spooled;
  const limit = rowsToLookAt(spooled);
  if (rows.spool.kind !== "delimited" || limit < FEWEST_ROWS || rows.records <= limit) return undefined;
  const kept = keptColumns(options, rows.columns);
  if (!kept.every(saysNothing)) return undefined;
  const relation = sourceOf(rows.spool, rows.columns);
  const keys = kept.map(({ key }) => key);
  const items = keys.map((key): SelectItem => ({ expression: column(key), as: key }));
  await session.run({ kind: "createTable", name: TABLE, query: { kind: "select", items, from: relation, limit } });
  const proposed = await proposeReadings(session, { kind: "table", name: TABLE }, keys);
  await session.run({ kind: "dropTable", name: TABLE });
  if (proposed === undefined) return undefined;
  const columns = kept.map(({ item, ...parts }) => prepareColumn(item, { ...parts, proved: proposed.get(parts.key) }));
  const where = insistOn([...proposed.values()].flatMap(({ holds }) => (holds === undefined ? [] : [holds])));
  return { columns, relation, where };
}
