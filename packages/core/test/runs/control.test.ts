import { problem } from "@granary/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { askToCancel, askToPause, resumeRun, retryRun, rollBackRun, type RunHooks } from "@granary/core/runs";
import { type Bed, edge, makeBed, source, statesOf, target, typed } from "./bed.ts";

let bed: Bed;
beforeAll(async () => {
  bed = await makeBed({ worker: false });
});
afterAll(() => bed[Symbol.asyncDispose]());

const PEOPLE = typed(
  ["id:integer", "name"],
  [
    ["1", "Ann"],
    ["2", "Bob"],
  ],
);
const simple = (into: string, more: object = {}, settings: object = {}) => bed.pipeline([PEOPLE, target(into, more)], [edge("from", "into")], { settings });
const dying = (phase: string, node: string | null = null): RunHooks => ({
  at: (at, where) => {
    if (at === phase && (node === null || node === where)) throw problem("job.lease_lost");
  },
});

/** As a worker that dies and another that takes the run over: the first's end is never written. */
async function kill(id: string, hooks: RunHooks): Promise<void> {
  await bed.carryOut(id, hooks).catch(() => undefined);
}

async function stateOf(id: string): Promise<string> {
  return (await bed.show(id)).state;
}

const exists = async (name: string): Promise<boolean> =>
  (await bed.server.request("GET", `/datasets/${encodeURIComponent(name)}`, { as: bed.owner })).status === 200;

describe("people stop a run", () => {
  it("that waits, at once", async () => {
    const id = await bed.start(await simple("Waits"));
    expect((await askToCancel(await bed.ctx(), id)).state).toBe("cancelled");
    expect(await bed.carryOut(id)).toEqual({ state: "over" });
  });

  it("in its middle, and nothing of it comes to be", async () => {
    const id = await bed.start(await simple("Stopped"));
    const ctx = await bed.ctx();
    await setJobRunning(id);
    const done = await bed.carryOut(id, {
      at: async (phase) => {
        if (phase === "staged") await askToCancel(ctx, id);
      },
    });
    expect(done).toEqual({ state: "cancelled" });
    expect(statesOf(await bed.show(id))).toEqual({ from: "succeeded", into: "cancelled" });
    expect(await exists("Stopped")).toBe(false);
  });

  it("for a while, and it goes on behind what was finished", async () => {
    const id = await bed.start(await simple("Paused"));
    await setJobRunning(id);
    const done = await bed.carryOut(id, {
      at: async (phase) => {
        if (phase === "stepEnded") await askToPause(await bed.ctx(), id);
      },
    });
    expect(done).toEqual({ state: "paused" });
    expect((await resumeRun(await bed.ctx(), id)).state).toBe("queued");
    expect(await bed.carryOut(id)).toEqual({ state: "succeeded" });
    expect((await bed.show(id)).steps.map(({ node, attempt }) => [node, attempt])).toEqual([
      ["from", 1],
      ["into", 1],
    ]);
    expect(await bed.rowsOf("Paused")).toEqual(["1,Ann", "2,Bob"]);
  });
});

/** As if a worker had taken the run's job. */
async function setJobRunning(runId: string): Promise<void> {
  await bed.server.services.database.tx("system", async (db) => {
    const { job_id } = await db.selectFrom("runs").select("job_id").where("id", "=", runId).executeTakeFirstOrThrow();
    const lease = { lease_owner: "test", lease_until: new Date(Date.now() + 600_000), lease_token: 1, attempts: 1 };
    await db
      .updateTable("jobs")
      .set({ state: "running", ...lease, started_at: new Date() })
      .where("id", "=", job_id ?? "")
      .execute();
  });
}

describe("a run whose worker dies", () => {
  for (const phase of ["taken", "stepEnded", "staged", "delivered", "publishing"] as const) {
    it(`at "${phase}" is carried on by another, and publishes once`, async () => {
      const into = `Died at ${phase}`;
      const pipeline = await simple(into, { mode: "append" });
      const id = await bed.start(pipeline);
      await kill(id, dying(phase));
      expect(await exists(into)).toBe(false);
      expect(await stateOf(id)).toBe("running");
      expect(await bed.carryOut(id)).toEqual({ state: "succeeded" });
      expect(await bed.rowsOf(into)).toEqual(["1,Ann", "2,Bob"]);
      expect(await bed.carryOut(id)).toEqual({ state: "over" });
      expect((await bed.show(id)).steps.every(({ attempt }) => attempt === 1)).toBe(true);
    });
  }
});

describe("a run that failed", () => {
  const faulty = (limit: string) => [
    PEOPLE,
    { id: "checked", kind: "derive", keepOutput: true, settings: { columns: [{ name: "twice", expression: "id * 2" }] } },
    { id: "gate", kind: "gate", settings: { checks: [{ check: "expression", expression: `twice < ${limit}` }] } },
    target("Retried"),
  ];
  const edges = [edge("from", "checked"), edge("checked", "gate"), edge("gate", "into")];

  it("is run again with what was finished taken over", async () => {
    const pipeline = await bed.pipeline(faulty("3"), edges);
    const failed = await bed.start(pipeline);
    expect(await bed.carryOut(failed)).toEqual({ state: "failed" });
    await bed.version(pipeline, 2, {
      ...(await documentOf(pipeline)),
      nodes: (await documentOf(pipeline)).nodes.map((node) =>
        node.id === "gate"
          ? { ...node, settings: { checks: [{ check: "expression", expression: "twice < 9", name: "", tolerance: 0 }], onFail: "fail" } }
          : node,
      ),
    });
    const again = await retryRun(await bed.ctx(), failed, { fromStart: false, latest: true });
    expect(again.cause).toBe("retry");
    expect(await bed.carryOut(again.id)).toEqual({ state: "succeeded" });
    expect(statesOf(await bed.show(again.id))).toEqual({ from: "reused", checked: "reused", gate: "succeeded", into: "succeeded" });
    expect(await bed.rowsOf("Retried")).toEqual(["1,Ann,2", "2,Bob,4"]);
  });

  it("is run again from the start where that is wanted", async () => {
    const failed = await bed.start(await bed.pipeline(faulty("3"), edges));
    await bed.carryOut(failed);
    const again = await retryRun(await bed.ctx(), failed, { fromStart: true, latest: false });
    expect(await bed.carryOut(again.id)).toEqual({ state: "failed" });
    expect(statesOf(await bed.show(again.id))["from"]).toBe("succeeded");
  });

  it("tells its owner", async () => {
    const failed = await bed.start(await bed.pipeline(faulty("3"), edges));
    await bed.carryOut(failed);
    const { body } = await bed.server.request("GET", "/notifications", { as: bed.owner });
    expect(body.items[0]).toMatchObject({ kind: "run.failed", link: `/runs/${failed}` });
  });
});

async function documentOf(pipeline: string): Promise<{ nodes: { id: string }[] }> {
  const row = await bed.server.services.database
    .reader("system")
    .selectFrom("pipeline_versions")
    .select("document")
    .where("pipeline_id", "=", pipeline)
    .executeTakeFirstOrThrow();
  return row.document as { nodes: { id: string }[] };
}

describe("destinations of which one fails", () => {
  const nodes = [
    PEOPLE,
    { id: "gate", kind: "gate", settings: { checks: [{ check: "row_count", min: 5 }] } },
    target("Fed by all", {}, "one"),
    target("Behind the gate", {}, "two"),
  ];
  const edges = [edge("from", "one"), edge("from", "gate"), edge("gate", "two")];

  it("are not published", async () => {
    const id = await bed.start(await bed.pipeline(nodes, edges));
    expect(await bed.carryOut(id)).toEqual({ state: "failed" });
    expect(await exists("Fed by all")).toBe(false);
  });

  it("are published but for that one where the pipeline says so", async () => {
    const id = await bed.start(await bed.pipeline(nodes, edges, { settings: { partial: "publish" } }));
    expect(await bed.carryOut(id)).toEqual({ state: "failed" });
    expect(statesOf(await bed.show(id))).toEqual({ from: "succeeded", gate: "failed", one: "succeeded", two: "upstream_failed" });
    expect(await bed.rowsOf("Fed by all")).toEqual(["1,Ann", "2,Bob"]);
  });
});

describe("runs of one pipeline", () => {
  it("wait for each other beyond its limit, and get their turn when one ends", async () => {
    const pipeline = await simple("In turn", { mode: "append" });
    const [first, second] = [await bed.start(pipeline), await bed.start(pipeline)];
    expect((await bed.show(second)).waitingFor).not.toBeNull();
    await bed.carryOut(first);
    expect((await bed.show(second)).waitingFor).toBeNull();
    expect(await bed.carryOut(second)).toEqual({ state: "succeeded" });
    expect(await bed.rowsOf("In turn")).toHaveLength(4);
  });

  it("publish nothing when they are dry", async () => {
    const id = await bed.start(await simple("Dry"), { isDry: true });
    expect(await bed.carryOut(id)).toEqual({ state: "succeeded" });
    expect(statesOf(await bed.show(id))).toEqual({ from: "succeeded", into: "skipped" });
    expect(await exists("Dry")).toBe(false);
  });
});

describe("rolling a run back", () => {
  it("gives datasets their versions before it, and makes the ones it made go", async () => {
    const pipeline = await simple("Rolled", { mode: "append" });
    const [first, second] = [await bed.start(pipeline), await bed.start(pipeline)];
    await bed.carryOut(first);
    await bed.carryOut(second);
    expect(await bed.rowsOf("Rolled")).toHaveLength(4);
    await expect(rollBackRun(await bed.ctx(), first)).rejects.toMatchObject({ code: "run.overtaken" });
    await rollBackRun(await bed.ctx(), second);
    expect(await bed.rowsOf("Rolled")).toHaveLength(2);
    await expect(rollBackRun(await bed.ctx(), second)).rejects.toMatchObject({ code: "run.overtaken" });
  });

  it("is refused for a run that made no versions", async () => {
    const id = await bed.start(await simple("Not yet"));
    await expect(rollBackRun(await bed.ctx(), id)).rejects.toMatchObject({ code: "run.state_wrong" });
  });
});

describe("the rights of a run", () => {
  it("are those its person has now", async () => {
    const other = await bed.server.user({ roles: ["contributor"], name: "Otto Other" });
    await bed.carryOut(await bed.start(await simple("Private")));
    const ctx = await bed.server.ctx(other);
    const pipeline = await bed.pipeline([source("Private"), target("Stolen")], [edge("from", "into")]);
    await ctx.tx(async ({ db }) => void (await db.updateTable("pipelines").set({ runs_as: other.id }).where("id", "=", pipeline).execute()));
    const id = await bed.start(pipeline);
    expect(await bed.carryOut(id)).toEqual({ state: "failed" });
    expect((await bed.show(id)).fault).toMatchObject({ class: "config", code: "dataset.not_found" });
  });
});
