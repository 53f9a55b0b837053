import { readdir } from "node:fs/promises";
import { createServer as createWebServer } from "node:http";
import { type AddressInfo, createServer, type Server } from "node:net";
import { join } from "node:path";
import { multipartForm, startTestServer, type TestResponse, type TestServer, type TestUser } from "@granary/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

/** The harmless file that every scanner reports, put together here so that no scanner reports this one. */
const EICAR = ["X5O!P%@AP[4\\PZX54(P^)7CC)7}$", "EICAR-STANDARD-", "ANTIVIRUS-TEST-FILE!$H+H*"].join("");
const STREAM_MAX = 100_000;

/** Speaks the part of clamd's protocol that is used: frames of a stream, a limit of its own, and PING. */
function createScanner(): Server {
  return createServer((socket) => {
    let heard = Buffer.alloc(0);
    socket.on("error", () => undefined);
    socket.on("data", (chunk: Buffer) => {
      heard = Buffer.concat([heard, chunk]);
      const command = heard.subarray(0, heard.indexOf(0)).toString();
      if (command === "zPING") return socket.end("PONG\0");
      const body: Buffer[] = [];
      for (let at = command.length + 1; at + 4 <= heard.length; ) {
        const length = heard.readUInt32BE(at);
        const content = Buffer.concat(body);
        if (content.length > STREAM_MAX) return socket.end("INSTREAM size limit exceeded. ERROR\0");
        if (length === 0) return socket.end(content.includes("ANTIVIRUS-TEST-FILE") ? "stream: Eicar-Test-Signature FOUND\0" : "stream: OK\0");
        body.push(heard.subarray(at + 4, at + 4 + length));
        at += 4 + length;
      }
      return undefined;
    });
  });
}

let server: TestServer;
let maker: TestUser;
let scanner: Server;
let scannerPort: number;
let directory: string;
const web = createWebServer((_request, response) => response.end(`a\n${EICAR}\n`));

const listen = (): Promise<void> => new Promise((resolve) => scanner.listen(scannerPort, "127.0.0.1", resolve));
const silence = (): Promise<unknown> => new Promise((resolve) => scanner.close(resolve));

beforeAll(async () => {
  scanner = createScanner();
  scannerPort = 0;
  await listen();
  scannerPort = (scanner.address() as AddressInfo).port;
  await new Promise<void>((resolve) => web.listen(0, "127.0.0.1", resolve));
  const webPort = (web.address() as AddressInfo).port;
  server = await startTestServer({ env: { GRANARY_CLAMD: `127.0.0.1:${scannerPort}`, GRANARY_UPLOAD_HOSTS: `127.0.0.1:${webPort}` } });
  await server.startWorker();
  maker = await server.user({ roles: ["contributor"], name: "Mia Maker" });
  directory = join(server.services.config.dataDir, "uploads");
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await silence();
  await new Promise((resolve) => web.close(resolve));
});

const codeOf = ({ status, body }: TestResponse): string => `${status} ${body.code}`;
const sendForm = (name: string, content: string): Promise<TestResponse> =>
  server.request("POST", "/datasets?wait=true", { as: maker, ...multipartForm({ name }, { name: `${name}.csv`, content }) });
const begin = async (fileName: string, bytes: number): Promise<string> =>
  (await server.request("POST", "/uploads", { as: maker, body: { fileName, bytes } })).body.id;
const part = (id: string, offset: number, content: string): Promise<TestResponse> =>
  server.request("PATCH", `/uploads/${id}?offset=${offset}`, {
    as: maker,
    body: Buffer.from(content),
    headers: { "content-type": "application/octet-stream" },
  });
const filesOf = async (id?: string): Promise<string[]> => (await readdir(directory)).filter((name) => id === undefined || name.startsWith(id));
const found = async (): Promise<readonly { readonly subject: { readonly label: string }; readonly data: unknown; readonly result: string }[]> => {
  const row = await server.services.database
    .reader("system")
    .selectFrom("events")
    .select(["subject_label", "data", "result", "actor_label"])
    .where("type", "=", "upload.infected")
    .orderBy("id")
    .execute();
  return row.map((event) => ({ subject: { label: event.subject_label }, data: event.data, result: event.result }));
};

describe("with a virus scanner", () => {
  it("imports a file in which nothing was found", async () => {
    const { status, body } = await sendForm("Clean", "a,b\n1,2\n");
    expect([status, body.batch.status, body.batch.rows]).toEqual([201, "loaded", 1]);
  });

  it("refuses an infected file of a form, keeps nothing of it and records who sent it", async () => {
    const before = await filesOf();
    const refused = await sendForm("Infected", `a,b\n1,${EICAR}\n`);
    expect(codeOf(refused)).toBe("422 upload.infected");
    expect(refused.body.detail).toContain("A virus was found in Infected.csv: Eicar-Test-Signature.");
    expect(await filesOf()).toEqual(before);
    expect((await server.request("GET", "/datasets/Infected", { as: maker })).status).toBe(404);
    expect((await found()).at(-1)).toEqual({ subject: { label: "Infected.csv" }, result: "denied", data: { signature: "Eicar-Test-Signature", bytes: 75 } });
  });

  it("refuses an infected upload in parts with the last one, and nothing can be made of it", async () => {
    const content = `a\n${EICAR}\n`;
    const id = await begin("parts.csv", content.length);
    expect((await part(id, 0, content.slice(0, 30))).body.status).toBe("receiving");
    expect(codeOf(await part(id, 30, content.slice(30)))).toBe("422 upload.infected");
    expect((await server.request("GET", `/uploads/${id}`, { as: maker })).body.status).toBe("refused");
    expect(codeOf(await part(id, content.length, ""))).toBe("409 upload.refused");
    expect(codeOf(await server.request("POST", `/uploads/${id}/inspect`, { as: maker, body: {} }))).toBe("409 upload.refused");
    expect(codeOf(await server.request("POST", "/datasets", { as: maker, body: { name: "Parts", uploadId: id } }))).toBe("409 upload.refused");
    expect(await filesOf(id)).toEqual([]);
    expect((await found()).at(-1)?.subject.label).toBe("parts.csv");
  });

  it("refuses an infected file of the web", async () => {
    const before = await filesOf();
    const url = `http://127.0.0.1:${(web.address() as AddressInfo).port}/web.csv`;
    expect(codeOf(await server.request("POST", "/uploads/from-url", { as: maker, body: { url } }))).toBe("422 upload.infected");
    expect(await filesOf()).toEqual(before);
    expect((await found()).at(-1)?.subject.label).toBe("web.csv");
  });

  it("refuses corrected records that are infected, which wait on", async () => {
    const { body } = await sendForm("Rejects", "a,b\n1,2\n3\n");
    const path = `/datasets/${body.dataset.id}/batches/${body.batch.id}/rejects`;
    await server.request("PATCH", `${path}/1`, { as: maker, body: { values: { a: "3", b: EICAR } }, headers: { "if-match": '"1"' } });
    expect(codeOf(await server.request("POST", `${path}/resubmit`, { as: maker }))).toBe("422 upload.infected");
    expect((await server.request("GET", path, { as: maker })).body.counts).toMatchObject({ repaired: 1, resubmitted: 0 });
    expect((await found()).at(-1)?.subject.label).toBe("Rejects (repaired).ndjson");
  });

  it("tells of a file beyond the scanner's own limit", async () => {
    const content = `a\n${"x".repeat(STREAM_MAX)}\n`;
    const refused = await sendForm("Large", content);
    expect(codeOf(refused)).toBe("413 upload.scan_too_large");
    expect(refused.body.detail).toContain("StreamMaxLength");
    const id = await begin("large.csv", content.length);
    expect(codeOf(await part(id, 0, content))).toBe("413 upload.scan_too_large");
    expect(await filesOf(id)).toEqual([]);
  });

  it("lets nothing through while the scanner is down, and finishes a kept upload afterwards", async () => {
    const id = await begin("later.csv", 8);
    const state = async () => (await server.request("GET", "//health/ready")).body;
    expect(await state()).toMatchObject({ status: "ok", components: { scanner: "up" } });
    await silence();
    const before = await filesOf();
    expect(codeOf(await sendForm("Unscanned", "a,b\n1,2\n"))).toBe("503 upload.scan_failed");
    expect(await filesOf()).toEqual(before);
    expect(codeOf(await part(id, 0, "a,b\n1,2\n"))).toBe("503 upload.scan_failed");
    expect((await server.request("GET", `/uploads/${id}`, { as: maker })).body).toMatchObject({ status: "receiving", offset: 8 });
    expect(codeOf(await server.request("POST", `/uploads/${id}/inspect`, { as: maker, body: {} }))).toBe("409 upload.not_complete");
    await listen();
    expect((await part(id, 8, "")).body.status).toBe("complete");
    expect((await server.request("POST", `/uploads/${id}/inspect`, { as: maker, body: {} })).status).toBe(200);
  });
});

it("tells in its health that the scanner is down, and goes on", async () => {
  await using alone = await startTestServer({ env: { GRANARY_CLAMD: "/nowhere/clamd.sock" } });
  const { status, body } = await alone.request("GET", "//health/ready");
  expect([status, body.status, body.components.scanner]).toEqual([200, "degraded", "down"]);
  expect((await alone.request("GET", "/admin/settings", { as: alone.admin })).body.virusScan).toBe(true);
});
