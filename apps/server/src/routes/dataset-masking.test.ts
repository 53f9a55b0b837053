import { hkdfSync } from "node:crypto";
import { workspaceMaskKey } from "@granary/core/access";
import { multipartForm, startTestServer, type TestResponse, type TestServer, type TestUser } from "@granary/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

let server: TestServer;
let owner: TestUser;
let reader: TestUser;
let steward: TestUser;
/** May set masks and sees personal data masked all the same. */
let officer: TestUser;
let dataset: string;

const CSV = "id,email,salary\n1,john.doe@example.com,12345\n2,jane@example.com,67890\n3,not an address,111\n4,,5\n5,john.doe@example.com,12345\n";

const preview = (mask: unknown, as: TestUser = steward, column = "email", of = dataset): Promise<TestResponse> =>
  server.request("POST", `/datasets/${of}/schema/${column}/masking/preview`, { as, body: { mask } });
const setMask = (mask: unknown, column = "email"): Promise<TestResponse> =>
  server.request("PATCH", `/datasets/${dataset}/schema/${column}/masking`, { as: steward, body: { mask } });

beforeAll(async () => {
  server = await startTestServer();
  await server.startWorker();
  owner = await server.user({ roles: ["data_engineer"] });
  reader = await server.user({ roles: ["data_analyst"] });
  steward = await server.user({ roles: ["steward"] });
  officer = await server.user({ roles: ["steward"] });
  const { body, headers } = multipartForm({ name: "People", visibility: "workspace" }, { name: "people.csv", content: CSV });
  const response = await server.request("POST", "/datasets?wait=true", { as: owner, body, headers });
  dataset = response.body.dataset.id;
});
afterAll(() => server[Symbol.asyncDispose]());

describe("the preview of a mask", () => {
  it("shows different values before and after, and changes nothing", async () => {
    const { status, body } = await preview("email");
    expect([status, body.column, body.mask, body.isMasked]).toEqual([200, "email", "email", false]);
    expect(body.samples).toEqual([
      { before: "john.doe@example.com", after: "jo***@example.com" },
      { before: "jane@example.com", after: "ja***@example.com" },
      { before: "not an address", after: "********" },
      { before: null, after: null },
    ]);
    expect((await preview({ kind: "numeric_round", digits: 3 }, steward, "salary")).body.samples[0]).toEqual({ before: "12345", after: "12000" });
    expect((await server.request("GET", `/datasets/${dataset}/rows`, { as: reader })).text).toContain("john.doe@example.com");
  });

  it("shows the tokens that reads will show", async () => {
    const tokens = (await preview("token")).body.samples.map(({ after }: { after: string }) => after);
    await setMask("token");
    const { body } = await server.request("GET", `/datasets/${dataset}/rows`, { as: reader });
    expect(body.rows.map((row: string[]) => row[1])).toEqual([...tokens, tokens[0]]);
    await setMask(null);
  });

  it("shows nobody more than they see, whatever mask is asked about", async () => {
    const policy = { name: "Officers too", subjects: [{ kind: "user", id: officer.id }], effect: "mask", mask: "redact" };
    const columns = (await server.request("GET", `/datasets/${dataset}/schema`, { as: owner })).body.columns;
    const fieldId = columns.find((item: { name: string }) => item.name === "email").id;
    const made = await server.request("POST", "/policies", { as: steward, body: { ...policy, targets: [{ kind: "column", datasetId: dataset, fieldId }] } });
    expect(made.status, made.text).toBe(201);
    for (const mask of ["email", "custom:zzz", "token", "redact"]) {
      const { body } = await preview(mask, officer);
      expect([body.mask, body.isMasked]).toEqual(["redact", true]);
      expect(body.samples).toEqual([
        { before: "********", after: "********" },
        { before: null, after: null },
      ]);
    }
    expect((await preview("null", officer)).body).toMatchObject({ mask: "null", samples: [{ before: "********", after: null }, { before: null }] });
    expect((await preview("email")).body.isMasked).toBe(false);
    await server.request("DELETE", `/policies/${made.body.id}`, { as: steward, version: made.body.version });
  });

  it.each([
    ["an unknown mask", "emial", 400, "request.invalid"],
    ["a pattern that is none", "custom:(", 422, "mask.invalid"],
    ["a pattern that matches nothing at all", "custom:x*", 422, "mask.invalid"],
  ])("refuses %s", async (_, mask, status, code) => {
    expect(await preview(mask)).toMatchObject({ status, body: { code } });
  });

  it("is for those who may set masks, of columns and datasets they see", async () => {
    expect((await preview("email", reader)).status).toBe(403);
    expect(await preview("email", steward, "nothing")).toMatchObject({ status: 404, body: { code: "dataset.column_not_found" } });
    expect((await preview("email", steward, "email", "ds_000000000000000000000000")).status).toBe(404);
    expect((await server.request("POST", `/datasets/${dataset}/schema/email/masking/preview`, { body: { mask: "email" } })).status).toBe(401);
  });
});

describe("a masked column", () => {
  it("is marked in results of SQL that show it", async () => {
    await setMask("email");
    const { body } = await server.request("POST", "/sql/queries", { as: reader, body: { sql: "select id, Email, count(*) n from people group by all" } });
    expect(body.page.columns.map(({ name, masked }: { name: string; masked: boolean }) => [name.toLowerCase(), masked])).toEqual([
      ["id", false],
      ["email", true],
      ["n", false],
    ]);
    await setMask(null);
  });
});

describe("the key of masks", () => {
  it("is in no answer: not of plans, not of errors, not of files", async () => {
    await setMask("token");
    const key = workspaceMaskKey(server.services.config.secrets.maskKey, server.workspace.id);
    const secret = Buffer.from(hkdfSync("sha256", key, "", "granary mask token", 16)).toString("base64url");
    const query = (sql: string, more: object = {}): Promise<TestResponse> => server.request("POST", "/sql/queries", { as: reader, body: { sql, ...more } });
    const explained = await server.request("POST", "/sql/explain", { as: reader, body: { sql: "select email from people where email > 'a'" } });
    const answers = [
      explained,
      await query("select email from people"),
      await query("explain select email from people"),
      await query("select cast(email as integer) from people"),
      await query("select email || 1 / 0, sha256(email, email) from people"),
      await query("select sql from duckdb_views()"),
      await query("select error(email) from people"),
      await server.request("GET", `/datasets/${dataset}/rows?filter=${encodeURIComponent('{"column":"email","op":"matches","value":"("}')}`, { as: reader }),
      await server.request("GET", `/datasets/${dataset}/download?format=csv`, { as: reader }),
      await server.request("GET", `/datasets/${dataset}/access`, { as: reader }),
    ];
    expect(answers.filter(({ status }) => status < 300).length).toBeGreaterThan(2);
    expect(answers.filter(({ text }) => text.includes(secret) || text.includes("john.doe")).map(({ text }) => text)).toEqual([]);
    expect(answers[1]?.text).toContain("tok_");
    await setMask(null);
  });
});
