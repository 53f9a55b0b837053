import type { Id } from "@granary/kernel";
import { decodeCursor, encodeCursor, problem, type RowHistoryEntry } from "@granary/protocol";
import { mayDo } from "../../access/index.ts";
import type { Ctx } from "../../context/index.ts";
import type { Readable } from "../reading/open-version.ts";
import { readData } from "../reading/read-data.ts";
import { presentPerson } from "../schema/present-schema.ts";
import { listVersionRows, type VersionRow } from "../versions/store.ts";
import { type HistoryCell, type Key, type RowState, RowStates } from "./row-states.ts";

export interface RowHistoryQuery {
  /** A JSON list of texts. */
  readonly key: string;
  readonly column?: string | undefined;
  readonly cursor?: string | undefined;
  readonly limit: number;
}

export interface RowHistory {
  readonly items: RowHistoryEntry[];
  readonly next: string | null;
  readonly isWhole: boolean;
}

/** Versions that one page looks at: most take no reading, as the files the row may be in are the same. */
const MAX_LOOKED_AT = 200;

function invalid(path: string, message: string): Error {
  return problem("request.invalid", {}, { issues: [{ path, message }] });
}

function keyOf(text: string, keys: readonly string[]): Key {
  const message = `must be a JSON list of ${keys.length} texts: ${keys.join(", ")}`;
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw invalid("query.key", message);
  }
  const isKey = Array.isArray(parsed) && parsed.length === keys.length && parsed.every((item): item is string => typeof item === "string");
  if (!isKey) throw invalid("query.key", message);
  return parsed as string[];
}

/** What differs between two states of the row, the newer one's columns first. */
function changedCells(before: readonly HistoryCell[], after: readonly HistoryCell[], fieldId: number | undefined): RowHistoryEntry["cells"] {
  const older = new Map(before.map((cell) => [cell.fieldId, cell]));
  const newer = new Set(after.map((cell) => cell.fieldId));
  const all = [
    ...after.map((cell) => ({ fieldId: cell.fieldId, column: cell.column, before: older.get(cell.fieldId)?.text ?? null, after: cell.text })),
    ...before.filter((cell) => !newer.has(cell.fieldId)).map((cell) => ({ fieldId: cell.fieldId, column: cell.column, before: cell.text, after: null })),
  ];
  const wanted = all.filter((cell) => cell.before !== cell.after && (fieldId === undefined || cell.fieldId === fieldId));
  return wanted.map(({ column, before: was, after: is }) => ({ column, before: was, after: is }));
}

const kindOf = (before: RowState, after: RowState): RowHistoryEntry["kind"] => {
  if (before === null) return "added";
  return after === null ? "removed" : "modified";
};

function presentEntry(ctx: Ctx, version: VersionRow, kind: RowHistoryEntry["kind"], cells: RowHistoryEntry["cells"]): RowHistoryEntry {
  const { change_id: id, change_number: number, change_title: title } = version;
  const isShown = id !== null && number !== null && title !== null && mayDo(ctx.principal, "change:read");
  return {
    version: version.number,
    at: version.created_at.toISOString(),
    by: presentPerson(version.created_by, version.person_name),
    operation: version.operation,
    change: isShown ? { id: id as Id<"change">, number, title } : null,
    kind,
    cells,
  };
}

function fieldOf(newest: Readable, column: string | undefined): number | undefined {
  if (column === undefined) return undefined;
  const found = newest.columns.find((item) => item.name === column);
  if (found === undefined) throw invalid("query.column", `there is no column called ${column}`);
  return found.stored.fieldId;
}

interface Walk {
  readonly states: RowStates;
  readonly fieldId: number | undefined;
  readonly limit: number;
}

/** Goes back from version to version and tells where the row differs from the one before. */
async function walk(ctx: Ctx, versions: readonly VersionRow[], { states, fieldId, limit }: Walk): Promise<RowHistory> {
  const items: RowHistoryEntry[] = [];
  const looked = versions.slice(0, MAX_LOOKED_AT);
  const [first] = looked;
  let after: RowState = first === undefined ? null : await states.at(first.number);
  for (const [index, version] of looked.entries()) {
    if (items.length === limit) return { items, next: encodeCursor([version.number]), isWhole: true };
    const older = versions[index + 1];
    const before = older === undefined ? null : await states.at(older.number);
    if (after === undefined) return { items, next: null, isWhole: false };
    const cells = changedCells(before ?? [], after ?? [], fieldId);
    if (before === undefined) return { items, next: null, isWhole: false };
    if (cells.length > 0) items.push(presentEntry(ctx, version, kindOf(before, after), cells));
    after = before;
  }
  const rest = versions[MAX_LOOKED_AT];
  return { items, next: rest === undefined ? null : encodeCursor([rest.number]), isWhole: true };
}

/**
 * Tells how a row came to be, newest first: each version in which it differs from the version before, as the caller sees both. Rows
 * are followed by the values of today's key columns. Throws `dataset.no_keys`.
 */
export function listRowHistory(ctx: Ctx, idOrName: string, query: RowHistoryQuery): Promise<RowHistory> {
  return readData(ctx, "history", async (open) => {
    const newest = await open(idOrName, undefined);
    if (newest.keys.length === 0) throw problem("dataset.no_keys");
    const states = new RowStates(ctx, open, newest, keyOf(query.key, newest.keys));
    const from = decodeCursor(query.cursor, 1)?.[0];
    const before = from === undefined ? undefined : Number(from) + 1;
    const versions = await listVersionRows(ctx.db, newest.dataset.id, { before, limit: MAX_LOOKED_AT });
    const answer = await walk(ctx, versions, { states, fieldId: fieldOf(newest, query.column), limit: query.limit });
    const told = new Set([newest.version.number, ...answer.items.map((item) => item.version)]);
    return { answer, rows: answer.items.length, of: ({ version }) => told.has(version.number) };
  });
}
