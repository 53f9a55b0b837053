import { readdir } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { startTestServer, type TestServer } from "@granary/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

let server: TestServer;
let port: number;
let asked: string[] = [];

const ANSWERS: Readonly<Record<string, (response: ServerResponse) => void>> = {
  "/data/orders%202026.csv": (response) => response.end("a,b\n1,2\n"),
  "/moved": (response) => response.writeHead(302, { location: "/data/orders%202026.csv" }).end(),
  "/inside": (response) => response.writeHead(302, { location: `http://localhost:${port}/data/orders%202026.csv` }).end(),
  "/metadata": (response) => response.writeHead(307, { location: "http://169.254.169.254/latest/meta-data" }).end(),
  "/file": (response) => response.writeHead(301, { location: "file:///etc/passwd" }).end(),
  "/for-ever": (response) => response.writeHead(302, { location: "/for-ever" }).end(),
  "/large": (response) => response.writeHead(200, { "content-length": "2000000" }).end(Buffer.alloc(2_000_000)),
  "/large-untold": (response) => response.writeHead(200).end(Buffer.alloc(2_000_000)),
  "/cut": (response) => {
    response.writeHead(200, { "content-length": "1000" });
    response.write("half", () => response.destroy());
  },
  "/empty": (response) => response.end(),
};

const web = createServer((request: IncomingMessage, response: ServerResponse) => {
  asked.push(request.url ?? "");
  (ANSWERS[request.url ?? ""] ?? ((missing) => missing.writeHead(404).end()))(response);
});

beforeAll(async () => {
  await new Promise<void>((resolve) => web.listen(0, "127.0.0.1", resolve));
  port = (web.address() as AddressInfo).port;
  server = await startTestServer({ env: { GRANARY_UPLOAD_HOSTS: `127.0.0.1:${port}`, GRANARY_UPLOAD_LIMIT: "1000000" } });
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await new Promise((resolve) => web.close(resolve));
});

async function fetched(url: string): Promise<{ status: number; code: string; body: Record<string, unknown> }> {
  asked = [];
  const { status, body } = await server.request("POST", "/uploads/from-url", { as: server.admin, body: { url } });
  return { status, code: `${status} ${body.code}`, body };
}

describe("an upload by URL", () => {
  it.each(["/data/orders%202026.csv", "/moved"])("fetches %s from a host that is allowed", async (path) => {
    const { status, body } = await fetched(`http://127.0.0.1:${port}${path}`);
    expect(status).toBe(201);
    expect(body).toMatchObject({ status: "complete", bytes: 8, fileName: "orders 2026.csv", sha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
  });

  it.each([
    "http://localhost:PORT/data/orders%202026.csv",
    "http://[::1]:PORT/",
    "http://[::ffff:127.0.0.1]:PORT/",
    "http://2130706433:1/",
    "http://0x7f.1:1/",
    "http://169.254.169.254/latest/meta-data",
    "http://user:secret@127.0.0.1:PORT/data/orders%202026.csv",
    "http://127.0.0.1:1/",
  ])("refuses %s without asking it", async (url) => {
    expect((await fetched(url.replace("PORT", String(port)))).code).toBe("422 upload.url_refused");
    expect(asked).toEqual([]);
  });

  it.each(["/inside", "/metadata", "/file"])("refuses where %s redirects to", async (path) => {
    expect((await fetched(`http://127.0.0.1:${port}${path}`)).code).toBe("422 upload.url_refused");
    expect(asked).toEqual([path]);
  });

  it.each([
    ["/for-ever", "422 upload.url_unreachable"],
    ["/nothing-here", "422 upload.url_unreachable"],
    ["/cut", "422 upload.url_unreachable"],
    ["/large", "413 request.too_large"],
    ["/large-untold", "413 request.too_large"],
    ["/empty", "400 upload.empty"],
  ])("tells what is wrong with %s and keeps nothing of it", async (path, expected) => {
    const directory = join(server.services.config.dataDir, "uploads");
    const before = await readdir(directory).catch(() => []);
    expect((await fetched(`http://127.0.0.1:${port}${path}`)).code).toBe(expected);
    expect(await readdir(directory).catch(() => [])).toEqual(before);
  });

  it("refuses what is no address of the web", async () => {
    for (const url of ["ftp://example.com/x.csv", "file:///etc/passwd", "orders.csv"]) expect((await fetched(url)).code).toBe("400 request.invalid");
  });
});
