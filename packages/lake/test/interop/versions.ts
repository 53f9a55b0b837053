import { compare, literal } from "@granary/engine";
import { type OpenTable, storedColumn } from "@granary/lake";
import type { TestLake } from "../lake.ts";
import { field, rowsFor, schemaOf } from "../rows.ts";
import { append, apply, create, MERGE_ON_READ, refTo, type Row, type SharedState } from "./shared-table.ts";

const PEOPLE = schemaOf([field(1, "id", "long", true), field(2, "name", "string"), field(3, "pay", "decimal(9, 2)")], [1]);
const PEOPLE_NAMES = ["id", "name", "pay"];
const person = (id: string, name: string | null, pay: string | null): Row => ({ id, name, pay });

/** Versions by appends, deletes and upserts (as position deletes), then a rollback: every state with its rows. */
export async function versions(bed: TestLake): Promise<Readonly<Record<"created" | "appended" | "deleted" | "upserted" | "rolledBack", SharedState>>> {
  const tableName = "versions";
  const ada = person("1", "Ada", "10.50");
  const [bo, cy, di] = [person("2", "Bo", null), person("3", null, "-3.00"), person("4", "Di", "4.00")];
  const first = [
    [1, "Ada", "10.50"],
    [2, "Bo", null],
    [3, null, "-3"],
  ];
  const created = await create(bed, { tableName, schema: PEOPLE, names: PEOPLE_NAMES, rows: first, definition: MERGE_ON_READ });
  const appended = await append(bed, created, PEOPLE_NAMES, [[4, "Di", 4]]);
  const deleted = await apply(bed, await bed.lake.stageDelete({ table: appended, where: compare(storedColumn(1), "=", literal(2)) }));
  const news = [
    [3, "Cyd", "3.5"],
    [5, "Ed", null],
  ];
  const upserted = await apply(bed, await bed.lake.stageUpsert({ table: deleted, source: rowsFor(PEOPLE, PEOPLE_NAMES, news) }));
  const state = (table: OpenTable, ...rows: readonly Row[]): SharedState => ({ tableName, snapshotId: table.snapshotId ?? "", rows });
  await bed.tx((tx) => bed.lake.rollback(tx, refTo(bed, tableName), { to: { snapshotId: deleted.snapshotId ?? "" } }));
  return {
    created: state(created, ada, bo, cy),
    appended: state(appended, ada, bo, cy, di),
    deleted: state(deleted, ada, cy, di),
    upserted: state(upserted, ada, person("3", "Cyd", "3.50"), di, person("5", "Ed", null)),
    rolledBack: { tableName, rows: [ada, cy, di] },
  };
}

/** The same as files written anew: what a reader may see only as ordinary rows, and what a branch holds until it is published. */
export async function branches(bed: TestLake): Promise<{ readonly main: SharedState; readonly draft: SharedState; readonly tag: SharedState }> {
  const tableName = "branches";
  const rows = [1, 2, 3, 4].map((id) => [id, `p${id}`, id]);
  const created = await create(bed, { tableName, schema: PEOPLE, names: PEOPLE_NAMES, rows, definition: MERGE_ON_READ });
  await apply(bed, await bed.lake.stageDelete({ table: created, where: compare(storedColumn(1), "<", literal(3)) }));
  await bed.lake.compact({ ...refTo(bed, tableName), transaction: bed.tx });
  await bed.tx((tx) => bed.lake.setRef(tx, refTo(bed, tableName), { name: "audited", type: "tag", at: { number: 1 } }));
  await bed.tx((tx) => bed.lake.setRef(tx, refTo(bed, tableName), { name: "draft", type: "branch" }));
  const branch = await bed.tx((tx) => bed.lake.open(tx, { ...refTo(bed, tableName), at: { branch: "draft" } }));
  const draft = await bed.publish(await bed.lake.stageAppend({ table: branch, source: rowsFor(PEOPLE, PEOPLE_NAMES, [[9, "draft", null]]) }));
  const [p3, p4] = [person("3", "p3", "3.00"), person("4", "p4", "4.00")];
  return {
    main: { tableName, rows: [p3, p4] },
    draft: { tableName, snapshotId: draft.snapshotId, rows: [p3, p4, person("9", "draft", null)] },
    tag: { tableName, snapshotId: created.snapshotId ?? "", rows: [person("1", "p1", "1.00"), person("2", "p2", "2.00"), p3, p4] },
  };
}
