import { changeJobs } from "@granary/core/changes";
import { newId } from "@granary/kernel";
import { multipartForm, startTestServer, type TestResponse, type TestServer, type TestUser } from "@granary/testkit";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

let server: TestServer;
let owner: TestUser;
let author: TestUser;
let reviewer: TestUser;
let viewer: TestUser;

beforeAll(async () => {
  server = await startTestServer();
  await server.startWorker();
  owner = await server.user({ roles: ["contributor"], name: "Olga Owner" });
  author = await server.user({ roles: ["contributor"], name: "Alf Author" });
  reviewer = await server.user({ roles: ["contributor"], name: "Rita Reviewer" });
  viewer = await server.user({ roles: ["viewer"], name: "Vera Viewer" });
});
afterAll(() => server[Symbol.asyncDispose]());

type Json = Readonly<Record<string, unknown>>;
const codeOf = ({ status, body }: TestResponse): string => `${status} ${body.code}`;
const get = (path: string, as = owner) => server.request("GET", path, { as });
const post = (path: string, body: Json = {}, as = owner) => server.request("POST", path, { as, body });

const PRICES = "sku,name,price,colour\nA-1,Lamp,10.50,red\nA-2,Chair,7.25,blue\nA-3,Desk,0.10,red\nA-4,Stool,3.00,green\n";

let counter = 0;
async function created(content = PRICES): Promise<string> {
  counter += 1;
  const form = multipartForm({ name: `Merged ${counter}`, visibility: "workspace" }, { name: "prices.csv", content });
  const dataset = (await server.request("POST", "/datasets?wait=true", { as: owner, ...form })).body.dataset.id;
  await server.request("PATCH", `/datasets/${dataset}/schema`, { as: owner, version: 1, body: { changes: [{ kind: "keys", columns: ["sku"] }] } });
  await post(`/datasets/${dataset}/permissions`, { email: reviewer.email, level: "contributor" });
  return dataset;
}

const modify = (sku: string, cells: Json) => ({ op: "modify", key: [sku], cells });

async function propose(dataset: string, edits: readonly Json[], as = author): Promise<TestResponse["body"]> {
  const { body } = await post("/changes?wait=true", { dataset, title: "Prices of May", proposal: { from: "edits", edits } }, as);
  expect(body.pending?.error ?? null).toBeNull();
  return body;
}

const approve = (change: Json, as = reviewer) => post(`/changes/${String(change["id"])}/approve`, {}, as);
const merge = (change: Json, body: Json = {}, as = owner) => post(`/changes/${String(change["id"])}/merge?wait=true`, body, as);

async function merged(dataset: string, edits: readonly Json[]): Promise<TestResponse["body"]> {
  const change = await propose(dataset, edits);
  await approve(change);
  const { body } = await merge(change);
  expect([body.state, body.mergeError]).toEqual(["merged", null]);
  return body;
}

async function rowsOf(dataset: string): Promise<string[]> {
  const { body } = await get(`/datasets/${dataset}/rows?limit=100&sort=sku`);
  return body.rows.map((row: readonly (string | null)[]) => row.map((cell) => cell ?? "-").join(","));
}

describe("merging", () => {
  it("keeps what others changed elsewhere, and the approvals", async () => {
    const dataset = await created();
    const change = await propose(dataset, [modify("A-1", { price: "11.00" })]);
    await approve(change);
    await merged(dataset, [modify("A-1", { colour: "black" }), modify("A-2", { price: "8.00" })]);
    expect((await get(`/changes/${change.id}`)).body).toMatchObject({ state: "approved", mergeability: { state: "rebase", versionsBehind: 1 } });
    expect((await merge(change)).body.state).toBe("merged");
    expect((await rowsOf(dataset)).slice(0, 2)).toEqual(["A-1,Lamp,11.00,black", "A-2,Chair,8.00,blue"]);
  });

  it("stops at conflicts, which are shown and decided by a new revision", async () => {
    const dataset = await created();
    const change = await propose(dataset, [modify("A-1", { price: "11.00", colour: "white" }), modify("A-3", { price: "0.20" })]);
    await approve(change);
    await merged(dataset, [modify("A-1", { price: "12.00" }), { op: "delete", key: ["A-3"] }]);
    expect((await get(`/changes/${change.id}`)).body.mergeability).toMatchObject({ state: "conflicts", conflictingRows: 2 });
    expect(codeOf(await merge(change))).toBe("409 change.conflicts");
    const conflicts = (await get(`/changes/${change.id}/conflicts`)).body;
    expect(conflicts).toMatchObject({ rows: 2, keys: ["sku"], next: null });
    expect(conflicts.items).toMatchObject([
      { key: ["A-1"], kind: "cells", cells: expect.arrayContaining([{ column: "price", base: "10.50", mine: "11.00", theirs: "12.00" }]) },
      { key: ["A-3"], kind: "deleted_there" },
    ]);
    const undecided = (await post(`/changes/${change.id}/resolve?wait=true`, { resolutions: [{ keys: [["A-1"]], take: "mine" }] }, author)).body;
    expect(undecided.pending).toMatchObject({ state: "failed", error: { code: "change.conflicts" } });
    const resolutions = [{ keys: [["A-1"]], columns: ["price"], take: "value", value: "11.50" }];
    const resolved = (await post(`/changes/${change.id}/resolve?wait=true`, { resolutions, rest: "theirs", note: "Half way" }, author)).body;
    expect(resolved).toMatchObject({ state: "open", current: { origin: "resolution", base: { version: 3 } }, mergeability: { state: "clean" } });
    await approve(change);
    expect((await merge(change)).body.state).toBe("merged");
    expect(await rowsOf(dataset)).toEqual(["A-1,Lamp,11.50,white", "A-2,Chair,7.25,blue", "A-4,Stool,3.00,green"]);
  });

  it("counts any edit of a row as a conflict where the dataset says so", async () => {
    const dataset = await created();
    const set = await server.request("PUT", `/datasets/${dataset}/change-rules`, { as: owner, version: 0, body: { strictness: "row" } });
    expect(set.status).toBe(200);
    const change = await propose(dataset, [modify("A-1", { price: "11.00" })]);
    await merged(dataset, [modify("A-1", { colour: "black" })]);
    expect((await get(`/changes/${change.id}`)).body.mergeability.state).toBe("conflicts");
  });

  it("proves the dataset's rules on the merged rows and gives the request back", async () => {
    const dataset = await created();
    const { version } = (await get(`/datasets/${dataset}/schema`)).body;
    await server.request("PATCH", `/datasets/${dataset}/schema`, {
      as: owner,
      version,
      body: { changes: [{ kind: "allow", column: "colour", values: ["red", "blue", "green"] }] },
    });
    const change = await propose(dataset, [modify("A-1", { colour: "mauve" })]);
    const rules = change.checks.find((item: { code: string }) => item.code === "rules");
    expect(rules).toMatchObject({ state: "failed", details: [expect.stringContaining("mauve")] });
    const kept = (await propose(dataset, [modify("A-1", { colour: "blue" })])).checks.find((item: { code: string }) => item.code === "rules");
    expect(kept).toMatchObject({ state: "passed", details: [] });
    await approve(change);
    const failed = (await merge(change)).body;
    expect(failed).toMatchObject({ state: "approved", merged: null, mergeError: { code: "change.rules_broken" } });
    expect((await get("/notifications", author)).body.items.map((item: { kind: string }) => item.kind)).toContain("change.merge_failed");
    expect((await get(`/datasets/${dataset}`)).body.dataVersion).toBe(3);
  });

  it("past the rules is for owners who administer datasets, with a reason that is kept", async () => {
    const dataset = await created();
    const change = await propose(dataset, [modify("A-1", { price: "11.00" })]);
    expect(codeOf(await merge(change))).toBe("409 change.not_approved");
    expect(codeOf(await merge(change, { bypass: "It is really urgent" }))).toBe("403 access.denied");
    expect(codeOf(await merge(change, { bypass: "short" }, server.admin))).toBe("400 request.invalid");
    const done = (await merge(change, { bypass: "It is really urgent" }, server.admin)).body;
    expect(done).toMatchObject({ state: "merged", merged: { bypass: "It is really urgent", by: { name: "Ada Admin" } } });
    expect((await get(`/datasets/${dataset}/versions`)).body.items[0].reason).toContain("It is really urgent");
  });

  it("is taken back by a request of its own, which makes the first one reverted", async () => {
    const dataset = await created();
    const change = await merged(dataset, [modify("A-1", { price: "11.00" }), { op: "delete", key: ["A-4"] }]);
    await merged(dataset, [modify("A-2", { price: "8.00" })]);
    const begun = await post(`/changes/${change.id}/revert`, { reason: "Wrong list" }, author);
    expect([begun.status, begun.body.reverts?.id]).toEqual([202, change.id]);
    await expect.poll(async () => (await get(`/changes/${begun.body.id}`)).body.state, { timeout: 60_000 }).toBe("open");
    expect((await get(`/changes/${begun.body.id}`)).body.counts).toMatchObject({ added: 1, removed: 0, modified: 1 });
    await approve(begun.body);
    expect((await merge(begun.body)).body.state).toBe("merged");
    expect(await rowsOf(dataset)).toEqual(["A-1,Lamp,10.50,red", "A-2,Chair,8.00,blue", "A-3,Desk,0.10,red", "A-4,Stool,3.00,green"]);
    expect((await get(`/changes/${change.id}`)).body).toMatchObject({ state: "reverted", revertedBy: { id: begun.body.id } });
  });

  it("does its work once however often its job runs", async () => {
    const dataset = await created();
    const change = await merged(dataset, [modify("A-1", { price: "11.00" })]);
    const job = { progress: () => undefined, log: () => undefined, finish: async () => undefined } as never;
    const ctx = await server.ctx();
    expect(await changeJobs["change.merge"](ctx, { changeId: change.id }, job)).toMatchObject({ version: 3 });
    expect((await get(`/datasets/${dataset}`)).body.dataVersion).toBe(3);
  });

  it("and comparing are over when their job ended without them, so that both can be tried again", async () => {
    const dataset = await created();
    const change = await propose(dataset, [modify("A-1", { price: "11.00" })]);
    await approve(change);
    const ended = change.current.jobId;
    const set = (statement: ReturnType<typeof sql>) => server.services.database.tx("system", (tx) => statement.execute(tx));
    await set(sql`update change_requests set state = 'merging', merge_job_id = ${ended} where id = ${change.id}`);
    expect((await get(`/changes/${change.id}`)).body).toMatchObject({ state: "approved", can: { merge: true } });
    await set(sql`insert into change_revisions (workspace_id, change_id, number, origin, source, base_version, base_snapshot_id, schema_version, job_id)
      select workspace_id, change_id, 2, origin, source, base_version, base_snapshot_id, schema_version, job_id from change_revisions where change_id = ${change.id}`);
    await set(sql`update jobs set state = 'cancelled' where id = ${ended}`);
    expect((await get(`/changes/${change.id}`)).body).toMatchObject({
      pending: { number: 2, state: "failed", error: { code: "engine.cancelled" } },
      can: { propose: true },
    });
    expect((await merge(change)).body.state).toBe("merged");
  });

  it("is refused once the dataset lies in the trash, and goes on when it is back", async () => {
    const dataset = await created();
    const change = await propose(dataset, [modify("A-1", { price: "11.00" })]);
    await approve(change);
    await server.request("DELETE", `/datasets/${dataset}`, { as: owner });
    expect((await get(`/changes/${change.id}`)).body).toMatchObject({ mergeability: { state: "dataset_gone" }, can: { merge: false } });
    expect(codeOf(await merge(change))).toBe("409 change.state_wrong");
    expect((await get("/changes?q=Prices")).body.items.map((item: { id: string }) => item.id)).not.toContain(change.id);
    await post(`/datasets/${dataset}/restore`);
    expect((await merge(change)).body.state).toBe("merged");
  });
});

describe("rights", () => {
  it("let viewers read and discuss, and nothing else", async () => {
    const dataset = await created();
    const change = await propose(dataset, [modify("A-1", { price: "11.00" })]);
    const seen = (await get(`/changes/${change.id}`, viewer)).body;
    expect(Object.entries(seen.can).flatMap(([name, may]) => (may === true ? [name] : []))).toEqual(["comment"]);
    expect((await get(`/changes/${change.id}/diff`, viewer)).body.changes).toHaveLength(1);
    const comment = (await post(`/changes/${change.id}/comments`, { body: "Why?", rowKey: ["A-1"], column: "price" }, viewer)).body;
    expect(comment).toMatchObject({ rowKey: ["A-1"], column: "price", can: { edit: true, delete: true } });
    expect((await get(`/changes/${change.id}/diff`)).body.changes[0].comments).toBe(1);
    const answer = (await post(`/changes/${change.id}/comments`, { body: "New list", parentId: comment.id }, author)).body;
    expect(answer).toMatchObject({ parentId: comment.id, rowKey: ["A-1"] });
    const edit = (body: Json, as: TestUser) => server.request("PATCH", `/changes/${change.id}/comments/${comment.id}`, { as, body });
    expect((await edit({ body: "x" }, author)).status).toBe(403);
    expect((await edit({ resolved: true }, author)).body.resolved.by.name).toBe("Alf Author");
    expect((await server.request("DELETE", `/changes/${change.id}/comments/${answer.id}`, { as: viewer })).status).toBe(403);
    expect((await server.request("DELETE", `/changes/${change.id}/comments/${comment.id}`, { as: viewer })).status).toBe(204);
    expect((await get(`/changes/${change.id}/comments`)).body.items.map((item: { body: string }) => item.body)).toEqual(["(taken back)", "New list"]);
    for (const path of ["approve", "merge"]) expect((await post(`/changes/${change.id}/${path}`, {}, viewer)).status).toBe(403);
    expect((await post(`/changes/${change.id}/close`, {}, viewer)).status).toBe(403);
  });

  it("keep requests of datasets that one does not see from being there", async () => {
    const form = multipartForm({ name: "Private prices" }, { name: "p.csv", content: "id,n\n1,2\n" });
    const dataset = (await server.request("POST", "/datasets?wait=true", { as: owner, ...form })).body.dataset.id;
    const change = await propose(dataset, [{ op: "add", cells: { id: "2", n: "3" } }], owner);
    expect(codeOf(await get(`/changes/${change.id}`, author))).toBe("404 change.not_found");
    expect((await get("/changes", author)).body.items.map((item: { id: string }) => item.id)).not.toContain(change.id);
    expect(codeOf(await get(`/changes/${newId("change")}`))).toBe("404 change.not_found");
  });

  it("let nobody answer for parts they see masked or not at all, and tell them no counts", async () => {
    const dataset = await created();
    const change = await propose(dataset, [modify("A-1", { price: "11.00" })]);
    const { columns } = (await get(`/datasets/${dataset}/schema`)).body;
    const fieldId = columns.find((item: { name: string }) => item.name === "price").id;
    const policy = {
      name: `Mask ${dataset}`,
      effect: "mask",
      mask: "redact",
      subjects: [{ kind: "user", id: reviewer.id }],
      targets: [{ kind: "column", datasetId: dataset, fieldId }],
    };
    expect((await post("/policies", policy, server.admin)).status).toBe(201);
    expect(codeOf(await approve(change))).toBe("403 change.hidden_parts");
    expect((await get(`/changes/${change.id}`, reviewer)).body).toMatchObject({ counts: null, can: { review: false, merge: false } });
    expect((await get(`/changes/${change.id}/diff`, reviewer)).text).not.toContain("11.00");
    expect((await get("/changes?limit=200", reviewer)).body.items.find((item: { id: string }) => item.id === change.id).counts).toBeNull();
  });

  it("of a proposal are its author's: who lost sight of the dataset proposes nothing", async () => {
    const dataset = await created();
    const blocked = await server.user({ roles: ["contributor"], name: "Bo Blocked" });
    const policy = { name: `Deny ${dataset}`, effect: "deny", subjects: [{ kind: "user", id: blocked.id }], targets: [{ kind: "dataset", id: dataset }] };
    const change = await propose(dataset, [modify("A-1", { price: "11.00" })], blocked);
    expect((await post("/policies", policy, server.admin)).status).toBe(201);
    expect(codeOf(await post(`/changes/${change.id}/close`, {}, blocked))).toBe("404 change.not_found");
    await approve(change);
    expect((await merge(change)).body.state).toBe("merged");
  });

  it("of an API key are enough to propose, and the same request twice is one", async () => {
    const dataset = await created();
    const made = await post("/api-keys", { name: "Robot", scopes: ["dataset:read", "change:read", "change:create"], expiresAt: null }, author);
    const body = { dataset, title: "By a robot", proposal: { from: "edits", edits: [modify("A-1", { price: "11.00" })] } };
    const send = () =>
      server.request("POST", "/changes", {
        as: made.body.token ?? made.body.secret ?? made.body.key,
        body,
        headers: { "idempotency-key": `robot-${dataset}` },
      });
    const [first, second] = [await send(), await send()];
    expect([first.status, second.body.id]).toEqual([202, first.body.id]);
    await expect.poll(async () => (await get(`/changes/${first.body.id}`)).body.state, { timeout: 60_000 }).toBe("open");
    expect((await get(`/changes/${first.body.id}`)).body.author.name).toBe("Alf Author");
  });
});

describe("what a dataset asks", () => {
  const set = (dataset: string, body: Json, version = 0, as = owner) => server.request("PUT", `/datasets/${dataset}/change-rules`, { as, version, body });

  it("is for its owners to say, for columns and groups that are there", async () => {
    const dataset = await created();
    expect((await get(`/datasets/${dataset}/change-rules`, viewer)).body).toMatchObject({ version: 0, approvals: 1, can: { edit: false } });
    expect((await set(dataset, {}, 0, reviewer)).status).toBe(403);
    const wrong = await set(dataset, { owners: [{ columns: ["prize"], groupId: newId("group") }] });
    expect(codeOf(wrong)).toBe("400 request.invalid");
    expect((await set(dataset, { comparisons: [{ column: "name", ignoreCase: true }] })).body).toMatchObject({
      version: 1,
      comparisons: [{ column: "name", ignoreCase: true }],
    });
    expect(codeOf(await set(dataset, {}))).toBe("409 edit.conflict");
    const same = (await post("/changes?wait=true", { dataset, proposal: { from: "edits", edits: [modify("A-1", { name: "LAMP" })] } }, author)).body;
    expect(same.pending.error.code).toBe("change.nothing_proposed");
  });

  it("names groups for columns, one more for deletions, and nothing for what is small", async () => {
    const dataset = await created();
    const finance = (await post("/groups", { name: "Finance" }, server.admin)).body;
    await post(`/groups/${finance.id}/members`, { users: [owner.id] }, server.admin);
    await set(dataset, { approvals: 1, owners: [{ columns: ["price"], groupId: finance.id }], extraOnDeletes: true });
    const priced = await propose(dataset, [modify("A-1", { price: "11.00" })]);
    expect((await approve(priced)).body).toMatchObject({
      state: "open",
      demands: [
        { kind: "approvals", given: 1 },
        { kind: "group", given: 0 },
      ],
    });
    expect((await approve(priced, owner)).body.state).toBe("approved");
    const deleting = await propose(dataset, [{ op: "delete", key: ["A-4"] }]);
    expect(deleting.demands.map((item: { kind: string }) => item.kind)).toContain("deletes");
    await set(dataset, { autoApproveBelow: 2 }, 1);
    const small = await propose(dataset, [modify("A-2", { colour: "grey" })]);
    expect(small).toMatchObject({ state: "approved", approvals: { needed: 0 } });
    expect((await propose(dataset, [{ op: "delete", key: ["A-3"] }])).state).toBe("open");
    expect((await merge(small)).body.state).toBe("merged");
  });
});
