import { column, type EngineSession, type Expression, type Query } from "@granary/engine";
import { type ChangeSet, storeChangeSet } from "../diff/index.ts";
import type { FileIo } from "../file-io/index.ts";
import { countProposal, NOTHING_PROPOSED } from "../propose/index.ts";
import { ROW, storedNames, valueIds } from "./names.ts";
import type { CountedChangeSet } from "./types.ts";

export interface SetToStore {
  /** What the new set is, but for its file. */
  readonly changeSet: ChangeSet;
  /** With the columns of stored change sets, and `change_row`, by which they are put in order unless `orderBy` is given. */
  readonly query: Query;
  readonly orderBy?: readonly Expression[];
  readonly location: string;
  /** Rows there are before, to tell how many stay as they are; without it none is said to. */
  readonly baseRows?: number | undefined;
}

/** Stores rows as a change set in the layout of all of them, and counts it. */
export async function storeSet(
  session: EngineSession,
  fileIo: FileIo,
  { changeSet, query, orderBy, location, baseRows }: SetToStore,
): Promise<CountedChangeSet> {
  const items = storedNames(changeSet, valueIds(changeSet)).map((name) => ({ expression: column(name), as: name }));
  const order = (orderBy ?? [column(ROW)]).map((expression) => ({ expression, direction: "asc" as const }));
  const ordered: Query = { kind: "select", items, from: { kind: "query", query }, orderBy: order };
  const stored = await storeChangeSet(session, fileIo, { query: ordered, location }, (path) =>
    countProposal(session, path, { keys: changeSet.keys, columns: valueIds(changeSet), hasDamage: changeSet.hasDamage === true }),
  );
  const { counts, oldRows } = stored?.counted ?? NOTHING_PROPOSED;
  return { changeSet: { ...changeSet, file: stored?.file ?? null }, counts: { ...counts, unchanged: baseRows === undefined ? 0 : baseRows - oldRows } };
}

/** The location of the table a change set belongs to. */
export function locationOf({ file }: ChangeSet): string {
  const uri = file?.uri ?? "";
  // Change sets lie two levels below their table.
  return uri.slice(0, uri.lastIndexOf("/", uri.lastIndexOf("/") - 1));
}
