import { fork } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { REALTIME_PATH, type ServerMessage } from "@granary/protocol";
import { WebSocket } from "ws";
import { type Figure, median, percentile } from "./report.ts";

const SOCKETS = 1_000;
const ROUNDS = 5;
const MESSAGES = 10;
const PAUSE_MS = 400;

interface Target {
  readonly url: string;
  readonly token: string;
}

/** Opens one socket that follows the workspace and calls back for each of its changes. */
async function follow(target: Target, onChange: () => void): Promise<WebSocket> {
  const socket = new WebSocket(target.url.replace("http", "ws") + REALTIME_PATH, { headers: { authorization: `Bearer ${target.token}` } });
  await new Promise<void>((resolve, reject) => {
    socket.once("error", reject);
    socket.once("open", () => socket.send(JSON.stringify({ type: "subscribe", topic: "workspace" })));
    socket.on("message", (data) => {
      const message = JSON.parse(String(data)) as ServerMessage;
      if (message.type === "subscribed") resolve();
      else if (message.type === "change") onChange();
    });
  });
  return socket;
}

/** Renames the workspace, a change every socket is told of, and answers when it was asked for. */
async function change(target: Target, path: string, label: string): Promise<number> {
  const headers = { authorization: `Bearer ${target.token}`, "content-type": "application/json" };
  const etag = (await fetch(target.url + path, { headers })).headers.get("etag") ?? "";
  const at = performance.now();
  const response = await fetch(target.url + path, { method: "PATCH", headers: { ...headers, "if-match": etag }, body: JSON.stringify({ name: label }) });
  if (!response.ok) throw new Error(`the change was answered with ${response.status}`);
  return at;
}

async function oneRound(target: Target, path: string, heard: { times: number[] }): Promise<number[]> {
  const delays: number[] = [];
  for (let message = 0; message < MESSAGES; message += 1) {
    heard.times = [];
    const at = await change(target, path, `Change ${message} of ${performance.now()}`);
    const deadline = at + 10_000;
    while (heard.times.length < SOCKETS && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 5));
    if (heard.times.length < SOCKETS) throw new Error(`only ${heard.times.length} of ${SOCKETS} sockets were told`);
    delays.push(...heard.times.map((time) => time - at));
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  return delays;
}

/** A thousand sockets that follow one workspace: time from the request that changes something to each one's message. */
export async function sockets(): Promise<Figure[]> {
  const dataDir = mkdtempSync(join(tmpdir(), "granary-bench-"));
  const child = fork(fileURLToPath(new URL("metadata-server.ts", import.meta.url)), [dataDir], { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  const open: WebSocket[] = [];
  try {
    const target = await new Promise<Target & { workspaceId: string; adminToken: string }>((resolve) =>
      child.once("message", (message) => resolve(message as never)),
    );
    const heard = { times: [] as number[] };
    for (let i = 0; i < SOCKETS; i += 1) open.push(await follow(target, () => heard.times.push(performance.now())));
    const rounds: number[] = [];
    const admin = { url: target.url, token: target.adminToken };
    for (let round = 0; round < ROUNDS; round += 1) rounds.push(percentile(await oneRound(admin, `/api/v1/workspaces/${target.workspaceId}`, heard), 0.95));
    return [
      {
        name: `delivery to ${SOCKETS} sockets, p95`,
        value: median(rounds),
        unit: "ms",
        goal: { max: 500 },
        note: `median of ${ROUNDS} rounds of ${MESSAGES} changes, from request to message`,
      },
    ];
  } finally {
    for (const socket of open) socket.terminate();
    child.disconnect();
    await new Promise((resolve) => child.once("exit", resolve));
    rmSync(dataDir, { recursive: true, force: true });
  }
}
