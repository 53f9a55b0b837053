import { createHash } from "node:crypto";
import { open } from "node:fs/promises";
import type { JsonValue } from "@granary/protocol";
import { chunkPath } from "../chunks/index.ts";
import type { ConnectorContext, ReadMessage, ReadRequest, StreamState } from "../connector.ts";
import { restConfig, restStream } from "./config.ts";
import { ColumnFinder, type Json, valueAt } from "./json.ts";
import { type JsonRecord, readPages } from "./pages.ts";
import { RestSession } from "./session.ts";

/** So that the state stays far below 64 KiB. */
const MAX_SEEN = 2_500;
const MARK_DIGITS = 16;

const markOf = (line: string): string => createHash("sha256").update(line).digest("hex").slice(0, MARK_DIGITS);

/** Numbers by size, everything else as texts: instants in ISO form sort so. */
function isAfter(left: string, right: string): boolean {
  const [one, two] = [Number(left), Number(right)];
  return left.trim() !== "" && right.trim() !== "" && !Number.isNaN(one) && !Number.isNaN(two) ? one > two : left > right;
}

const textOf = (value: Json): string | undefined =>
  value === null || value === undefined ? undefined : typeof value === "string" ? value : JSON.stringify(value);

/** Follows the greatest value of the cursor: what was read before is left out, whether the API filters or not. */
class Progress {
  readonly #path: string | undefined;
  readonly #from: string | undefined;
  readonly #before: ReadonlySet<string>;
  #top: string | undefined;
  #seen: Set<string>;

  constructor(request: ReadRequest) {
    const state = request.mode === "incremental" ? request.state : null;
    this.#path = request.mode === "incremental" ? request.cursor : undefined;
    this.#from = typeof state?.cursor === "string" ? state.cursor : undefined;
    this.#before = new Set(Array.isArray(state?.seen) ? (state.seen as string[]) : []);
    this.#top = this.#from;
    this.#seen = new Set(this.#before);
  }

  get from(): string | undefined {
    return this.#from;
  }

  /** Whether a record is new; rows without a value always are. */
  take(record: JsonRecord, line: string): boolean {
    if (this.#path === undefined) return true;
    const value = textOf(valueAt(record, this.#path));
    if (value === undefined) return true;
    if (this.#from !== undefined && (isAfter(this.#from, value) || (value === this.#from && this.#before.has(markOf(line))))) return false;
    if (this.#top === undefined || isAfter(value, this.#top)) {
      this.#top = value;
      this.#seen = new Set();
    }
    if (value === this.#top && this.#seen.size < MAX_SEEN) this.#seen.add(markOf(line));
    return true;
  }

  state(): StreamState | undefined {
    return this.#top === undefined ? undefined : { cursor: this.#top, seen: [...this.#seen] as JsonValue };
  }
}

class JsonLines {
  readonly finder = new ColumnFinder();
  readonly #lines: string[] = [];
  chars = 0;

  add(record: JsonRecord, line: string): void {
    this.finder.add(record);
    this.#lines.push(line);
    this.chars += line.length + 1;
  }

  get rows(): number {
    return this.#lines.length;
  }

  async write(folder: string, state: StreamState | undefined): Promise<Extract<ReadMessage, { type: "chunk" }>> {
    const path = chunkPath(folder, "jsonl");
    const content = Buffer.from(this.#lines.map((line) => `${line}\n`).join(""));
    await using file = await open(path, "wx", 0o600);
    await file.writeFile(content);
    const format = { kind: "json_lines", columns: this.finder.columns() } as const;
    return { type: "chunk", path, format, rows: this.rows, bytes: content.length, ...(state === undefined ? {} : { state }) };
  }
}

function selected(record: JsonRecord, names: readonly string[]): JsonRecord {
  return names.length === 0 ? record : Object.fromEntries(names.map((name) => [name, record[name]]));
}

/** Reads the records of an endpoint page by page. APIs promise no order, so the stream can be taken up at its end alone. */
export async function* read(context: ConnectorContext, request: ReadRequest): AsyncGenerator<ReadMessage> {
  const config = restConfig(context.config);
  const stream = restStream(request.stream.config);
  const progress = new Progress(request);
  const waits: number[] = [];
  const extra = stream.cursorParameter === undefined || progress.from === undefined ? {} : { [stream.cursorParameter]: progress.from };
  const session = new RestSession(context, config);
  const pages = readPages(session, { baseUrl: config.baseUrl, stream, extra, onWait: (untilMs) => waits.push(untilMs) });
  const maxRows = request.maxRows ?? Number.POSITIVE_INFINITY;
  let lines = new JsonLines();
  let rows = 0;
  let bytes = 0;
  for await (const records of pages) {
    for (const untilMs of waits.splice(0)) yield { type: "rate_limited", untilMs };
    for (const record of records) {
      if (rows >= maxRows) break;
      if (!progress.take(record, JSON.stringify(record))) continue;
      const chosen = selected(record, request.columns);
      lines.add(chosen, JSON.stringify(chosen));
      rows += 1;
    }
    if (rows >= maxRows) break;
    yield { type: "progress", rows, bytes: bytes + lines.chars };
    if (lines.chars < request.chunkBytes) continue;
    bytes += lines.chars;
    yield await lines.write(context.folder, undefined);
    lines = new JsonLines();
  }
  yield { type: "columns", columns: lines.finder.columns() };
  yield await lines.write(context.folder, request.maxRows === undefined ? progress.state() : undefined);
}
