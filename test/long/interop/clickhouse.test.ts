import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ALL_TYPES_VALUES, allTypes } from "../../../packages/lake/test/interop/all-types.ts";
import { empty, evolved, foreign, oddNames, partitioned, reusedName } from "../../../packages/lake/test/interop/layouts.ts";
import { inOrder, metadataLocation, type Row, type SharedState } from "../../../packages/lake/test/interop/shared-table.ts";
import { branches, versions } from "../../../packages/lake/test/interop/versions.ts";
import { testLake, type TestLake } from "../../../packages/lake/test/lake.ts";
import { type ClickHouse, quoted, startClickHouse } from "../../interop/clickhouse.ts";

let bed: TestLake;
let clickHouse: ClickHouse;
beforeAll(async () => {
  bed = await testLake();
  clickHouse = startClickHouse(bed.dir);
});
afterAll(async () => {
  await clickHouse[Symbol.asyncDispose]();
  await bed[Symbol.asyncDispose]();
});

/** Values in the form in which this suite writes them down. */
function toText(value: unknown): unknown {
  if (value === null) return null;
  if (Array.isArray(value)) return value.map(toText);
  if (typeof value === "object") return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toText(item)]));
  return value === "nan" ? "NaN" : String(value);
}

/** A table by its place, as docs/open-tables.md says: at the metadata file that the catalog names. */
async function tableFunction(tableName: string): Promise<string> {
  const path = fileURLToPath(await metadataLocation(bed, tableName));
  const place = path.lastIndexOf("/metadata/");
  return `icebergLocal(${quoted(path.slice(0, place))}, SETTINGS iceberg_metadata_file_path = ${quoted(path.slice(place + 1))})`;
}

async function query(sql: string, settings?: readonly string[]): Promise<readonly Row[]> {
  return inOrder((await clickHouse.query(sql, settings)).map((row) => toText(row) as Row));
}

const read = async ({ tableName, snapshotId }: Pick<SharedState, "tableName" | "snapshotId">): Promise<readonly Row[]> =>
  query(`select * from ${await tableFunction(tableName)}`, snapshotId === undefined ? [] : [`iceberg_snapshot_id = ${snapshotId}`]);

/** What ClickHouse 26.7 gives in place of what is stored, so that this list fails when it learns better; docs/open-tables.md repeats it. */
const LIMITS: Readonly<Record<string, readonly unknown[]>> = {
  // Times of day are whole seconds since midnight.
  time: ["0", "86399", null],
  // Structs, lists and maps are never null.
  struct: [
    { street: "Main", no: "1" },
    { street: null, no: null },
    { street: null, no: null },
  ],
  list: [["a", null, "b"], [], []],
  map: [{ a: "1.5", b: null }, {}, {}],
  list_of_structs: [
    [
      { at: "2020-01-01", of: ["1", "2"] },
      { at: null, of: [] },
    ],
    [],
    [],
  ],
};

describe("ClickHouse, a reader we did not write", () => {
  it("reads every type, nulls and the ends of ranges, but for its own limits", async () => {
    const shown = "lower(hex(binary)) as binary, lower(hex(fixed)) as fixed, toString(timestamptz) || '+00' as timestamptz";
    const rows = await query(`select * replace (${shown}) from ${await tableFunction(await allTypes(bed))}`);
    const found = Object.fromEntries(Object.keys(ALL_TYPES_VALUES).map((name) => [name, rows.map((row) => row[name])]));
    expect(found).toEqual({ ...ALL_TYPES_VALUES, ...LIMITS });
    const types = await query(`select id, toTypeName(timestamp) as plain, toTypeName(timestamptz) as zoned from ${await tableFunction("all_types")} limit 1`);
    // Without a zone it is shown in that of the session: the same instant, another text.
    expect(types).toEqual([{ id: "0", plain: "Nullable(DateTime64(6))", zoned: "Nullable(DateTime64(6, 'UTC'))" }]);
  });

  it("finds rows by every kind of bound that files have", async () => {
    const table = await tableFunction("all_types");
    const found = async (condition: string): Promise<unknown> => (await query(`select id from ${table} where ${condition}`)).map((row) => row["id"]);
    expect(await found("long = 9223372036854775807")).toEqual(["1"]);
    expect(await found("decimal_large < 0")).toEqual(["0"]);
    expect(await found("date = '1969-07-20'")).toEqual(["0"]);
    expect(await found("timestamp < '1970-01-01 00:00:00'")).toEqual(["0"]);
    expect(await found("string like 'ünï%'")).toEqual(["1"]);
    expect(await found("uuid = 'f79c3e09-677c-4bbd-a479-512f87f76fcf'")).toEqual(["1"]);
    expect(await found("double > 1e299 and not isNaN(double)")).toEqual(["1"]);
    expect(await found("int is null")).toEqual(["2"]);
  });

  it("reads every version: appends, position deletes, upserts and a rollback", async () => {
    const states = await versions(bed);
    for (const [name, state] of Object.entries(states)) expect([name, await read(state)]).toEqual([name, state.rows]);
    const { snapshots } = await bed.tx((tx) => bed.lake.snapshots(tx, { workspaceId: bed.workspaceId, tableName: "versions" }));
    const first = snapshots.at(-1)?.committedAt.getTime();
    expect(await query(`select * from ${await tableFunction("versions")}`, [`iceberg_timestamp_ms = ${first}`])).toEqual(states.created.rows);
  });

  it("reads compacted files, a branch and a tag, by their snapshots", async () => {
    for (const [name, state] of Object.entries(await branches(bed))) expect([name, await read(state)]).toEqual([name, state.rows]);
  });

  it("reads added, renamed, widened, moved and reused columns, nested ones too", async () => {
    const { before, after } = await evolved(bed);
    const filled = (rows: readonly Row[], fields: readonly string[]) =>
      rows.map((row) => ({ ...row, place: row["place"] ?? Object.fromEntries(fields.map((name) => [name, null])) }));
    expect(await read(before)).toEqual(filled(before.rows, ["street", "no"]));
    expect(await read(after)).toEqual(filled(after.rows, ["zip", "road", "no"]));
    const reused = await reusedName(bed);
    expect(await read(reused)).toEqual(reused.rows);
  });

  it("reads partitions of every transform, and position deletes in them", async () => {
    const state = await partitioned(bed);
    expect(await read(state)).toEqual(state.rows);
    const ids = await query(`select id from ${await tableFunction("partitioned")} where city = 'city 1' and at >= '2024-02-01' and day < '2021-01-01'`);
    expect(ids.map((row) => row["id"])).toEqual(
      state.rows.filter(({ city, at, day }) => city === "city 1" && String(at) >= "2024-02-01" && String(day) < "2021-01-01").map((row) => row["id"]),
    );
  });

  it("reads equality deletes of another engine as we do, but loses rows without the value when none of the deletes is null", async () => {
    const withNull = await foreign(bed, ["a", null]);
    expect(await read(withNull)).toEqual(withNull.rows);
    const plain = await foreign(bed, ["a"]);
    expect(await read(plain)).toEqual(plain.rows.filter((row) => row["code"] !== null));
  });

  it("reads a table without a snapshot and columns whose names are no identifiers", async () => {
    expect(await read(await empty(bed))).toEqual([]);
    const odd = await oddNames(bed);
    expect(await read(odd)).toEqual(odd.rows);
  });

  it("takes the newest metadata in the directory, committed or not, unless it is told the file", async () => {
    const current = fileURLToPath(await metadataLocation(bed, "versions"));
    const metadata = JSON.parse(readFileSync(current, "utf8")) as { readonly snapshots: readonly { readonly "snapshot-id": number }[] };
    const lost = join(dirname(current), "00099-00000000-0000-4000-8000-000000000000.metadata.json");
    writeFileSync(lost, JSON.stringify({ ...metadata, "current-snapshot-id": metadata.snapshots[0]?.["snapshot-id"], refs: {} }));
    const count = async (table: string): Promise<unknown> => (await query(`select count(*) as id from ${table}`))[0]?.["id"];
    expect(await count(`icebergLocal(${quoted(dirname(dirname(current)))})`)).toBe("3");
    expect(await query(`select id from ${await tableFunction("versions")}`)).toEqual([{ id: "1" }, { id: "3" }, { id: "4" }]);
  });
});
