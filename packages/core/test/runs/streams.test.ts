import { listRunRejects, openRunFile, readRunOutput, replayRun, rollBackRun } from "@granary/core/runs";
import { problem } from "@granary/protocol";
import { type PostgresSource, startPostgresSource } from "@granary/testkit/sources";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Bed, edge, makeBed, statesOf, target } from "./bed.ts";

let bed: Bed;
let source: PostgresSource;
beforeAll(async () => {
  source = await startPostgresSource();
  bed = await makeBed({ worker: false, env: { GRANARY_PRIVATE_HOSTS: "127.0.0.1" } });
  await bed.server.request("POST", "/connectors", {
    as: bed.server.admin,
    body: { name: "Shop", kind: "postgresql", config: source.config },
  });
});
afterAll(async () => {
  await bed[Symbol.asyncDispose]();
  await source[Symbol.asyncDispose]();
});

const orders = (table: string, more: object = {}) => ({
  id: "from",
  kind: "source_stream",
  settings: { connection: "Shop", stream: { namespace: "public", name: table }, ...more },
});
const incremental = { mode: "incremental", cursor: "id", keys: ["id"] };

async function table(name: string, rows: number): Promise<void> {
  await source.query(`create table ${name} (id int primary key, name text, amount numeric(10,2), placed_at timestamptz)`);
  await more(name, 1, rows);
}
const more = (name: string, from: number, to: number) =>
  source.query(`insert into ${name} select i, 'name ' || i, i * 1.5, '2026-01-31 12:00+00' from generate_series(${from}, ${to}) i`);

const succeeded = async (id: string): Promise<void> => {
  const answer = await bed.carryOut(id);
  expect([answer, (await bed.show(id)).fault]).toEqual([{ state: "succeeded" }, null]);
};

describe("a stream of a connection", () => {
  it("is read whole", async () => {
    await table("whole", 3);
    const id = await bed.start(await bed.pipeline([orders("whole"), target("Whole")], [edge("from", "into")]));
    await succeeded(id);
    expect(await bed.rowsOf("Whole")).toEqual(
      ["1,name 1,1.50,2026-01-31T12:00:00Z", "2,name 2,3.00,2026-01-31T12:00:00Z", "3,name 3,4.50,2026-01-31T12:00:00Z"].map(expectedRow),
    );
    expect((await bed.show(id)).counts).toMatchObject({ rowsIn: 3, rowsOut: 3 });
  });

  it("is read on from where the last published run ended, and put back with it", async () => {
    await table("growing", 3);
    const pipeline = await bed.pipeline([orders("growing", incremental), target("Growing", { mode: "append" })], [edge("from", "into")]);
    await succeeded(await bed.start(pipeline));
    await more("growing", 4, 5);
    const second = await bed.start(pipeline);
    await succeeded(second);
    expect((await bed.show(second)).counts.rowsIn).toBe(2);
    expect(await bed.rowsOf("Growing")).toHaveLength(5);
    await rollBackRun(await bed.ctx(), second);
    expect(await bed.rowsOf("Growing")).toHaveLength(3);
    const third = await bed.start(pipeline);
    await succeeded(third);
    expect((await bed.show(third)).counts.rowsIn).toBe(2);
    expect(await bed.rowsOf("Growing")).toHaveLength(5);
  });

  it("does not move on when the run does not publish", async () => {
    await table("kept_back", 2);
    const nodes = [
      orders("kept_back", incremental),
      { id: "gate", kind: "gate", settings: { checks: [{ check: "row_count", min: 3 }] } },
      target("Kept back", { mode: "append" }),
    ];
    const pipeline = await bed.pipeline(nodes, [edge("from", "gate"), edge("gate", "into")]);
    expect(await bed.carryOut(await bed.start(pipeline))).toEqual({ state: "failed" });
    await more("kept_back", 3, 3);
    await succeeded(await bed.start(pipeline));
    expect(await bed.rowsOf("Kept back")).toHaveLength(3);
  });

  for (const phase of ["stepEnded", "staged", "publishing"] as const) {
    it(`loses and doubles nothing when its worker dies at "${phase}"`, async () => {
      const name = `died_${phase.toLowerCase()}`;
      await table(name, 4);
      const pipeline = await bed.pipeline([orders(name, incremental), target(name, { mode: "append" })], [edge("from", "into")]);
      const id = await bed.start(pipeline);
      await expect(
        bed.carryOut(id, {
          at: (at) => {
            if (at === phase) throw problem("job.lease_lost");
          },
        }),
      ).rejects.toMatchObject({ code: "job.lease_lost" });
      await succeeded(id);
      await succeeded(await bed.start(pipeline));
      expect(await bed.rowsOf(name)).toHaveLength(4);
    });
  }

  it("that is away is tried again, and read when it is back", async () => {
    await table("away", 2);
    const settings = { retry: { maxAttempts: 3, baseS: 0.1, factor: 1, maxS: 1 } };
    const id = await bed.start(await bed.pipeline([orders("away"), target("Away")], [edge("from", "into")], { settings }));
    const other = await bed.server.request("POST", "/connectors", {
      as: bed.server.admin,
      body: { name: "Gone", kind: "postgresql", config: { ...source.config, port: 9 } },
    });
    expect(other.status).toBe(201);
    await succeeded(id);
    const gone = { ...orders("away"), settings: { ...orders("away").settings, connection: "Gone" } };
    const failing = await bed.start(await bed.pipeline([gone, target("Never there")], [edge("from", "into")], { settings }));
    expect(await bed.carryOut(failing)).toEqual({ state: "failed" });
    const { steps, fault } = await bed.show(failing);
    expect([steps.find(({ node }) => node === "from")?.attempt, fault?.class]).toEqual([3, "transient"]);
  });

  it("with other columns than the pipeline knows stops it where that is wanted, and is taken over else", async () => {
    await table("drifting", 1);
    const schema = [
      { name: "id", type: "integer" },
      { name: "name", type: "text" },
    ];
    const stopping = await bed.start(await bed.pipeline([orders("drifting", { schema, drift: "stop" }), target("Stopped")], [edge("from", "into")]));
    expect(await bed.carryOut(stopping)).toEqual({ state: "failed" });
    expect((await bed.show(stopping)).fault).toMatchObject({ class: "config", code: "run.drift" });
    const asking = await bed.start(await bed.pipeline([orders("drifting", { schema, drift: "ask" }), target("Asked")], [edge("from", "into")]));
    expect(await bed.carryOut(asking)).toEqual({ state: "succeeded_with_warnings" });
    expect(await bed.rowsOf("Asked")).toEqual(["1,name 1"]);
    const taking = await bed.start(await bed.pipeline([orders("drifting", { schema, drift: "propagate" }), target("Taken over")], [edge("from", "into")]));
    await succeeded(taking);
    expect((await bed.rowsOf("Taken over"))[0]?.split(",")).toHaveLength(4);
  });
});

const expectedRow = (row: string): string => expect.stringContaining(row.split(",").slice(0, 3).join(","));

describe("what a run writes to other systems", () => {
  it("arrives once, however often it is tried", async () => {
    await table("wide", 3);
    await source.query("create table copied (id int, name text, amount numeric, placed_at timestamptz)");
    const into = { id: "out", kind: "to_connection", settings: { connection: "Shop", target: { schema: "public", table: "copied" }, mode: "append" } };
    const id = await bed.start(await bed.pipeline([orders("wide"), into], [edge("from", "out")]));
    await expect(
      bed.carryOut(id, {
        at: (at) => {
          if (at === "delivered") throw problem("job.lease_lost");
        },
      }),
    ).rejects.toMatchObject({ code: "job.lease_lost" });
    await succeeded(id);
    expect(await source.query("select count(*)::int as n, sum(amount)::text as sum from copied")).toEqual([{ n: 3, sum: "9.00" }]);
    expect((await bed.show(id)).results).toMatchObject([{ kind: "delivery", rows: 3 }]);
  });

  it("is a file to download", async () => {
    await table("filed", 2);
    const file = { id: "file", kind: "to_file", settings: { name: "orders", format: "csv" } };
    const id = await bed.start(await bed.pipeline([orders("filed", { columns: ["id", "name"] }), file], [edge("from", "file")]));
    await succeeded(id);
    expect(await openRunFile(await bed.ctx(), id, "file")).toMatchObject({ fileName: "orders.csv", contentType: expect.stringContaining("text/csv") });
    const { status, text } = await bed.server.request("GET", `/runs/${id}/files/file`, { as: bed.owner });
    expect([status, text.trim().split(/\r?\n/)]).toEqual([200, ["id,name", "1,name 1", "2,name 2"]]);
  });
});

describe("rows that were kept apart", () => {
  it("come in when they are played again", async () => {
    await source.query("create table mixed (id int primary key, amount text)");
    await source.query("insert into mixed values (1, '5'), (2, 'six'), (3, '7')");
    const cast = (type: string) => ({ id: "numbers", kind: "cast", settings: { columns: [{ column: "amount", type }], onFault: "reject" } });
    const nodes = (type: string) => [
      orders("mixed"),
      cast(type),
      { id: "twice", kind: "derive", settings: { columns: [{ name: "note", expression: "'seen'" }] } },
      target("Mixed", { mode: "append" }),
    ];
    const edges = [edge("from", "numbers"), edge("numbers", "twice"), edge("twice", "into")];
    const pipeline = await bed.pipeline(nodes("integer"), edges);
    const id = await bed.start(pipeline);
    expect(await bed.carryOut(id)).toEqual({ state: "succeeded_with_warnings" });
    const { items } = await listRunRejects(await bed.ctx(), id, { limit: 10 });
    expect(items).toMatchObject([{ node: "numbers", column: "amount", row: { id: "2", amount: "six" }, replayedIn: null }]);
    expect(await bed.rowsOf("Mixed")).toEqual(["1,5,seen", "3,7,seen"]);
    await source.query("delete from mixed");
    const faithful = await bed.start(pipeline, { replayOf: undefined });
    expect(await bed.carryOut(faithful)).toEqual({ state: "succeeded" });
    const again = await replayRun(await bed.ctx(), id, []);
    expect(await bed.carryOut(again.id)).toEqual({ state: "succeeded_with_warnings" });
    expect(statesOf(await bed.show(again.id))).toMatchObject({ numbers: "warned", into: "succeeded" });
    expect((await listRunRejects(await bed.ctx(), id, { limit: 10 })).items[0]?.replayedIn).toBe(again.id);
    await expect(replayRun(await bed.ctx(), id, [])).rejects.toMatchObject({ code: "run.nothing_to_replay" });
  });
});

describe("looking at rows on their way", () => {
  it("is for the pipeline's owner and those who may change connections", async () => {
    await table("looked", 2);
    const keep = { ...orders("looked"), keepOutput: true };
    const id = await bed.start(await bed.pipeline([keep, target("Looked")], [edge("from", "into")]));
    await succeeded(id);
    const shown = await readRunOutput(await bed.ctx(), id, { node: "from", port: "out", limit: 1 });
    expect([shown.rows, shown.total, shown.profile[0]]).toEqual([
      [["1", "name 1", "1.50", expect.any(String)]],
      2,
      { nulls: 0, distinct: 1, min: "1", max: "1" },
    ]);
    const other = await bed.server.ctx(await bed.server.user({ roles: ["contributor"], name: "Otto Other" }));
    await expect(readRunOutput(other, id, { node: "from", port: "out", limit: 1 })).rejects.toMatchObject({ code: "access.denied" });
  });
});
