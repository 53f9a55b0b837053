import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { multipartForm, startTestServer, type TestResponse, type TestServer } from "@granary/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ env: { GRANARY_WORKSPACE_QUOTA: "1000" } });
});
afterAll(() => server[Symbol.asyncDispose]());

const codeOf = ({ status, body }: TestResponse): string => `${status} ${body.code}`;
const begin = (bytes: number) => server.request("POST", "/uploads", { as: server.admin, body: { fileName: "a.csv", bytes } });
const storage = async () => (await server.request("GET", "/admin/settings", { as: server.admin })).body.storage;
const sendForm = (name: string, bytes: number) =>
  server.request("POST", "/datasets", { as: server.admin, ...multipartForm({ name }, { name: `${name}.csv`, content: `a\n${"1".repeat(bytes - 3)}\n` }) });

describe("a workspace with a quota", () => {
  it("counts uploads on their way whole, and refuses what does not fit before a byte is sent", async () => {
    expect(await storage()).toEqual({ keptBytes: 0, quotaBytes: 1_000 });
    const first = await begin(600);
    expect(first.status).toBe(201);
    const refused = await begin(401);
    expect(codeOf(refused)).toBe("507 upload.quota_exceeded");
    expect(refused.body.detail).toContain("may keep 1000 bytes of uploaded files and keeps 600 already, so 400 more fit");
    expect(await storage()).toEqual({ keptBytes: 600, quotaBytes: 1_000 });
    await server.request("DELETE", `/uploads/${first.body.id}`, { as: server.admin });
    expect((await storage()).keptBytes).toBe(0);
  });

  it("stops a form at the byte that does not fit, and keeps nothing of it", async () => {
    expect((await sendForm("Fits", 700)).status).toBe(202);
    expect(codeOf(await sendForm("Too much", 301))).toBe("507 upload.quota_exceeded");
    expect(await readdir(join(server.services.config.dataDir, "uploads"))).toHaveLength(1);
    expect((await sendForm("The rest", 300)).status).toBe(202);
    expect(codeOf(await begin(1))).toBe("507 upload.quota_exceeded");
    expect((await storage()).keptBytes).toBe(1_000);
  });

  it("lets one of two uploads through that begin at once and fit one by one", async () => {
    await server.services.database.tx("system", async (tx) => {
      await tx.deleteFrom("batches").execute();
      await tx.deleteFrom("uploads").execute();
    });
    const answers = await Promise.all([begin(600), begin(600), begin(600)]);
    expect(answers.map(({ status }) => status).toSorted((left, right) => left - right)).toEqual([201, 507, 507]);
  });
});
