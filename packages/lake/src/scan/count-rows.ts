import { and, call, column, compare, type EngineSession, literal, type Query, type Relation } from "@granary/engine";
import { type HeldFiles, type LiveDataFile } from "../files/index.ts";
import type { OpenTable } from "../table/index.ts";
import { plannedRows } from "./planned-rows.ts";
import { chooseRows, type Chosen, type RowChoice } from "./row-choice.ts";
import { filesFor, holdFor, type ReadParts, signalOf } from "./scan-parts.ts";

export interface CountRequest extends Omit<RowChoice, "columns"> {
  readonly signal?: AbortSignal;
}

const countOf = (from: Relation): Query => ({ kind: "select", items: [{ expression: call("count_rows"), as: "rows" }], from });

async function ask(session: EngineSession, from: Relation): Promise<number> {
  const { rows } = await session.run({ kind: "query", query: countOf(from) });
  return Number(rows[0]?.[0] ?? 0);
}

/** The different positions that position delete files name in files, each of which was a row. */
function deletedPlaces(held: HeldFiles, files: readonly LiveDataFile[]): Relation {
  const uris = new Set(files.flatMap((file) => file.positionDeletes.map((entry) => entry.file.uri)));
  const sizes: Relation = {
    kind: "values",
    columns: [
      { name: "uri", type: { kind: "text" } },
      { name: "records", type: { kind: "bigint" } },
    ],
    rows: files.map((file) => [literal(file.file.uri), literal(file.file.records)]),
  };
  const position = column("pos", "deletes");
  const isRow = and(compare(position, ">=", literal(0)), compare(position, "<", column("records", "sizes")));
  const distinct: Query = {
    kind: "select",
    distinct: true,
    items: [
      { expression: column("uri", "sizes"), as: "uri" },
      { expression: position, as: "pos" },
    ],
    from: {
      kind: "join",
      join: "inner",
      left: { kind: "alias", as: "deletes", relation: { kind: "parquetFiles", paths: [...uris].map((uri) => held.paths.get(uri) ?? "") } },
      right: { kind: "alias", as: "sizes", relation: sizes },
      on: compare(column("file_path", "deletes"), "=", column("uri", "sizes")),
    },
    where: isRow,
  };
  return { kind: "query", query: distinct };
}

const recordsOf = (files: readonly LiveDataFile[]): number => files.reduce((sum, file) => sum + file.file.records, 0);

/** Rows when nothing but deletes takes any away: the manifests know the rows of files, and the delete files what was deleted. */
async function countLive(parts: ReadParts, chosen: Chosen, signal: AbortSignal | undefined): Promise<number> {
  const files = filesFor(chosen);
  const byValue = files.filter((file) => file.equalityDeletes.length > 0);
  const byPosition = files.filter((file) => file.equalityDeletes.length === 0 && file.positionDeletes.length > 0);
  const counted = recordsOf(files.filter((file) => file.equalityDeletes.length === 0));
  if (byValue.length + byPosition.length === 0) return counted;
  return parts.engine.use({ kind: "read", ...signalOf(signal) }, async (session) => {
    await using held = await holdFor({ ...parts, session }, chosen, [...byValue, ...byPosition], signal);
    const deleted = byPosition.length === 0 ? 0 : await ask(session, deletedPlaces(held, byPosition));
    const left = byValue.length === 0 ? 0 : await ask(session, { kind: "query", query: plannedRows(chosen, held, { files: byValue, columns: [] }) });
    return counted - deleted + left;
  });
}

/** How many rows a choice has. Without conditions no data file is read. */
export async function countRows(parts: ReadParts, table: OpenTable, request: CountRequest): Promise<number> {
  const { signal } = request;
  const chosen = chooseRows(table, request);
  if (chosen.condition === undefined && chosen.stored.length === 0) return countLive(parts, { ...chosen, used: [], fieldIds: [] }, signal);
  return parts.engine.use({ kind: "read", ...signalOf(signal) }, async (session) => {
    await using held = await holdFor({ ...parts, session }, chosen, filesFor(chosen), signal);
    return await ask(session, { kind: "query", query: plannedRows(chosen, held) });
  });
}
