import { pathToFileURL } from "node:url";
import { isAppError } from "@granary/kernel";
import { type At, createLake, type OpenTable, type Published } from "@granary/lake";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { testLake, type TestLake } from "./lake.ts";
import { type ChangeParts, emptyTable, LONGS, openAfresh, stageFiles } from "./staged-files.ts";

let bed: TestLake;
beforeAll(async () => {
  bed = await testLake();
});
afterAll(() => bed[Symbol.asyncDispose]());

const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => "no error",
    (error: unknown) => (isAppError(error) ? error.code : String(error)),
  );

const refOf = (tableName: string) => ({ workspaceId: bed.workspaceId, tableName });
const openAt = (tableName: string, at?: At): Promise<OpenTable> =>
  bed.tx((tx) => bed.lake.open(tx, { ...refOf(tableName), ...(at === undefined ? {} : { at }) }));

async function change(tableName: string, parts: ChangeParts, at?: At): Promise<Published> {
  return bed.publish(await stageFiles(bed, await openAt(tableName, at), parts));
}

const dataUris = (table: OpenTable): readonly string[] => table.entries.filter((entry) => entry.file.content === "data").map((entry) => entry.file.uri);

/** A table with versions of 1, 3 and 7 rows. */
async function threeVersions(tableName: string): Promise<readonly [Published, Published, Published]> {
  await emptyTable(bed, tableName);
  return [
    await change(tableName, { added: [{ records: 1 }] }),
    await change(tableName, { added: [{ records: 2 }] }),
    await change(tableName, { added: [{ records: 4 }] }),
  ];
}

describe("time travel", () => {
  it("finds a state by id, number, tag, branch and time", async () => {
    const [first, second, third] = await threeVersions("travel");
    await bed.tx((tx) => bed.lake.setRef(tx, refOf("travel"), { name: "audited", type: "tag", at: { number: 2 } }));
    await bed.tx((tx) => bed.lake.setRef(tx, refOf("travel"), { name: "draft", type: "branch", at: { snapshotId: first.snapshotId } }));
    const rows = async (at?: At): Promise<number> => (await openAt("travel", at)).rows;
    expect(await rows()).toBe(7);
    expect(await rows({ snapshotId: second.snapshotId })).toBe(3);
    expect([await rows({ number: "1" }), await rows({ number: 3 })]).toEqual([1, 7]);
    expect(await rows({ tag: "audited" })).toBe(3);
    expect([await rows({ branch: "draft" }), await rows({ branch: "main" })]).toEqual([1, 7]);
    const { snapshots } = await bed.tx((tx) => bed.lake.snapshots(tx, refOf("travel")));
    expect(await rows({ asOf: new Date("2100-01-01") })).toBe(7);
    expect(snapshots.map((item) => [item.sequenceNumber, item.refs, item.parentId])).toEqual([
      ["3", ["main"], second.snapshotId],
      ["2", ["audited"], first.snapshotId],
      ["1", ["draft"], null],
    ]);
    expect(third.parentId).toBe(second.snapshotId);
  });

  it("finds what main was at a time, even when clocks ran backwards", async () => {
    let now = Date.parse("2030-01-01T00:00:00Z");
    const lake = createLake({
      engine: bed.engine,
      fileIo: bed.fileIo,
      warehouseUri: pathToFileURL(bed.warehouse).href,
      catalogName: "granary",
      now: () => new Date(now),
    });
    const ref = refOf("clock");
    await bed.tx((tx) => lake.createTable(tx, { ...ref, schema: LONGS }));
    for (const [index, hours] of [1, 2, -5, 3].entries()) {
      now = Date.parse("2030-01-01T00:00:00Z") + hours * 3_600_000;
      const staged = await stageFiles(bed, await openAt("clock"), { added: [{ records: 10 ** index }] });
      await bed.tx((tx) => lake.publish(tx, staged));
    }
    const rows = async (time: string): Promise<number> => (await openAt("clock", { asOf: new Date(`2030-01-01T${time}Z`) })).rows;
    expect([await rows("01:00:00"), await rows("01:59:59"), await rows("02:00:00"), await rows("02:59:59.999"), await rows("23:00:00")]).toEqual([
      1, 1, 111, 111, 1111,
    ]);
    expect(await codeOf(openAt("clock", { asOf: new Date("2030-01-01T00:59:59Z") }))).toBe("lake.snapshot_not_found");
  });

  it.each<[string, At, string]>([
    ["an id nobody had", { snapshotId: "12345" }, "lake.snapshot_not_found"],
    ["an id that is none", { snapshotId: "latest" }, "lake.snapshot_not_found"],
    ["a number that is not reached yet", { number: 99 }, "lake.snapshot_not_found"],
    ["a number that is none", { number: "1e3" }, "lake.snapshot_not_found"],
    ["a tag nobody set", { tag: "nothing" }, "lake.ref_not_found"],
    ["a branch by a tag's name", { branch: "a_tag" }, "lake.ref_not_found"],
    ["a tag by a branch's name", { tag: "main" }, "lake.ref_not_found"],
    ["a time before the table", { asOf: new Date("1999-12-31") }, "lake.snapshot_not_found"],
    ["a time that is none", { asOf: new Date(Number.NaN) }, "lake.snapshot_not_found"],
  ])("refuses %s", async (_, at, code) => {
    if ((await codeOf(openAt("no_travel"))) === "lake.table_not_found") {
      await threeVersions("no_travel");
      await bed.tx((tx) => bed.lake.setRef(tx, refOf("no_travel"), { name: "a_tag", type: "tag" }));
    }
    expect(await codeOf(openAt("no_travel", at))).toBe(code);
  });

  it("reads a fixed state with the columns of its time, and a branch with those of now", async () => {
    const [first] = await threeVersions("columns_then");
    await bed.tx((tx) => bed.lake.setRef(tx, refOf("columns_then"), { name: "draft", type: "branch" }));
    await bed.tx((tx) => bed.lake.evolveSchema(tx, refOf("columns_then"), { changes: [{ kind: "rename", fieldId: 2, name: "remark" }] }));
    const names = async (at?: At): Promise<readonly string[]> => (await openAt("columns_then", at)).columns.map((item) => item.name);
    expect(await names({ snapshotId: first.snapshotId })).toEqual(["id", "note"]);
    expect(await names()).toEqual(["id", "remark"]);
    expect(await names({ branch: "draft" })).toEqual(["id", "remark"]);
    const history = await bed.tx((tx) => bed.lake.schemas(tx, refOf("columns_then")));
    expect([history.currentSchemaId, history.schemas.map((schema) => schema.fields.map((field) => field.name))]).toEqual([
      1,
      [
        ["id", "note"],
        ["id", "remark"],
      ],
    ]);
  });

  it("lists snapshots in pages, of all branches or of one", async () => {
    await threeVersions("paged");
    await bed.tx((tx) => bed.lake.setRef(tx, refOf("paged"), { name: "side", type: "branch", at: { number: 2 } }));
    await change("paged", { added: [{}], branch: "side" }, { branch: "side" });
    const page = (request: object) => bed.tx((tx) => bed.lake.snapshots(tx, { ...refOf("paged"), ...request }));
    const numbers = (list: Awaited<ReturnType<typeof page>>): readonly string[] => list.snapshots.map((item) => item.sequenceNumber);
    const first = await page({ limit: 3 });
    expect([numbers(first), first.next, first.total]).toEqual([["4", "3", "2"], "2", 4]);
    const second = await page({ limit: 3, before: first.next });
    expect([numbers(second), second.next]).toEqual([["1"], null]);
    expect(numbers(await page({ branch: "side" }))).toEqual(["4", "2", "1"]);
    expect(numbers(await page({ branch: "main" }))).toEqual(["3", "2", "1"]);
  });

  it("knows no snapshot of a table without rows", async () => {
    const table = await emptyTable(bed, "bare");
    expect([table.snapshotId, table.sequenceNumber, table.rows, table.entries]).toEqual([null, "0", 0, []]);
    expect(await bed.tx((tx) => bed.lake.snapshots(tx, refOf("bare")))).toEqual({ snapshots: [], next: null, total: 0 });
    expect(await bed.tx((tx) => bed.lake.refs(tx, refOf("bare")))).toEqual([]);
    expect(await codeOf(bed.tx((tx) => bed.lake.setRef(tx, refOf("bare"), { name: "v1", type: "tag" })))).toBe("lake.snapshot_not_found");
  });
});

describe("a branch", () => {
  it("takes changes main does not show until it is fast-forwarded", async () => {
    await threeVersions("audit");
    await bed.tx((tx) => bed.lake.setRef(tx, refOf("audit"), { name: "review", type: "branch" }));
    const reviewed = await openAt("audit", { branch: "review" });
    await bed.publish(await stageFiles(bed, reviewed, { operation: "overwrite", removed: dataUris(reviewed).slice(0, 1), added: [{ records: 100 }] }));
    expect([(await openAt("audit")).rows, (await openAt("audit", { branch: "review" })).rows]).toEqual([7, 106]);
    const moved = await bed.tx((tx) => bed.lake.fastForward(tx, refOf("audit"), { to: { branch: "review" } }));
    expect([moved.rows, moved.sequenceNumber]).toEqual([106, "4"]);
    expect((await openAfresh(bed, "audit")).rows).toBe(106);
    await bed.tx((tx) => bed.lake.dropRef(tx, refOf("audit"), "review"));
    expect((await bed.tx((tx) => bed.lake.refs(tx, refOf("audit")))).map((item) => [item.name, item.type, item.sequenceNumber])).toEqual([
      ["main", "branch", "4"],
    ]);
  });

  it("is not fast-forwarded when main has moved, which is said clearly", async () => {
    await threeVersions("moved");
    await bed.tx((tx) => bed.lake.setRef(tx, refOf("moved"), { name: "review", type: "branch" }));
    await change("moved", { added: [{}], branch: "review" }, { branch: "review" });
    await change("moved", { added: [{ records: 5 }] });
    expect(await codeOf(bed.tx((tx) => bed.lake.fastForward(tx, refOf("moved"), { to: { branch: "review" } })))).toBe("lake.not_fast_forward");
    expect((await openAt("moved")).rows).toBe(12);
  });

  it("is needed before anything is published to it", async () => {
    await threeVersions("nowhere");
    expect(await codeOf(change("nowhere", { added: [{}], branch: "nowhere" }))).toBe("lake.ref_not_found");
    const tag = { name: "v1", type: "tag" } as const;
    await bed.tx((tx) => bed.lake.setRef(tx, refOf("nowhere"), tag));
    expect(await codeOf(change("nowhere", { added: [{}], branch: "v1" }))).toBe("lake.ref_not_found");
    expect(await codeOf(bed.tx((tx) => bed.lake.setRef(tx, refOf("nowhere"), tag)))).toBe("lake.ref_exists");
    await change("nowhere", { added: [{}] });
    const moved = await bed.tx((tx) => bed.lake.setRef(tx, refOf("nowhere"), { ...tag, mayReplace: true }));
    expect(moved.sequenceNumber).toBe("4");
  });

  it("guards changes against its own head, not that of main", async () => {
    await threeVersions("own_head");
    await bed.tx((tx) => bed.lake.setRef(tx, refOf("own_head"), { name: "side", type: "branch" }));
    const base = await openAt("own_head", { branch: "side" });
    const staged = await stageFiles(bed, base, { operation: "overwrite", removed: dataUris(base), added: [{}], guard: { kind: "head" } });
    await change("own_head", { added: [{}] });
    expect(await codeOf(bed.publish(staged, { baseSnapshotId: base.snapshotId ?? "" }))).toBe("no error");
    expect([(await openAt("own_head")).rows, (await openAt("own_head", { branch: "side" })).rows]).toEqual([17, 10]);
  });
});

describe("rolling back", () => {
  it("makes the old rows the newest snapshot and keeps what lies between", async () => {
    const [first, second] = await threeVersions("back");
    const before = await openAt("back");
    await change("back", { operation: "delete", added: [{ content: "positionDeletes", of: dataUris(before)[0] ?? "", records: 1 }] });
    await change("back", { operation: "overwrite", removed: dataUris(before).slice(0, 2), added: [{ records: 50 }] });
    const published = await bed.tx((tx) => bed.lake.rollback(tx, refOf("back"), { to: { snapshotId: second.snapshotId }, summary: { actor: "ada" } }));
    expect([published.rows, published.sequenceNumber]).toEqual([3, "6"]);
    const now = await openAfresh(bed, "back");
    expect(dataUris(now)).toEqual(dataUris(await openAt("back", { snapshotId: second.snapshotId })));
    expect(now.entries.map((entry) => entry.sequenceNumber)).toEqual([1, 2]);
    const { snapshots, total } = await bed.tx((tx) => bed.lake.snapshots(tx, { ...refOf("back"), limit: 1 }));
    expect(total).toBe(6);
    expect(snapshots[0]?.summary).toMatchObject({
      operation: "overwrite",
      "added-data-files": "2",
      "deleted-data-files": "2",
      "total-records": "3",
      "total-delete-files": "0",
      "granary.rolled-back-to": second.snapshotId,
      "granary.actor": "ada",
    });
    await bed.tx((tx) => bed.lake.rollback(tx, refOf("back"), { to: { number: 5 } }));
    expect((await openAt("back")).rows).toBe(54);
    await bed.tx((tx) => bed.lake.rollback(tx, refOf("back"), { to: { number: 4 } }));
    const withDeletes = await openAfresh(bed, "back");
    expect([withDeletes.rows, withDeletes.entries.length]).toEqual([6, 4]);
    expect(await codeOf(openAt("back", { snapshotId: first.snapshotId }))).toBe("no error");
  });

  it("brings the columns back too, unless they are to stay", async () => {
    await threeVersions("back_columns");
    await bed.tx((tx) => bed.lake.evolveSchema(tx, refOf("back_columns"), { changes: [{ kind: "rename", fieldId: 2, name: "remark" }] }));
    await change("back_columns", { added: [{}] });
    const names = async (): Promise<readonly string[]> => (await openAt("back_columns")).columns.map((item) => item.name);
    await bed.tx((tx) => bed.lake.rollback(tx, refOf("back_columns"), { to: { number: 2 }, keepColumns: true }));
    expect([await names(), (await openAt("back_columns")).rows]).toEqual([["id", "remark"], 3]);
    await bed.tx((tx) => bed.lake.rollback(tx, refOf("back_columns"), { to: { number: 2 } }));
    expect([await names(), (await openAt("back_columns")).rows]).toEqual([["id", "note"], 3]);
  });
});
