import { multipartForm, startTestServer, type TestResponse, type TestServer, type TestUser } from "@granary/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

let server: TestServer;
let owner: TestUser;
let author: TestUser;
let reviewer: TestUser;

beforeAll(async () => {
  server = await startTestServer();
  await server.startWorker();
  owner = await server.user({ roles: ["contributor"], name: "Olga Owner" });
  author = await server.user({ roles: ["contributor"], name: "Alf Author" });
  reviewer = await server.user({ roles: ["contributor"], name: "Rita Reviewer" });
});
afterAll(() => server[Symbol.asyncDispose]());

type Json = Readonly<Record<string, unknown>>;
const codeOf = ({ status, body }: TestResponse): string => `${status} ${body.code}`;
const get = (path: string, as = owner) => server.request("GET", path, { as });
const post = (path: string, body: Json = {}, as = owner) => server.request("POST", path, { as, body });

const PRICES = "sku,name,price,colour\nA-1,Lamp,10.50,red\nA-2,Chair,7.25,blue\nA-3,Desk,0.10,red\nA-4,Stool,3.00,green\n";

let counter = 0;
/** A dataset with the key `sku`, which the reviewer may change. */
async function created(content = PRICES): Promise<string> {
  counter += 1;
  const form = multipartForm({ name: `Prices ${counter}`, visibility: "workspace" }, { name: "prices.csv", content });
  const dataset = (await server.request("POST", "/datasets?wait=true", { as: owner, ...form })).body.dataset.id;
  const keyed = await server.request("PATCH", `/datasets/${dataset}/schema`, {
    as: owner,
    version: 1,
    body: { changes: [{ kind: "keys", columns: ["sku"] }] },
  });
  expect(keyed.body.isApplied).toBe(true);
  await post(`/datasets/${dataset}/permissions`, { email: reviewer.email, level: "contributor" });
  return dataset;
}

const modify = (sku: string, cells: Json) => ({ op: "modify", key: [sku], cells });

async function propose(dataset: string, edits: readonly Json[], more: Json = {}, as = author): Promise<TestResponse["body"]> {
  const { status, body } = await post("/changes?wait=true", { dataset, title: "Prices of May", proposal: { from: "edits", edits }, ...more }, as);
  expect([status, body.pending?.error ?? null]).toEqual([202, null]);
  return body;
}

async function proposeFile(dataset: string, content: string, fields: Readonly<Record<string, string>> = {}, name = "prices.csv"): Promise<TestResponse> {
  const form = multipartForm({ dataset, ...fields }, { name, content });
  return server.request("POST", "/changes?wait=true", { as: author, ...form });
}

async function rowsOf(dataset: string): Promise<string[]> {
  const { body } = await get(`/datasets/${dataset}/rows?limit=100&sort=sku`);
  return body.rows.map((row: readonly (string | null)[]) => row.map((cell) => cell ?? "-").join(","));
}

async function setRules(dataset: string, rules: Json): Promise<void> {
  const { version } = (await get(`/datasets/${dataset}/change-rules`)).body;
  const set = await server.request("PUT", `/datasets/${dataset}/change-rules`, { as: owner, version, body: rules });
  expect([set.status, set.body.version]).toEqual([200, version + 1]);
}

const approve = (change: Json, as = reviewer, body: Json = {}) => post(`/changes/${String(change["id"])}/approve`, body, as);
const merge = (change: Json, body: Json = {}, as = owner) => post(`/changes/${String(change["id"])}/merge?wait=true`, body, as);

describe("a change request made of edits", () => {
  it("lives from proposal to merge, one version later", async () => {
    const dataset = await created();
    const change = await propose(dataset, [
      modify("A-1", { price: "11.00" }),
      { op: "add", cells: { sku: "A-5", name: "Shelf", price: "4.20", colour: "red" } },
      { op: "delete", key: ["A-4"] },
    ]);
    expect(change).toMatchObject({
      state: "open",
      kind: "rows",
      author: { name: "Alf Author" },
      counts: { added: 1, removed: 1, modified: 1, cells: 1 },
      approvals: { given: 0, needed: 1 },
      mergeability: { state: "clean" },
      can: { review: false, merge: false, close: true },
    });
    const diff = (await get(`/changes/${change.number}/diff`)).body;
    expect(diff.keys).toEqual(["sku"]);
    expect(diff.changes.map((row: { kind: string; key: string[] }) => [row.kind, row.key])).toEqual([
      ["modified", ["A-1"]],
      ["removed", ["A-4"]],
      ["added", ["A-5"]],
    ]);
    expect(diff.changes[0]).toMatchObject({ old: ["A-1", "Lamp", "10.50", "red"], new: ["A-1", "Lamp", "11.00", "red"], changed: [false, false, true, false] });
    expect((await get(`/changes/${change.id}/diff?kind=added`)).body.changes).toHaveLength(1);
    expect((await get(`/changes/${change.id}/diff?column=price`)).body.changes).toHaveLength(1);
    expect((await get(`/changes/${change.id}/overview`)).body).toMatchObject({ added: 1, removed: 1, modified: 1, columns: [{ column: "price", changed: 1 }] });
    expect((await get(`/changes/${change.id}/columns/price`)).body).toMatchObject({ column: "price" });
    expect((await get(`/changes?waiting=true&dataset=${dataset}`, reviewer)).body.items).toMatchObject([{ id: change.id, isWaitingForYou: true }]);
    const approved = await approve(change, reviewer, { digest: change.current.digest });
    expect([approved.status, approved.body.state]).toEqual([200, "approved"]);
    expect((await get(`/changes?waiting=true&dataset=${dataset}`, reviewer)).body.items).toEqual([]);
    const merged = await merge(change);
    expect(merged.body).toMatchObject({ state: "merged", merged: { version: 3, by: { name: "Olga Owner" }, bypass: null }, mergeError: null });
    expect(await rowsOf(dataset)).toEqual(["A-1,Lamp,11.00,red", "A-2,Chair,7.25,blue", "A-3,Desk,0.10,red", "A-5,Shelf,4.20,red"]);
    const [version] = (await get(`/datasets/${dataset}/versions`)).body.items;
    expect(version).toMatchObject({ number: 3, operation: "merged", change: { id: change.id }, added: 1, removed: 1, replaced: 1 });
    const told = (await get("/notifications", author)).body.items.map((item: { kind: string }) => item.kind);
    expect(told).toEqual(expect.arrayContaining(["change.approved", "change.merged"]));
    expect((await get("/notifications", reviewer)).body.items.map((item: { kind: string }) => item.kind)).toContain("change.opened");
    const mails = (await get("/admin/outbox?limit=200", server.admin)).body.items.filter((item: { subject: string }) =>
      item.subject.startsWith(`#${change.number} `),
    );
    expect(mails.map((item: { to: string }) => item.to)).toEqual(expect.arrayContaining([reviewer.email, author.email, owner.email]));
    expect(mails.filter((item: { subject: string; to: string }) => item.subject.includes("was merged") && item.to === owner.email)).toEqual([]);
  });

  it("is kept as a draft with its edits until they are proposed", async () => {
    const dataset = await created();
    const draft = (await post("/changes", { dataset, title: "A draft" }, author)).body;
    expect(draft).toMatchObject({ state: "draft", current: null, edits: 0, can: { edit: true, submit: false, delete: true } });
    const save = (edits: readonly Json[], as = author) => server.request("PUT", `/changes/${draft.id}/edits`, { as, body: { edits } });
    const kept = await save([
      { rowId: '["A-1"]', edit: modify("A-1", { price: "1.00" }) },
      { rowId: "new-1", edit: { op: "add", cells: { sku: "A-9", name: "New" } } },
    ]);
    expect(kept.body).toEqual({ edits: 2 });
    expect((await save([{ rowId: "new-1", edit: null }])).body).toEqual({ edits: 1 });
    expect(codeOf(await save([{ rowId: "A-1", edit: modify("A-1", {}) }]))).toBe("400 request.invalid");
    expect((await save([{ rowId: "x", edit: null }], reviewer)).status).toBe(403);
    expect((await get(`/changes/${draft.id}/edits`, author)).body.items).toEqual([{ rowId: '["A-1"]', edit: modify("A-1", { price: "1.00" }) }]);
    const proposed = (await post(`/changes/${draft.id}/revisions?wait=true`, { proposal: { from: "draft" } }, author)).body;
    expect(proposed).toMatchObject({ state: "draft", revision: 1, edits: 0, counts: { modified: 1 } });
    expect((await post(`/changes/${draft.id}/submit`, {}, author)).body.state).toBe("open");
    expect(codeOf(await post(`/changes/${draft.id}/submit`, {}, author))).toBe("409 change.state_wrong");
  });

  it("is refused when it names what is not there, and fails when nothing differs", async () => {
    const dataset = await created();
    const unknown = await post("/changes", { dataset, proposal: { from: "edits", edits: [modify("A-1", { pice: "1" })] } }, author);
    expect(codeOf(unknown)).toBe("422 change.columns_unknown");
    const same = (await post("/changes?wait=true", { dataset, proposal: { from: "edits", edits: [modify("A-1", { price: "10.50" })] } }, author)).body;
    expect(same).toMatchObject({ state: "draft", current: null, pending: { state: "failed", error: { code: "change.nothing_proposed" } } });
    const gone = (await post("/changes?wait=true", { dataset, proposal: { from: "edits", edits: [modify("A-77", { price: "1" })] } }, author)).body;
    expect(gone.pending).toMatchObject({ state: "failed", error: { code: "change.rows_gone" } });
    expect((await get("/notifications", author)).body.items.length).toBeGreaterThan(0);
    expect(
      (await post(`/changes/${same.id}/revisions?wait=true`, { proposal: { from: "edits", edits: [modify("A-1", { price: "10.51" })] } }, author)).body,
    ).toMatchObject({ revision: 2, pending: null });
  });
});

describe("a change request made of a file", () => {
  it("is typed as its dataset is, and keeps damaged formats out until they are accepted", async () => {
    const dataset = await created("sku,name,price\n007,Lamp,10.50\n008,Chair,7.25\n009,Desk,1.00\n");
    const { status, body } = await proposeFile(dataset, "sku,name,price\n007,Lamp,10.5\n008,Chair,9.25\n", { title: "From a sheet" });
    expect([status, body.state, body.current?.origin]).toEqual([202, "open", "file"]);
    expect(body.counts).toMatchObject({ added: 0, removed: 0, modified: 1 });
    await approve(body);
    expect((await merge(body)).body.state).toBe("merged");
    expect(await rowsOf(dataset)).toEqual(["007,Lamp,10.50", "008,Chair,9.25", "009,Desk,1.00"]);
  });

  it("of a download finds its version by the name, and missing rows of a part cannot be deletions", async () => {
    const dataset = await created();
    const filter = encodeURIComponent(JSON.stringify({ column: "colour", op: "eq", value: "red" }));
    const part = await get(`/datasets/${dataset}/download?format=csv&filter=${filter}`, author);
    const name = /filename="([^"]+)"/.exec(String(part.headers["content-disposition"]))?.[1] ?? "";
    expect(name).toContain("dow_");
    const changed = part.text.replace("10.50", "12.00");
    expect(codeOf(await proposeFile(dataset, changed, { missing: "deleted" }, name))).toBe("422 change.partial_download");
    await propose(dataset, [modify("A-2", { price: "8.00" })]).then(async (other) => {
      await approve(other);
      await merge(other);
    });
    const { body } = await proposeFile(dataset, changed, {}, name);
    expect(body).toMatchObject({
      counts: { modified: 1, removed: 0 },
      current: { base: { version: 2 } },
      headVersion: 3,
      mergeability: { state: "rebase", versionsBehind: 1 },
    });
    expect(
      codeOf(await post("/changes", { dataset, proposal: { from: "file", uploadId: `upl_${"0".repeat(26)}`, downloadId: `dow_${"0".repeat(26)}` } }, author)),
    ).toBe("422 change.download_unknown");
  });

  it("deletes missing rows only when that is meant", async () => {
    const dataset = await created();
    const { body } = await proposeFile(dataset, "sku,name,price,colour\nA-1,Lamp,10.50,red\nA-2,Chair,7.25,blue\nA-3,Desk,0.10,red\n", { missing: "deleted" });
    expect(body.counts).toMatchObject({ removed: 1, modified: 0 });
    expect(body.current.warnings.map((item: { code: string }) => item.code)).toContain("many_deletes");
  });

  it("with rows that its key does not tell apart stays a draft", async () => {
    const dataset = await created();
    const { body } = await proposeFile(dataset, "sku,price\nA-1,1.00\nA-1,2.00\n");
    expect(body).toMatchObject({ state: "draft", can: { submit: false } });
    expect(body.checks.find((item: { code: string }) => item.code === "keys").state).toBe("failed");
    expect(codeOf(await post(`/changes/${body.id}/submit`, {}, author))).toBe("422 change.keys_broken");
  });

  it("fails with each value that does not fit, told to its author alone", async () => {
    const dataset = await created();
    const { body } = await proposeFile(dataset, "sku,price\nA-1,cheap\n");
    expect(body.pending).toMatchObject({ state: "failed", error: { code: "change.values_mismatch" } });
    expect(body.pending.error.issues.length).toBeGreaterThan(0);
    expect((await get(`/changes/${body.id}`, reviewer)).body.pending.error.issues).toEqual([]);
  });

  it("needs columns that tell rows apart, and suggests some", async () => {
    const form = multipartForm({ name: "Keyless", visibility: "workspace" }, { name: "k.csv", content: "id,n\n1,a\n2,a\n" });
    const dataset = (await server.request("POST", "/datasets?wait=true", { as: owner, ...form })).body.dataset.id;
    const refused = await proposeFile(dataset, "id,n\n1,b\n");
    expect(codeOf(refused)).toBe("422 change.no_keys");
    expect(refused.body.detail).toContain("id");
    expect((await proposeFile(dataset, "id,n\n1,b\n", { keys: "id" })).body.counts).toMatchObject({ modified: 1 });
  });
});

describe("reviews", () => {
  it("are bound to what was looked at: a new revision makes them stale", async () => {
    const dataset = await created();
    const change = await propose(dataset, [modify("A-1", { price: "11.00" })]);
    await approve(change);
    const revised = (
      await post(`/changes/${change.id}/revisions?wait=true`, { proposal: { from: "edits", edits: [modify("A-1", { price: "12.00" })] } }, author)
    ).body;
    expect(revised).toMatchObject({ state: "open", revision: 2, approvals: { given: 0, needed: 1 }, reviews: [{ verdict: "approve", isStale: true }] });
    expect(codeOf(await approve(change, reviewer, { digest: change.current.digest }))).toBe("409 change.overtaken");
    expect(codeOf(await merge(change))).toBe("409 change.not_approved");
    const compared = (await get(`/changes/${change.id}/revisions/2/compare?with=1`)).body;
    expect(compared.changes).toMatchObject([{ key: ["A-1"] }]);
    expect((await get(`/changes/${change.id}/revisions`)).body.items.map((item: { number: number }) => item.number)).toEqual([2, 1]);
  });

  it("of authors do not count and are refused, also of co-authors", async () => {
    const dataset = await created();
    await setRules(dataset, { approvals: 1 });
    const change = await propose(dataset, [modify("A-1", { price: "11.00" }), modify("A-2", { price: "8.00" })], {}, reviewer);
    expect(codeOf(await approve(change, reviewer))).toBe("403 change.own");
    const split = (await post(`/changes/${change.id}/choose?wait=true`, { choices: [{ keys: [["A-2"]], do: "leave_out" }], split: true })).body;
    expect(split).toMatchObject({ revision: 2, counts: { modified: 1 }, coAuthors: [{ name: "Olga Owner" }], followedBy: [{}] });
    expect(codeOf(await approve(change, owner))).toBe("403 change.own");
    const follower = (await get(`/changes/${split.followedBy[0].id}`)).body;
    expect(follower).toMatchObject({ state: "open", author: { name: "Rita Reviewer" }, counts: { modified: 1 }, follows: { id: change.id } });
  });

  it("of two at once both count", async () => {
    const dataset = await created();
    await setRules(dataset, { approvals: 2 });
    const change = await propose(dataset, [modify("A-1", { price: "11.00" })]);
    const both = await Promise.all([approve(change, reviewer), approve(change, owner)]);
    expect(both.map(({ status }) => status)).toEqual([200, 200]);
    expect((await get(`/changes/${change.id}`)).body).toMatchObject({ state: "approved", approvals: { given: 2, needed: 2 } });
    const merges = await Promise.all([merge(change), merge(change, {}, reviewer)]);
    expect(merges.map(({ body }) => body.merged?.version)).toEqual([3, 3]);
    expect((await get(`/datasets/${dataset}`)).body.dataVersion).toBe(3);
  });

  it("that arrive with a new revision never approve what was not looked at", async () => {
    const dataset = await created();
    const change = await propose(dataset, [modify("A-1", { price: "11.00" })]);
    const edits = [modify("A-1", { price: "99.00" })];
    await Promise.all([
      post(`/changes/${change.id}/revisions?wait=true`, { proposal: { from: "edits", edits } }, author),
      approve(change, reviewer, { digest: change.current.digest }),
    ]);
    expect((await get(`/changes/${change.id}`)).body).toMatchObject({ state: "open", revision: 2, approvals: { given: 0 } });
  });

  it("that ask for changes stand until their reviewer looks again or an owner puts them aside", async () => {
    const dataset = await created();
    const change = await propose(dataset, [modify("A-1", { price: "11.00" })]);
    const asked = (await post(`/changes/${change.id}/reject`, { body: "Too much" }, reviewer)).body;
    expect(asked).toMatchObject({ state: "changes_requested", blockers: expect.arrayContaining(["Rita Reviewer asked for changes"]) });
    expect((await get(`/changes?waiting=true&dataset=${dataset}`, author)).body.items).toHaveLength(1);
    await post(`/changes/${change.id}/revisions?wait=true`, { proposal: { from: "edits", edits: [modify("A-1", { price: "10.75" })] } }, author);
    expect((await approve(change, owner)).body.state).toBe("open");
    const [review] = asked.reviews;
    expect((await post(`/changes/${change.id}/reviews/${review.id}/dismiss`, { reason: "Away" }, author)).status).toBe(403);
    expect((await post(`/changes/${change.id}/reviews/${review.id}/dismiss`, { reason: "Away" })).body).toMatchObject({
      state: "approved",
      reviews: [{ dismissed: { reason: "Away" } }, {}],
    });
  });

  it("turn a request down for good with a reason that is kept, and it can be opened again", async () => {
    const dataset = await created();
    const change = await propose(dataset, [modify("A-1", { price: "11.00" })]);
    const closed = (await post(`/changes/${change.id}/reject`, { body: "No", close: true }, reviewer)).body;
    expect(closed).toMatchObject({ state: "closed", closed: { reason: "No", by: { name: "Rita Reviewer" } } });
    expect(codeOf(await approve(change))).toBe("409 change.state_wrong");
    expect((await post(`/changes/${change.id}/reopen`, {}, author)).body.state).toBe("changes_requested");
    expect((await post(`/changes/${change.id}/close`, { reason: "Never mind" }, author)).body.state).toBe("closed");
  });
});
