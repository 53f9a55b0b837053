import { startTestServer, type TestResponse, type TestServer } from "@granary/testkit";
import { type S3Stub, startS3Stub } from "@granary/testkit/s3";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { s3Settings } from "./s3-settings.ts";

let s3: S3Stub;
let server: TestServer;
const logLines: string[] = [];

beforeAll(async () => {
  s3 = await startS3Stub();
  server = await startTestServer({ env: s3Settings(s3), logLines });
  await server.startWorker();
});
beforeEach(() => s3.heal());
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await s3[Symbol.asyncDispose]();
});

const BOUNDARY = "granary-test-boundary";

function upload(name: string, content: string): Promise<TestResponse> {
  const head = `--${BOUNDARY}\r\ncontent-disposition: form-data; name="name"\r\n\r\n${name}\r\n--${BOUNDARY}\r\ncontent-disposition: form-data; name="file"; filename="a.csv"\r\ncontent-type: text/csv\r\n\r\n`;
  return server.request("POST", "/datasets?wait=true", {
    as: server.admin,
    body: Buffer.from(`${head}${content}\r\n--${BOUNDARY}--\r\n`),
    headers: { "content-type": `multipart/form-data; boundary=${BOUNDARY}` },
  });
}

const get = (path: string): Promise<TestResponse> => server.request("GET", path, { as: server.admin });

it("imports, shows and downloads a dataset whose tables lie in S3", async () => {
  const created = await upload("Orders", "id,name\n00501,Ada\n00502,Grace\n");
  expect(created.body.batch).toMatchObject({ status: "loaded", rows: 2 });
  expect((await get("/datasets/orders/rows")).body.rows).toEqual([
    ["00501", "Ada"],
    ["00502", "Grace"],
  ]);
  expect((await get("/datasets/orders/download")).text).toBe("id,name\r\n00501,Ada\r\n00502,Grace\r\n");
  expect([...s3.objects.keys()].filter((key) => !key.startsWith("lake/ws_"))).toEqual([]);
  expect([...s3.objects.keys()].some((key) => key.endsWith(".parquet"))).toBe(true);
});

it("says that the storage does not answer, and imports again when it does", async () => {
  s3.plan({ on: "put", fault: { kind: "status", status: 503, code: "SlowDown" } });
  const failed = await upload("Late", "n\n1\n");
  expect(failed.body.batch).toMatchObject({ status: "failed" });
  expect(JSON.stringify(failed.body)).toContain("storage.unavailable");
  s3.heal();
  expect((await upload("Late again", "n\n1\n")).body.batch).toMatchObject({ status: "loaded" });
});

it("tells in its health when the storage is down, and stays in service", async () => {
  expect((await get("//health/ready")).body).toMatchObject({ status: "ok", components: { database: "up", storage: "up" } });
  s3.plan({ on: "list", fault: { kind: "status", status: 503, code: "SlowDown" } });
  await using other = await startTestServer({ env: s3Settings(s3) });
  const health = await other.request("GET", "//health/ready");
  expect([health.status, health.body.status, health.body.components]).toEqual([200, "degraded", { database: "up", storage: "down" }]);
});

it("logs no key of the storage", () => {
  expect(logLines.join("")).toContain("storage.unavailable");
  expect(logLines.join("")).not.toContain(s3.secretAccessKey);
  expect(logLines.join("")).not.toContain(s3.accessKeyId);
});
