import { pathToFileURL } from "node:url";
import { compare, inList, literal } from "@granary/engine";
import { type IcebergType, type OpenTable, storedColumn } from "@granary/lake";
import { dataFile, deleteFile, equalityDeleteFile, type HandMade, stagedChange } from "../hand-made.ts";
import type { TestLake } from "../lake.ts";
import { field, schemaOf } from "../rows.ts";
import { append, apply, create, MERGE_ON_READ, refTo, type SharedState } from "./shared-table.ts";

const PLACE: IcebergType = { type: "struct", fields: [field(5, "street", "string"), field(6, "no", "int")] };
const BEFORE = schemaOf([field(1, "id", "int", true), field(2, "name", "string"), field(3, "amount", "float"), field(4, "place", PLACE)], [1]);
const BEFORE_NAMES = ["id", "name", "amount", "place"];

/** Rows written before and after columns were renamed, widened, added, moved and dropped, nested ones too, with deletes of both. */
export async function evolved(bed: TestLake): Promise<{ readonly before: SharedState; readonly after: SharedState }> {
  const tableName = "evolved";
  const rows = [
    [1, "Ada", "1.5", "{'street': Main, 'no': 1}"],
    [2, "Bo", null, null],
    [3, "Cy", "2.5", "{'street': NULL, 'no': 3}"],
  ];
  const created = await create(bed, { tableName, schema: BEFORE, names: BEFORE_NAMES, rows, definition: MERGE_ON_READ });
  await bed.tx((tx) =>
    bed.lake.evolveSchema(tx, refTo(bed, tableName), {
      changes: [
        { kind: "rename", fieldId: 2, name: "full_name" },
        { kind: "widen", fieldId: 1, type: "long" },
        { kind: "widen", fieldId: 3, type: "double" },
        { kind: "rename", fieldId: 5, name: "road" },
        { kind: "widen", fieldId: 6, type: "long" },
        { kind: "add", name: "zip", type: "string", parent: 4, after: null },
        { kind: "add", name: "note", type: "string", after: 1 },
      ],
    }),
  );
  const news = [
    [4, "n", "Di", "4.25", "{'zip': 00501, 'road': Hill, 'no': 4}"],
    [5, null, "Ed", null, null],
  ];
  const appended = await append(bed, await bed.open(tableName), ["id", "note", "full_name", "amount", "place"], news);
  const deleted = await apply(bed, await bed.lake.stageDelete({ table: appended, where: compare(storedColumn(1), "=", literal(2)) }));
  const after = (id: string, note: string | null, full_name: string, rest: { readonly amount: string | null; readonly place: unknown }) => ({
    id,
    note,
    full_name,
    ...rest,
  });
  return {
    before: {
      tableName,
      snapshotId: created.snapshotId ?? "",
      rows: [
        { id: "1", name: "Ada", amount: "1.5", place: { street: "Main", no: "1" } },
        { id: "2", name: "Bo", amount: null, place: null },
        { id: "3", name: "Cy", amount: "2.5", place: { street: null, no: "3" } },
      ],
    },
    after: {
      tableName: deleted.tableName,
      rows: [
        after("1", null, "Ada", { amount: "1.5", place: { zip: null, road: "Main", no: "1" } }),
        after("3", null, "Cy", { amount: "2.5", place: { zip: null, road: null, no: "3" } }),
        after("4", "n", "Di", { amount: "4.25", place: { zip: "00501", road: "Hill", no: "4" } }),
        after("5", null, "Ed", { amount: null, place: null }),
      ],
    },
  };
}

/** A dropped column whose name a new one of another type took: by name alone its old values would come back. */
export async function reusedName(bed: TestLake): Promise<SharedState> {
  const tableName = "reused_name";
  const schema = schemaOf([field(1, "id", "int"), field(2, "code", "int")]);
  await create(bed, { tableName, schema, names: ["id", "code"], rows: [[1, 7]] });
  const changes = [
    { kind: "drop", fieldId: 2 },
    { kind: "add", name: "code", type: "string" },
  ] as const;
  await bed.tx((tx) => bed.lake.evolveSchema(tx, refTo(bed, tableName), { changes }));
  await append(bed, await bed.open(tableName), ["id", "code"], [[2, "x"]]);
  return {
    tableName,
    rows: [
      { id: "1", code: null },
      { id: "2", code: "x" },
    ],
  };
}

/** Files in partitions of every transform, the partitioning changed in between, with position deletes in several of them. */
export async function partitioned(bed: TestLake): Promise<SharedState> {
  const tableName = "partitioned";
  const schema = schemaOf([field(1, "id", "long", true), field(2, "city", "string"), field(3, "at", "timestamp"), field(4, "day", "date")], [1]);
  const names = ["id", "city", "at", "day"];
  const rowOf = (id: number) => [id, id % 7 === 0 ? null : `city ${id % 3}`, `2024-0${1 + (id % 3)}-05 10:00:00`, `202${id % 4}-02-03`];
  const rows = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => rowOf(from + index));
  const partition = [
    { "source-id": 1, transform: "bucket[3]" },
    { "source-id": 2, transform: "identity" },
    { "source-id": 3, transform: "month" },
  ];
  await create(bed, { tableName, schema, names, rows: rows(0, 20), definition: { ...MERGE_ON_READ, partition } });
  await bed.tx((tx) =>
    bed.lake.setPartitionSpec(tx, refTo(bed, tableName), [
      { "source-id": 2, transform: "truncate[3]" },
      { "source-id": 4, transform: "year" },
      { "source-id": 3, transform: "hour" },
    ]),
  );
  const appended = await append(bed, await bed.open(tableName), names, rows(20, 40));
  await apply(bed, await bed.lake.stageDelete({ table: appended, where: inList(storedColumn(1), [0, 5, 10, 15, 20, 25, 30, 35].map(literal)) }));
  return {
    tableName,
    rows: rows(0, 40)
      .filter(([id]) => Number(id) % 5 !== 0)
      .map(([id, city, at, day]) => ({ id: String(id), city: city ?? null, at: `${String(at)}.000000`, day: day ?? null })),
  };
}

/** A table another engine wrote to: no facts about columns, a position delete file over two data files, equality deletes. */
export async function foreign(bed: TestLake, keys: readonly (string | null)[]): Promise<SharedState> {
  const tableName = keys.includes(null) ? "foreign_null" : "foreign";
  const columns: HandMade["columns"] = [
    { fieldId: 1, name: "id", type: "long", sqlType: { kind: "bigint" } },
    { fieldId: 2, name: "code", type: "string", sqlType: { kind: "text" } },
  ];
  const table: HandMade = { columns, location: `${pathToFileURL(bed.warehouse).href}/${bed.workspaceId}/${tableName}` };
  const one = await dataFile(bed, table, [
    [1, "a"],
    [2, "b"],
    [3, null],
    [4, "d"],
  ]);
  const two = await dataFile(bed, table, [
    [5, "a"],
    [6, "f"],
    [7, "g"],
  ]);
  await bed.publish(stagedChange(bed, tableName, table, { added: [one, two], operation: "append" }), { mode: "create" });
  const base = async (): Promise<Pick<OpenTable, "tableUuid" | "schema"> & { readonly baseSnapshotId: string | null }> => {
    const { tableUuid, schema, snapshotId } = await bed.open(tableName);
    return { tableUuid, schema, baseSnapshotId: snapshotId };
  };
  const positions = await deleteFile(
    bed,
    table,
    [
      { uri: one.uri, position: 1 },
      { uri: two.uri, position: 2 },
    ],
    true,
  );
  await bed.publish(stagedChange(bed, tableName, table, { ...(await base()), added: [positions], operation: "delete" }));
  const equality = await equalityDeleteFile(
    bed,
    table,
    [2],
    keys.map((key) => [key]),
  );
  const later = await dataFile(bed, table, [[8, "a"]]);
  await bed.publish(stagedChange(bed, tableName, table, { ...(await base()), added: [equality, later] }));
  const rows = [
    { id: "1", code: "a" },
    { id: "3", code: null },
    { id: "4", code: "d" },
    { id: "5", code: "a" },
    { id: "6", code: "f" },
  ].filter(({ code }) => !keys.includes(code));
  return { tableName, rows: [...rows, { id: "8", code: "a" }] };
}

/** A table that was never written to. */
export async function empty(bed: TestLake): Promise<SharedState> {
  const tableName = "empty";
  await bed.tx((tx) => bed.lake.createTable(tx, { ...refTo(bed, tableName), schema: BEFORE }));
  return { tableName, rows: [] };
}

/** Column names that are no identifiers. */
export async function oddNames(bed: TestLake): Promise<SharedState> {
  const tableName = "odd_names";
  const schema = schemaOf([field(1, "order id", "int"), field(2, "größe", "string"), field(3, "a.b", "int"), field(4, "2nd", "int")]);
  const names = schema.fields.map(({ name }) => name);
  await create(bed, { tableName, schema, names, rows: [[1, "x", 2, 3]] });
  return { tableName, rows: [{ "order id": "1", größe: "x", "a.b": "2", "2nd": "3" }] };
}
