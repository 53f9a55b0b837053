import { connect } from "node:net";
import { setImmediate as nextTurn } from "node:timers/promises";

/** Where clamd listens. */
export type ClamdAddress = { readonly path: string } | { readonly host: string; readonly port: number };

/** What clamd says about a file. */
export type Verdict =
  | { readonly kind: "clean" }
  | { readonly kind: "infected"; readonly signature: string }
  /** Larger than its `StreamMaxLength`. */
  | { readonly kind: "too_large" }
  /** It could not be asked, or did not know. */
  | { readonly kind: "failed"; readonly reason: string };

const MAX_PORT = 65_535;
/** clamd itself gives up a scan after two minutes unless it is told otherwise. */
const SCAN_SILENCE_MS = 300_000;
const PING_SILENCE_MS = 1_500;
const MAX_TOLD = 200;

/** Reads `host:port`, `[::1]:port` or the absolute path of a socket; undefined for anything else. */
export function parseClamdAddress(text: string): ClamdAddress | undefined {
  const path = text.replace(/^unix:/, "");
  if (path.startsWith("/")) return { path };
  const [, host = "", digits] = /^(\[[0-9a-f:.]+\]|[^\s:/[\]]+):(\d{1,5})$/i.exec(text) ?? [];
  const port = Number(digits);
  return port >= 1 && port <= MAX_PORT ? { host: host.replace(/^\[|\]$/g, ""), port } : undefined;
}

interface Question {
  readonly command: "PING" | "INSTREAM";
  readonly content?: AsyncIterable<Buffer>;
  readonly silenceMs: number;
  readonly signal?: AbortSignal;
}

function frameOf(chunk: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(chunk.length);
  return Buffer.concat([length, chunk]);
}

const END = frameOf(Buffer.alloc(0));

/** One command in the form that ends with a zero byte, and the answer to it. */
async function ask(address: ClamdAddress, { command, content, silenceMs, signal }: Question): Promise<string> {
  const socket = connect({ ...address, ...(signal === undefined ? {} : { signal }) });
  const state = { sent: 0, isAnswered: false };
  const answer = new Promise<string>((resolve, reject) => {
    let text = "";
    socket.setTimeout(silenceMs, () => socket.destroy(new Error(`it said nothing for ${silenceMs / 1_000} s`)));
    socket.on("data", (chunk: Buffer) => {
      text += chunk.toString("utf8");
      const end = text.indexOf("\0");
      if (end < 0) return;
      state.isAnswered = true;
      resolve(text.slice(0, end).trim());
    });
    socket.once("error", reject);
    socket.once("close", () => reject(new Error(`it closed the connection after ${state.sent} bytes without an answer`)));
  });
  answer.catch(() => undefined);
  const write = (bytes: Buffer | string): Promise<void> => new Promise((done) => void socket.write(bytes, () => done()));
  try {
    await write(`z${command}\0`);
    for await (const chunk of content ?? []) {
      // It answers before the end when a file is too large for it, and closes.
      if (state.isAnswered || socket.destroyed) break;
      await write(frameOf(chunk));
      state.sent += chunk.length;
      // Lets an answer be read before a write to the closed connection would lose it.
      await nextTurn();
    }
    if (content !== undefined && !state.isAnswered && !socket.destroyed) await write(END);
    return await answer;
  } finally {
    socket.destroy();
  }
}

/** Has clamd scan bytes as they are sent to it (`INSTREAM`); it keeps no file. Throws only when the caller goes away. */
export async function scanContent(address: ClamdAddress, content: AsyncIterable<Buffer>, signal: AbortSignal): Promise<Verdict> {
  try {
    const answer = await ask(address, { command: "INSTREAM", content, silenceMs: SCAN_SILENCE_MS, signal });
    if (answer === "stream: OK") return { kind: "clean" };
    const [, signature] = /^stream: (.+) FOUND$/.exec(answer) ?? [];
    if (signature !== undefined) return { kind: "infected", signature: signature.slice(0, MAX_TOLD) };
    if (/size limit exceeded/i.test(answer)) return { kind: "too_large" };
    return { kind: "failed", reason: `it answered: ${answer.slice(0, MAX_TOLD)}` };
  } catch (error) {
    signal.throwIfAborted();
    return { kind: "failed", reason: error instanceof Error ? error.message : String(error) };
  }
}

/** Whether clamd answers. */
export async function pingClamd(address: ClamdAddress): Promise<boolean> {
  const answer = await ask(address, { command: "PING", silenceMs: PING_SILENCE_MS }).catch(() => "");
  return answer === "PONG";
}
