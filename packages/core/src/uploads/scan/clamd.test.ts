import { createServer, type Server, type Socket } from "node:net";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parseClamdAddress, pingClamd, scanContent } from "./clamd.ts";

const signal = new AbortController().signal;
let directory: string;
let path: string;
let server: Server | undefined;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "granary-clamd-"));
  path = join(directory, "clamd.sock");
});
afterEach(async () => {
  await new Promise((resolve) => (server === undefined ? resolve(undefined) : server.close(resolve)));
  server = undefined;
  await rm(directory, { recursive: true, force: true });
});

/** A daemon at a socket that does with each connection what it is told. */
async function listen(serve: (socket: Socket) => void): Promise<void> {
  server = createServer((socket) => {
    socket.on("error", () => undefined);
    serve(socket);
  });
  await new Promise<void>((resolve) => server?.listen(path, resolve));
}

async function* content(...chunks: readonly string[]): AsyncGenerator<Buffer> {
  for (const chunk of chunks) yield Buffer.from(chunk);
}

const answering = (answer: string, heard: Buffer[] = []) =>
  listen((socket) =>
    socket.on("data", (chunk: Buffer) => {
      heard.push(chunk);
      if (Buffer.concat(heard).subarray(-4).equals(Buffer.alloc(4))) socket.end(`${answer}\0`);
    }),
  );

describe("scanContent", () => {
  it("sends every chunk behind its length and an empty one at the end", async () => {
    const heard: Buffer[] = [];
    await answering("stream: OK", heard);
    expect(await scanContent({ path }, content("abc", "de"), signal)).toEqual({ kind: "clean" });
    expect(Buffer.concat(heard).toString("latin1")).toBe("zINSTREAM\0\0\0\0\u0003abc\0\0\0\u0002de\0\0\0\0");
  });

  it.each([
    ["stream: Win.Test.EICAR_HDB-1 FOUND", { kind: "infected", signature: "Win.Test.EICAR_HDB-1" }],
    ["INSTREAM size limit exceeded. ERROR", { kind: "too_large" }],
    ["stream: Can't allocate memory ERROR", { kind: "failed", reason: "it answered: stream: Can't allocate memory ERROR" }],
  ])("understands %j", async (answer, verdict) => {
    await answering(answer);
    expect(await scanContent({ path }, content("abc"), signal)).toEqual(verdict);
  });

  it("hears that a file is too large while it is being sent", async () => {
    await listen((socket) => socket.once("data", () => socket.end("INSTREAM size limit exceeded. ERROR\0")));
    const state = { sent: 0 };
    async function* endless(): AsyncGenerator<Buffer> {
      for (; state.sent < 100_000; state.sent += 1) yield Buffer.alloc(1_000);
    }
    expect(await scanContent({ path }, endless(), signal)).toEqual({ kind: "too_large" });
    expect(state.sent).toBeLessThan(100_000);
  });

  it("lets nothing through when nobody listens, or the connection ends without an answer", async () => {
    expect(await scanContent({ path }, content("abc"), signal)).toMatchObject({ kind: "failed" });
    await listen((socket) => socket.once("data", () => socket.destroy()));
    expect(await scanContent({ path }, content("abc"), signal)).toMatchObject({ kind: "failed" });
  });

  it("ends when the caller goes away", async () => {
    const gone = new AbortController();
    await listen(() => gone.abort(new Error("gone")));
    await expect(scanContent({ path }, content("abc"), gone.signal)).rejects.toThrow("gone");
  });
});

describe("pingClamd", () => {
  it("tells whether it answers", async () => {
    expect(await pingClamd({ path })).toBe(false);
    await listen((socket) => socket.once("data", (command: Buffer) => socket.end(command.toString() === "zPING\0" ? "PONG\0" : "UNKNOWN\0")));
    expect(await pingClamd({ path })).toBe(true);
  });
});

describe("parseClamdAddress", () => {
  it.each([
    ["localhost:3310", { host: "localhost", port: 3310 }],
    ["[::1]:3310", { host: "::1", port: 3310 }],
    ["/run/clamav/clamd.ctl", { path: "/run/clamav/clamd.ctl" }],
    ["unix:/run/clamd.sock", { path: "/run/clamd.sock" }],
    ["localhost", undefined],
    ["localhost:0", undefined],
    ["::1:3310", undefined],
    ["run/clamd", undefined],
  ])("reads %j", (text, address) => expect(parseClamdAddress(text)).toEqual(address));
});
