import { multipartForm, startTestServer, type TestResponse, type TestServer, type TestUser } from "@granary/testkit";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";

let server: TestServer;
let owner: TestUser;
let steward: TestUser;
let sequence = 0;

const PEOPLE = Array.from({ length: 30 }, (_, at) => `${at},person${at}@example.com,${at % 2 === 0},item ${at}`);
const CSV = `id,contact,email_verified,note\n${PEOPLE.join("\n")}\n`;

async function create(content: string = CSV, fields: Readonly<Record<string, string>> = {}): Promise<string> {
  sequence += 1;
  const { body, headers } = multipartForm({ name: `People ${sequence}`, visibility: "workspace", ...fields }, { name: "people.csv", content });
  const response = await server.request("POST", "/datasets?wait=true", { as: owner, body, headers });
  expect(response.status, response.text).toBe(201);
  return response.body.dataset.id;
}

const found = async (dataset: string, as: TestUser = steward): Promise<TestResponse> => server.request("GET", `/datasets/${dataset}/personal-data`, { as });

/** What is known once no look at the dataset waits or runs. */
async function settled(dataset: string): Promise<TestResponse["body"]> {
  return vi.waitFor(
    async () => {
      const { body } = await found(dataset, server.admin);
      expect(body.runningJob).toBeNull();
      return body;
    },
    { timeout: 30_000, interval: 50 },
  );
}

interface Verdict {
  readonly dataset: string;
  readonly finding: string;
  readonly as?: TestUser;
  readonly body?: object;
}
const accept = ({ dataset, finding, as = steward, body }: Verdict): Promise<TestResponse> =>
  server.request("POST", `/datasets/${dataset}/personal-data/findings/${finding}/accept`, { as, ...(body === undefined ? {} : { body }) });
const refuse = ({ dataset, finding, as = steward }: Verdict): Promise<TestResponse> =>
  server.request("POST", `/datasets/${dataset}/personal-data/findings/${finding}/refuse`, { as });

beforeAll(async () => {
  server = await startTestServer();
  await server.startWorker();
  owner = await server.user({ roles: ["data_engineer"], name: "Olga Owner" });
  steward = await server.user({ roles: ["steward"], name: "Stella Steward" });
});
afterAll(() => server[Symbol.asyncDispose]());

const scan = (dataset: string, as: TestUser = owner): Promise<TestResponse> => server.request("POST", `/datasets/${dataset}/personal-data/scan`, { as });
const load = async (dataset: string, content: string): Promise<void> => {
  const bytes = Buffer.from(content);
  const { body: upload } = await server.request("POST", "/uploads", { as: owner, body: { fileName: "people.csv", bytes: bytes.length } });
  await server.request("PATCH", `/uploads/${upload.id}?offset=0`, { as: owner, body: bytes, headers: { "content-type": "application/octet-stream" } });
  const response = await server.request("POST", `/datasets/${dataset}/batches?wait=true`, { as: owner, body: { uploadId: upload.id, mode: "replace" } });
  expect(response.status, response.text).toBe(201);
};
const tags = (dataset: string) =>
  server.services.database.reader("system").selectFrom("column_tags").select(["field_id", "tag", "source"]).where("dataset_id", "=", dataset).execute();
const events = (subject: string) =>
  server.services.database
    .reader("system")
    .selectFrom("events")
    .select("type")
    .where("subject_id", "=", subject)
    .where("type", "like", "%personal_data%")
    .orderBy("id")
    .execute();

describe("a look for personal data", () => {
  it("follows every import, tells shapes and no values, and tells stewards", async () => {
    const dataset = await create();
    const body = await settled(dataset);
    expect(body.items).toMatchObject([
      {
        column: { name: "contact" },
        entity: "email",
        state: "suggested",
        tag: "pii.email",
        mask: "email",
        evidence: { looked: 30, matched: 30, inText: false },
      },
    ]);
    expect(body).toMatchObject({ lastScan: { columns: 4, dataVersion: 1 }, isQuarantined: false });
    expect(JSON.stringify(body)).not.toContain("person1");
    const told = await server.request("GET", "/notifications", { as: steward });
    expect(told.body.items).toContainEqual(expect.objectContaining({ kind: "dataset.personal_data_scanned", link: "/personal-data" }));
    expect((await server.request("GET", "/personal-data?entity=email", { as: steward })).body.items).toMatchObject([{ dataset: { id: dataset } }]);
  });

  it("is asked for by owners and stewards, once for a version, and nobody else", async () => {
    const dataset = await create();
    await settled(dataset);
    const analyst = await server.user({ roles: ["data_analyst"] });
    expect((await scan(dataset, analyst)).status).toBe(403);
    expect((await found(dataset, analyst)).status).toBe(403);
    const jobs = await Promise.all([scan(dataset), scan(dataset), scan(dataset, steward)]);
    expect(jobs.map(({ status }) => status)).toEqual([202, 202, 202]);
    expect((await settled(dataset)).items).toHaveLength(1);
    expect((await server.request("DELETE", `/datasets/${dataset}/personal-data/scan`, { as: steward })).status).toBe(204);
  });

  it("is not found for a dataset that the caller may not see, in this workspace or another", async () => {
    const dataset = await create(CSV, { visibility: "private" });
    const { items } = await settled(dataset);
    expect((await found(dataset)).status).toBe(404);
    expect((await accept({ dataset, finding: items[0].id })).status).toBe(404);
    expect(
      (await server.request("GET", "/personal-data", { as: steward })).body.items.filter((item: { dataset: { id: string } }) => item.dataset.id === dataset),
    ).toEqual([]);
    const other = await create();
    expect((await accept({ dataset: other, finding: items[0].id })).body.code).toBe("finding.not_found");
  });
});

describe("what a steward decides", () => {
  it("tags the column, takes the tag back, and is told in the audit trail once", async () => {
    const dataset = await create();
    const [finding] = (await settled(dataset)).items;
    expect((await accept({ dataset, finding: finding.id, as: owner })).status).toBe(403);
    expect((await accept({ dataset, finding: finding.id })).body).toMatchObject({ state: "accepted", decidedBy: "Stella Steward", isMasked: false });
    await accept({ dataset, finding: finding.id });
    expect(await tags(dataset)).toEqual([{ field_id: finding.column.fieldId, tag: "pii.email", source: "accepted suggestion" }]);
    expect((await refuse({ dataset, finding: finding.id })).body.state).toBe("refused");
    expect(await tags(dataset)).toEqual([]);
    expect((await events(dataset)).map(({ type }) => type)).toEqual([
      "dataset.personal_data_scanned",
      "dataset.personal_data_accepted",
      "dataset.personal_data_refused",
    ]);
  });

  it("masks the kind for everybody without pii:view when asked to", async () => {
    const dataset = await create();
    const [finding] = (await settled(dataset)).items;
    expect(finding.can).toEqual({ decide: true, mask: true });
    const accepted = await accept({ dataset, finding: finding.id, as: steward, body: { mask: true } });
    expect(accepted.body).toMatchObject({ state: "accepted", isMasked: true, can: { mask: false } });
    const analyst = await server.user({ roles: ["data_analyst"] });
    const cells = async (as: TestUser) => (await server.request("GET", `/datasets/${dataset}/rows?limit=1`, { as })).body.rows[0][1];
    expect(await cells(analyst)).toBe("pe***@example.com");
    expect(await cells(server.admin)).toBe("person0@example.com");
    await accept({ dataset, finding: finding.id, as: steward, body: { mask: true } });
    const policies = await server.services.database
      .reader("system")
      .selectFrom("policies")
      .select("name")
      .where("origin", "=", "personal-data:pii.email")
      .execute();
    expect(policies).toHaveLength(1);
  });

  it("is never overwritten by a look, and a refusal is asked again only after the data changed a lot", async () => {
    const sparse = CSV.replaceAll(/person(\d*[1-9])@example\.com/g, "desk $1");
    const dataset = await create(sparse);
    const before = (await settled(dataset)).items;
    expect(before).toMatchObject([{ entity: "email", confidence: 0.6 }]);
    await refuse({ dataset, finding: before[0].id });
    await scan(dataset);
    expect((await settled(dataset)).items).toMatchObject([{ id: before[0].id, state: "refused" }]);
    await load(dataset, CSV);
    expect((await settled(dataset)).items).toMatchObject([{ id: before[0].id, state: "suggested", isAskedAgain: true, evidence: { matched: 30 } }]);
    await accept({ dataset, finding: before[0].id });
    await load(dataset, CSV.replaceAll("@example.com", ""));
    expect((await settled(dataset)).items).toMatchObject([{ id: before[0].id, state: "accepted" }]);
  });

  it("is not needed for suggestions that a later look does not confirm", async () => {
    const dataset = await create();
    expect((await settled(dataset)).items).toHaveLength(1);
    await load(dataset, CSV.replaceAll("@example.com", ""));
    expect((await settled(dataset)).items).toEqual([]);
  });
});

describe("the settings", () => {
  it("are changed by stewards at the version they read", async () => {
    const change = (body: object, version: number, as: TestUser = steward) =>
      server.request("PATCH", "/personal-data/settings", { as, body, headers: { "if-match": `"${version}"` } });
    const { version } = (await server.request("GET", "/personal-data/settings", { as: steward })).body;
    expect((await change({ phoneRegion: "DE" }, version, owner)).status).toBe(403);
    expect((await change({ phoneRegion: "Germany" }, version)).status).toBe(400);
    expect((await change({ phoneRegion: "DE" }, version)).body).toMatchObject({ phoneRegion: "DE", quarantine: false, version: version + 1 });
    expect((await change({ phoneRegion: null }, version)).body.code).toBe("edit.conflict");
    expect((await change({ drivingLicences: true, phoneRegion: null }, version + 1)).body).toMatchObject({ drivingLicences: true, phoneRegion: null });
  });

  it("keep new datasets to their owner and stewards until one of those releases them", async () => {
    const { version } = (await server.request("GET", "/personal-data/settings", { as: steward })).body;
    const set = (quarantine: boolean, at: number) =>
      server.request("PATCH", "/personal-data/settings", { as: steward, body: { quarantine }, headers: { "if-match": `"${at}"` } });
    expect((await set(true, version)).status).toBe(200);
    const dataset = await create();
    const closed = await create(CSV, { visibility: "private" });
    expect((await set(false, version + 1)).status).toBe(200);
    const analyst = await server.user({ roles: ["data_analyst"] });
    const see = async (id: string, as: TestUser) => (await server.request("GET", `/datasets/${id}`, { as })).status;
    expect([await see(dataset, owner), await see(dataset, steward), await see(dataset, analyst), await see(closed, steward)]).toEqual([200, 200, 404, 200]);
    expect((await server.request("GET", "/datasets", { as: analyst })).body.items.map((item: { id: string }) => item.id)).not.toContain(dataset);
    expect((await found(dataset, owner)).body).toMatchObject({ isQuarantined: true, can: { release: false } });
    const release = (id: string, as: TestUser) => server.request("POST", `/datasets/${id}/personal-data/release`, { as });
    expect((await release(dataset, owner)).status).toBe(403);
    expect((await release(dataset, steward)).status).toBe(204);
    expect((await release(closed, steward)).status).toBe(204);
    expect([await see(dataset, analyst), await see(closed, steward)]).toEqual([200, 404]);
    expect((await found(dataset, owner)).body.isQuarantined).toBe(false);
  });
});
