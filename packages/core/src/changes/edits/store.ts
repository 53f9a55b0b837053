import type { Reader, Writer } from "@granary/db";
import { sql } from "kysely";
import type { KeptEdit } from "../source.ts";

type Db = Reader | Writer;

/** How many edited rows a draft holds. */
export const MAX_EDITS = 10_000;

export interface EditRow {
  readonly rowId: string;
  readonly edit: KeptEdit;
}

const keyOf = (op: KeptEdit["op"], rowId: string): KeptEdit["key"] => (op === "add" ? null : (JSON.parse(rowId) as (string | null)[]));

function selectEdits(db: Db, changeId: string) {
  return db
    .selectFrom("change_edits")
    .select(["row_id", sql<KeptEdit["op"]>`op`.as("op"), sql<Record<number, string | null>>`cells`.as("cells")])
    .where("change_id", "=", changeId)
    .orderBy("row_id");
}

const toEdit = (row: { readonly row_id: string; readonly op: KeptEdit["op"]; readonly cells: Record<number, string | null> }): EditRow => ({
  rowId: row.row_id,
  edit: { op: row.op, key: keyOf(row.op, row.row_id), cells: row.cells },
});

/** All edited rows of a draft. */
export async function listKeptEdits(db: Db, changeId: string): Promise<readonly KeptEdit[]> {
  const rows = await selectEdits(db, changeId).execute();
  return rows.map((row) => toEdit(row).edit);
}

/** Edited rows of a draft in the order of their ids. */
export async function listEditRows(
  db: Db,
  changeId: string,
  options: { readonly after: string | undefined; readonly limit: number },
): Promise<readonly EditRow[]> {
  const { after, limit } = options;
  const rows = await selectEdits(db, changeId)
    .$if(after !== undefined, (q) => q.where("row_id", ">", after ?? ""))
    .limit(limit + 1)
    .execute();
  return rows.map(toEdit);
}

/** Keeps edits in place of those that were kept for the same rows, and forgets the named ones. Answers how many there are then. */
export async function writeEdits(
  db: Writer,
  draft: { readonly workspaceId: string; readonly changeId: string; readonly now: Date },
  { kept, forgotten }: { readonly kept: readonly EditRow[]; readonly forgotten: readonly string[] },
): Promise<number> {
  const { workspaceId: workspace_id, changeId: change_id, now: updated_at } = draft;
  if (forgotten.length > 0)
    await db
      .deleteFrom("change_edits")
      .where("change_id", "=", change_id)
      .where("row_id", "in", [...forgotten])
      .execute();
  if (kept.length > 0)
    await db
      .insertInto("change_edits")
      .values(kept.map(({ rowId, edit }) => ({ workspace_id, change_id, row_id: rowId, op: edit.op, cells: JSON.stringify(edit.cells), updated_at })))
      .onConflict((conflict) =>
        conflict.columns(["change_id", "row_id"]).doUpdateSet((eb) => ({ op: eb.ref("excluded.op"), cells: eb.ref("excluded.cells"), updated_at })),
      )
      .execute();
  const { count } = await db
    .selectFrom("change_edits")
    .select((eb) => eb.fn.countAll<number>().as("count"))
    .where("change_id", "=", change_id)
    .executeTakeFirstOrThrow();
  return Number(count);
}

/** Forgets the edits that a revision took up; later ones stay. */
export async function forgetEdits(db: Writer, changeId: string, until: Date): Promise<void> {
  await db.deleteFrom("change_edits").where("change_id", "=", changeId).where("updated_at", "<=", until).execute();
}
