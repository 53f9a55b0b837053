import { multipartForm, startTestServer, type TestResponse, type TestServer, type TestUser } from "@granary/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

let server: TestServer;
let owner: TestUser;
let author: TestUser;
let other: TestUser;

beforeAll(async () => {
  server = await startTestServer();
  await server.startWorker();
  owner = await server.user({ roles: ["contributor"], name: "Olga Owner" });
  author = await server.user({ roles: ["contributor"], name: "Alf Author" });
  other = await server.user({ roles: ["contributor"], name: "Otto Other" });
});
afterAll(() => server[Symbol.asyncDispose]());

type Json = Readonly<Record<string, unknown>>;
const codeOf = ({ status, body }: TestResponse): string => `${status} ${body.code}`;
const get = (path: string, as = owner) => server.request("GET", path, { as });
const post = (path: string, body: Json = {}, as = owner) => server.request("POST", path, { as, body });

async function created(name: string): Promise<string> {
  const form = multipartForm({ name, visibility: "workspace" }, { name: "s.csv", content: "sku,name,price\nA-1,Lamp,10.50\nA-2,Chair,7.25\nA-3,,0.10\n" });
  return (await server.request("POST", "/datasets?wait=true", { as: owner, ...form })).body.dataset.id;
}

async function edited(dataset: string, edit: (document: { keys: string[]; columns: Record<string, unknown>[] }) => void): Promise<Json> {
  const { body } = await get(`/datasets/${dataset}/schema/document`);
  edit(body);
  return body;
}

async function proposed(dataset: string, document: Json, more: Json = {}, as = author) {
  return post("/changes?wait=true", { dataset, title: "Keys", proposal: { from: "schema", document, ...more } }, as);
}

describe("a change request for columns", () => {
  it("shows what it changes, is reviewed and merged as a version of its own", async () => {
    const dataset = await created("Columns");
    const document = await edited(dataset, (found) => {
      found.keys = ["sku"];
      found.columns.push({ name: "colour", type: "string" });
    });
    const { status, body } = await proposed(dataset, document);
    expect([status, body.state, body.kind, body.current?.state, body.pending]).toEqual([202, "open", "schema", "ready", null]);
    const overview = (await get(`/changes/${body.number}/overview`)).body;
    expect(overview.schema.map((item: { kind: string }) => item.kind)).toEqual(["required", "added", "keys"]);
    expect(overview.schemaFaults).toEqual([]);
    expect(codeOf(await post(`/changes/${body.id}/approve`, {}, author))).toBe("403 access.denied");
    expect(codeOf(await post(`/changes/${body.id}/merge`))).toBe("409 change.not_approved");
    const approved = await post(`/changes/${body.id}/approve`, { digest: body.current.digest });
    expect(approved.body).toMatchObject({ state: "approved", approvals: { given: 1, needed: 1 }, can: { merge: true } });
    const merged = await post(`/changes/${body.id}/merge?wait=true`);
    expect(merged.body).toMatchObject({ state: "merged", merged: { version: 2 }, mergeError: null });
    expect((await get(`/datasets/${dataset}/schema`)).body).toMatchObject({ keys: ["sku"], version: 2 });
    const versions = (await get(`/datasets/${dataset}/versions`)).body.items;
    expect(versions[0]).toMatchObject({ number: 2, operation: "merged", by: { name: "Olga Owner" } });
    expect((await post(`/changes/${body.id}/merge?wait=true`)).body.merged.version).toBe(2);
  });

  it("tells of rows that stand against it, and is given back by the merge", async () => {
    const dataset = await created("Faulty columns");
    const document = await edited(dataset, (found) => {
      Object.assign(found.columns[1] ?? {}, { required: true });
    });
    const { body } = await proposed(dataset, document);
    expect((await get(`/changes/${body.id}/overview`)).body.schemaFaults).toMatchObject([{ column: "name", rows: 1 }]);
    await post(`/changes/${body.id}/approve`);
    const failed = (await post(`/changes/${body.id}/merge?wait=true`)).body;
    expect(failed).toMatchObject({ state: "approved", merged: null, mergeError: { code: "schema.rows_fail" } });
    expect(failed.checks.find((item: { code: string }) => item.code === "rules").state).toBe("failed");
  });

  it("is refused when nothing changes, and when columns go that nobody confirmed", async () => {
    const dataset = await created("Refused columns");
    const same = await edited(dataset, () => undefined);
    expect(codeOf(await proposed(dataset, same))).toBe("422 change.nothing_proposed");
    const dropped = await edited(dataset, (found) => {
      found.columns.pop();
    });
    expect(codeOf(await proposed(dataset, dropped))).toBe("422 schema.confirmation_required");
    expect((await proposed(dataset, dropped, { confirm: true })).body.state).toBe("open");
  });

  it("does not fit any more once somebody else changed the columns", async () => {
    const dataset = await created("Moved columns");
    const document = await edited(dataset, (found) => {
      found.columns.push({ name: "colour", type: "string" });
    });
    const first = (await proposed(dataset, document)).body;
    const second = (await proposed(dataset, document, {}, other)).body;
    for (const { id } of [first, second]) await post(`/changes/${id}/approve`);
    expect((await post(`/changes/${first.id}/merge?wait=true`)).body.state).toBe("merged");
    expect((await get(`/changes/${second.id}`)).body.mergeability.state).toBe("schema_changed");
    expect(codeOf(await post(`/changes/${second.id}/merge`))).toBe("409 change.not_approved");
  });
});
