import { fireSchedules, followEvents, repairSchedules } from "@granary/core/pipelines";
import { drainBacklog } from "@granary/core/events";
import { multipartForm, startTestServer, type TestServer, type TestUser } from "@granary/testkit";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

let server: TestServer;
let engineer: TestUser;
let sequence = 0;

const nodes = (target: string) => [
  { id: "one", kind: "source_rows", settings: { columns: [{ name: "id", type: "integer" }], rows: [["1"]] } },
  { id: "kept", kind: "to_dataset", settings: { dataset: target } },
];
const change = (statement: ReturnType<typeof sql>) => server.services.database.tx("system", (db) => statement.execute(db));

async function create(triggers: readonly object[], fields: object = {}) {
  sequence += 1;
  const document = { name: `Clocked ${sequence}`, nodes: nodes(`Made ${sequence}`), edges: [{ from: "one", to: "kept" }], triggers, ...fields };
  const { status, text, body } = await server.request("POST", "/pipelines", { as: engineer, body: { document } });
  expect(status, text).toBe(201);
  return body;
}
const runsOf = async (pipeline: string) =>
  (await server.request("GET", `/pipelines/${pipeline}/runs`, { as: engineer })).body.items as readonly {
    id: string;
    cause: string;
    by: string;
    state: string;
  }[];
const makeDue = (pipeline: string, ago = "1 minute") =>
  change(
    sql`update pipeline_triggers set last_at = date_trunc('minute', now()) - ${ago}::interval, next_at = now() - interval '1 second' where pipeline_id = ${pipeline}`,
  );
const endRun = (id: string, state = "succeeded") =>
  change(sql`with ended as (update runs set state = ${state}, ended_at = now() where id = ${id} returning id, workspace_id)
    , event as (insert into events (id, workspace_id, type, actor_kind, actor_label, subject_kind, subject_id, subject_label, result, data, request_id, at)
      select 'evt_' || substr(md5(random()::text) || md5(random()::text), 1, 26), workspace_id, ${state === "succeeded" ? "run.succeeded" : "run.failed"}, 'system', 'x', 'run', id, 'x', 'success', '{}', 'x', now() from ended returning id)
    insert into event_backlog (event_id) select id from event`);
async function settle(): Promise<void> {
  await drainBacklog(server.services.database);
  await followEvents(server.services);
}

beforeAll(async () => {
  server = await startTestServer();
  engineer = await server.user({ roles: ["data_engineer"], name: "Eva Engineer" });
  await followEvents(server.services);
});
afterAll(() => server[Symbol.asyncDispose]());

describe("schedules", () => {
  const minutely = { id: "often", kind: "schedule", cron: ["* * * * *"], timeZone: "Europe/Berlin", whenBusy: "queue_all", catchUp: "all" };

  it("start each of their times once, however many clocks look", async () => {
    const { id } = await create([minutely]);
    await makeDue(id, "3 minutes");
    await Promise.all([1, 2, 3, 4].map(() => fireSchedules(server.services)));
    const runs = await runsOf(id);
    expect(runs.length).toBe(3);
    expect(runs[0]).toMatchObject({ cause: "schedule", by: "often", state: "queued" });
    const { body } = await server.request("GET", `/runs/${runs[0]?.id ?? ""}`, { as: engineer });
    expect(Date.parse(body.interval.end) - Date.parse(body.interval.start)).toBe(60_000);
    await change(sql`update pipeline_triggers set last_at = last_at - interval '3 minutes', next_at = now() where pipeline_id = ${id}`);
    await fireSchedules(server.services);
    expect((await runsOf(id)).length).toBe(3);
  });

  it("heed what is to be done while a run is going on", async () => {
    for (const [whenBusy, states] of [
      ["skip", ["queued"]],
      ["queue_one", ["queued", "queued"]],
      ["cancel_running", ["queued", "cancelled"]],
    ] as const) {
      const { id } = await create([{ ...minutely, catchUp: "latest", whenBusy }]);
      await server.request("POST", `/pipelines/${id}/execute`, { as: engineer, body: {} });
      await makeDue(id);
      await fireSchedules(server.services);
      expect(
        (await runsOf(id)).map(({ state }) => state),
        whenBusy,
      ).toEqual(states);
      await change(sql`delete from runs where pipeline_id = ${id} and trigger_id is null and state = 'queued'`);
    }
  });

  it("do nothing while their pipeline is turned off, and make up for none of it", async () => {
    const { id } = await create([minutely]);
    await server.request("POST", `/pipelines/${id}/enabled`, { as: engineer, body: { enabled: false } });
    await makeDue(id, "5 minutes");
    await fireSchedules(server.services);
    await server.request("POST", `/pipelines/${id}/enabled`, { as: engineer, body: { enabled: true } });
    await fireSchedules(server.services);
    expect(await runsOf(id)).toEqual([]);
  });

  it("are set right after the clock was ahead", async () => {
    const { id } = await create([minutely]);
    await change(sql`update pipeline_triggers set last_at = now() + interval '1 year', next_at = now() + interval '1 year' where pipeline_id = ${id}`);
    await repairSchedules(server.services);
    const { rows } = (await change(sql`select next_at < now() + interval '2 minutes' as soon from pipeline_triggers where pipeline_id = ${id}`)) as {
      rows: { soon: boolean }[];
    };
    expect(rows[0]?.soon).toBe(true);
  });

  it("cost an idle clock one look into an index", async () => {
    await change(sql`insert into pipeline_triggers (workspace_id, pipeline_id, trigger_id, kind, rule, enabled, next_at)
      select workspace_id, id, 'later' || n, 'schedule', '{}', true, now() + interval '1 day' from pipelines, generate_series(1, 1000) n where name = 'Clocked 1'`);
    await change(sql`analyze pipeline_triggers`);
    const { rows } = (await change(sql`explain select 1 from pipeline_triggers where enabled and next_at <= now() order by next_at limit 200`)) as {
      rows: Record<string, string>[];
    };
    expect(rows.map((row) => row["QUERY PLAN"]).join("\n")).toContain("pipeline_triggers_due_idx");
    await change(sql`delete from pipeline_triggers where trigger_id like 'later%'`);
  });

  it("do not hold up others when one cannot start", async () => {
    const gone = await create([{ ...minutely, parameters: { nothing: "x" } }]);
    const fine = await create([minutely]);
    await makeDue(gone.id);
    await makeDue(fine.id);
    await fireSchedules(server.services);
    expect([(await runsOf(gone.id)).length, (await runsOf(fine.id)).length]).toEqual([0, 1]);
  });
});

describe("other pipelines", () => {
  it("start what waits for all of them, once all have ended as wanted, across a restart", async () => {
    const [first, second] = [await create([]), await create([])];
    const waiting = await create([{ id: "both", kind: "pipeline", pipelines: [first.name, second.id] }]);
    const runOf = async (pipeline: string): Promise<string> =>
      (await server.request("POST", `/pipelines/${pipeline}/execute`, { as: engineer, body: {} })).body.id;
    await endRun(await runOf(first.id));
    await settle();
    await endRun(await runOf(second.id), "failed");
    await settle();
    expect(await runsOf(waiting.id)).toEqual([]);
    await endRun(await runOf(second.id));
    await drainBacklog(server.services.database);
    await Promise.all([followEvents(server.services), followEvents(server.services)]);
    await settle();
    expect(await runsOf(waiting.id)).toMatchObject([{ cause: "pipeline", by: "both" }]);
  });

  it("end a circle nobody could see when it was drawn", async () => {
    const self = await create([]);
    const { rows } = (await change(sql`update runs set depth = 20 where pipeline_id = ${self.id} returning id`)) as { rows: unknown[] };
    expect(rows).toEqual([]);
    const next = await create([{ id: "after", kind: "pipeline", pipelines: [self.id] }]);
    const { body } = await server.request("POST", `/pipelines/${self.id}/execute`, { as: engineer, body: {} });
    await change(sql`update runs set depth = 20 where id = ${body.id}`);
    await endRun(body.id);
    await settle();
    expect(await runsOf(next.id)).toEqual([]);
  });
});

describe("hooks", () => {
  it("start a pipeline for who knows the secret, and tell others nothing", async () => {
    const made = await create([{ id: "called", kind: "webhook", parameters: { day: "1" } }], { parameters: [{ name: "day", type: "text" }] });
    const { body } = await server.request("POST", `/pipelines/${made.id}/hook`, { as: engineer });
    const call = (secret: string, path: string = made.hook.path.replace("/api/v1", "")) =>
      server.request("POST", path, { headers: { "x-granary-hook-secret": secret }, body: { parameters: { day: 2 } } });
    const started = await call(body.secret);
    expect(started.status).toBe(202);
    const { run } = started.body;
    expect((await server.request("GET", `/runs/${run}`, { as: engineer })).body).toMatchObject({ cause: "webhook", parameters: { day: "2" } });
    const refused = [await call("wrong"), await call(body.secret, `/hooks/${made.id.slice(0, -4)}0000`)];
    expect(refused.map((answer) => [answer.status, answer.body.code])).toEqual([
      [401, "pipeline.hook_refused"],
      [401, "pipeline.hook_refused"],
    ]);
    await server.request("POST", `/pipelines/${made.id}/hook`, { as: engineer });
    expect((await call(body.secret)).status).toBe(401);
  });
});

describe("backfills", () => {
  const spec = { unit: "day", timeZone: "Europe/Berlin", from: "2026-03-27T23:00:00Z", until: "2026-04-01T22:00:00Z", maxParallel: 2, stopAfterFailures: 2 };
  const ask = (method: string, path: string, body?: unknown) => server.request(method, path, { as: engineer, ...(body === undefined ? {} : { body }) });

  it("run their parts so many at a time, stop behind failures, and run those again", async () => {
    const { id } = await create([]);
    const begun = await ask("POST", `/pipelines/${id}/backfills`, spec);
    expect(begun.body, begun.text).toMatchObject({ state: "running", counts: { waiting: 3, running: 2 }, can: { pause: true, retry: false } });
    const backfill = begun.body.id;
    const open = async () => (await runsOf(id)).filter((run) => run.state === "queued").toReversed();
    for (const run of await open()) await endRun(run.id, "failed");
    await settle();
    expect((await ask("GET", `/backfills/${backfill}`)).body).toMatchObject({ state: "failed", counts: { failed: 2, waiting: 3 }, can: { retry: true } });
    const retried = await ask("POST", `/backfills/${backfill}/retry`);
    expect(retried.body).toMatchObject({ state: "running", counts: { running: 2, waiting: 3, failed: 0 } });
    await ask("POST", `/backfills/${backfill}/pause`);
    for (const run of await open()) await endRun(run.id);
    await settle();
    expect((await ask("GET", `/backfills/${backfill}`)).body).toMatchObject({ state: "paused", counts: { succeeded: 2, waiting: 3 } });
    expect((await ask("POST", `/backfills/${backfill}/pause`)).body.code).toBe("pipeline.backfill_state_wrong");
    await ask("POST", `/backfills/${backfill}/resume`);
    for (let round = 0; round < 3; round += 1) {
      for (const run of await open()) await endRun(run.id);
      await settle();
    }
    expect((await ask("GET", `/backfills/${backfill}`)).body).toMatchObject({ state: "succeeded", counts: { succeeded: 5 } });
    const parts = await ask("GET", `/backfills/${backfill}/partitions?limit=2`);
    expect(parts.body.items).toMatchObject([
      { partition: "2026-03-28", state: "succeeded" },
      { partition: "2026-03-29", endsAt: "2026-03-29T22:00:00.000Z" },
    ]);
    const missing = await ask("POST", `/pipelines/${id}/backfills`, { ...spec, until: "2026-04-02T22:00:00Z" });
    expect(missing.body.counts).toMatchObject({ skipped: 5, running: 1 });
    expect((await ask("POST", `/backfills/${missing.body.id}/cancel`)).body).toMatchObject({ state: "cancelled", counts: { cancelled: 1 } });
  });

  it("refuse what would be endless", async () => {
    const { id } = await create([]);
    const large = await ask("POST", `/pipelines/${id}/backfills`, { ...spec, unit: "hour", from: "2000-01-01T00:00:00Z" });
    expect(large.body.code).toBe("pipeline.backfill_too_large");
  });
});

describe("datasets", () => {
  it("start what waits for any of them, in the name of somebody who may see them", async () => {
    await server.startWorker();
    const owner = await server.user({ roles: ["data_engineer"] });
    const waiting = await create([{ id: "changed", kind: "dataset", datasets: ["Watched rows"] }]);
    const { body, headers } = multipartForm({ name: "Watched rows" }, { name: "d.csv", content: "a\n1\n" });
    const loaded = await server.request("POST", "/datasets?wait=true", { as: owner, body, headers });
    await settle();
    expect(await runsOf(waiting.id)).toEqual([]);
    const dataset: string = loaded.body.dataset.id;
    await server.request("POST", `/datasets/${dataset}/permissions`, { as: owner, body: { email: engineer.email, level: "viewer" } });
    const upload = await server.request("POST", "/uploads", { as: owner, body: { fileName: "d.csv", bytes: 4 } });
    await server.request("PATCH", `/uploads/${upload.body.id}?offset=0`, {
      as: owner,
      body: Buffer.from("a\n2\n"),
      headers: { "content-type": "application/octet-stream" },
    });
    const added = await server.request("POST", `/datasets/${dataset}/batches?wait=true`, { as: owner, body: { uploadId: upload.body.id } });
    expect(added.status, added.text).toBeLessThan(300);
    await settle();
    expect(await runsOf(waiting.id)).toMatchObject([{ cause: "dataset", by: "changed" }]);
  });
});
