import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createVirusScanner, parseClamdAddress, type VirusScanner } from "@granary/core/uploads";
import { multipartForm, startTestServer, type TestServer, type TestUser } from "@granary/testkit";
import { afterAll, beforeAll, expect, it, vi } from "vitest";

/** The harmless text that every scanner reports, put together here so that no scanner reports this file. */
const EICAR = ["X5O!P%@AP[4\\PZX54(P^)7CC)7}$", "EICAR-STANDARD-", "ANTIVIRUS-TEST-FILE!$H+H*"].join("");
const MIB = 1024 * 1024;
const signal = new AbortController().signal;

let dir: string;
let socket: string;
let daemon: ChildProcess | undefined;
let scanner: VirusScanner;
let server: TestServer;
let maker: TestUser;

/** clamd with one signature written by hand, as none can be downloaded here: the text in any file, at any place. */
async function startDaemon(): Promise<void> {
  const process = spawn("clamd", ["--config-file", join(dir, "clamd.conf")], { stdio: "ignore" });
  daemon = process;
  const failure = new Promise<never>((_resolve, reject) => process.once("error", reject));
  await Promise.race([failure, vi.waitFor(async () => expect(await scanner.isReachable()).toBe(true), { timeout: 60_000, interval: 100 })]);
}

async function stopDaemon(): Promise<void> {
  if (daemon === undefined || daemon.exitCode !== null || daemon.signalCode !== null) return;
  const ended = new Promise((resolve) => daemon?.once("exit", resolve));
  daemon.kill("SIGKILL");
  await ended;
}

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "granary-clamd-"));
  socket = join(dir, "clamd.sock");
  await mkdir(join(dir, "signatures"));
  await writeFile(join(dir, "signatures", "own.ndb"), `Own.Test:0:*:${Buffer.from(EICAR.slice(28)).toString("hex")}\n`);
  const settings = [
    `DatabaseDirectory ${join(dir, "signatures")}`,
    `TemporaryDirectory ${dir}`,
    `LocalSocket ${socket}`,
    "StreamMaxLength 1M",
    "Foreground yes",
  ];
  await writeFile(join(dir, "clamd.conf"), `${settings.join("\n")}\n`);
  const address = parseClamdAddress(socket);
  if (address === undefined) throw new Error("the path of the socket is none");
  scanner = createVirusScanner(address);
  await startDaemon();
  server = await startTestServer({ env: { GRANARY_CLAMD: socket } });
  await server.startWorker();
  maker = await server.user({ roles: ["data_engineer"] });
});
afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
  await stopDaemon();
  await rm(dir, { recursive: true, force: true });
});

async function verdictOf(content: string | Buffer): Promise<unknown> {
  const path = join(dir, "file");
  await writeFile(path, content);
  return scanner.scan(path, signal);
}

const create = (name: string, content: string) =>
  server.request("POST", "/datasets?wait=true", { as: maker, ...multipartForm({ name }, { name: "data.csv", content }) });

it("tells clean files from infected ones, wherever in them the signature is", async () => {
  expect(await verdictOf("id,n\n1,2\n")).toEqual({ kind: "clean" });
  expect(await verdictOf("")).toEqual({ kind: "clean" });
  expect(await verdictOf(EICAR)).toMatchObject({ kind: "infected", signature: expect.stringContaining("Own.Test") });
  expect(await verdictOf(`${"row,of,text\n".repeat(50_000)}${EICAR}\n`)).toMatchObject({ kind: "infected" });
});

it("understands that a file is larger than it takes", async () => {
  expect(await verdictOf(Buffer.alloc(3 * MIB, "a"))).toEqual({ kind: "too_large" });
});

it("keeps an infected upload out, and lets others in", async () => {
  expect((await create("Clean", "id,n\n1,2\n")).body.batch.status).toBe("loaded");
  const infected = await create("Infected", `id,note\n1,${EICAR}\n`);
  expect([infected.status, infected.body.code]).toEqual([422, "upload.infected"]);
  expect((await server.request("GET", "/datasets/Infected", { as: maker })).status).toBe(404);
});

it("lets nothing pass while it is gone, and goes on when it is back", async () => {
  await stopDaemon();
  expect(await scanner.isReachable()).toBe(false);
  expect(await verdictOf("id\n1\n")).toMatchObject({ kind: "failed" });
  expect((await create("Later", "id,n\n1,2\n")).body.code).toBe("upload.scan_failed");
  await startDaemon();
  expect((await create("Later", "id,n\n1,2\n")).body.batch.status).toBe("loaded");
});
