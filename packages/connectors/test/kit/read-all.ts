import { readFile } from "node:fs/promises";
import type { ConnectionConfig, Connector, ConnectorContext, ReadMessage, ReadRequest, StreamAddress, StreamState } from "@granary/connectors";

export type Row = readonly (string | null)[];

/** What one chunk brought, and the state after it. */
export interface ReadChunk {
  readonly rows: readonly Row[];
  readonly state: StreamState | undefined;
}

/** The rows of the platform's CSV: `""` is a text, nothing is null. */
function parseCsv(text: string): Row[] {
  const rows: Row[] = [];
  let row: (string | null)[] = [];
  let at = 0;
  while (at < text.length) {
    let value: string | null = null;
    if (text[at] === '"') {
      value = "";
      for (at += 1; text[at] !== '"' || text[at + 1] === '"'; at += 1) {
        if (text[at] === '"') at += 1;
        value += text[at];
      }
      at += 1;
    }
    row.push(value);
    if (text[at] === ",") {
      at += 1;
      if (text[at] === "\n") row.push(null);
    }
    if (text[at] === "\n") {
      rows.push(row);
      row = [];
      at += 1;
    }
  }
  return rows;
}

type SourceReviver = (key: string, value: unknown, context: { readonly source?: string }) => unknown;

/** Numbers as they stand there, with all their digits. */
function parseLine(line: string): Record<string, unknown> {
  const asWritten: SourceReviver = (_key, value, { source }) => (typeof value === "number" ? source : value);
  return JSON.parse(line, asWritten as (key: string, value: unknown) => unknown) as Record<string, unknown>;
}

async function rowsOf(chunk: Extract<ReadMessage, { type: "chunk" }>): Promise<readonly Row[]> {
  const text = await readFile(chunk.path, "utf8");
  if (chunk.format.kind === "csv") return parseCsv(text);
  if (chunk.format.kind === "file") return [[chunk.format.fileName, text]];
  const { columns } = chunk.format;
  const values = text.split("\n").flatMap((line) => (line === "" ? [] : [parseLine(line)]));
  const show = (value: unknown) => (value === null || value === undefined ? null : typeof value === "string" ? value : JSON.stringify(value));
  return values.map((value) => columns.map(({ name }) => show(value[name])));
}

export function request(stream: Partial<StreamAddress> & { readonly name: string }, options: Partial<ReadRequest> = {}): ReadRequest {
  return {
    columns: [],
    mode: "full",
    keys: [],
    state: null,
    chunkBytes: 1 << 20,
    ...options,
    stream: { namespace: null, config: {} as ConnectionConfig, ...stream },
  };
}

/** Reads to the end, or until so many chunks came. */
export async function readChunks(
  connector: Connector,
  context: ConnectorContext,
  asked: ReadRequest,
  limit = Number.POSITIVE_INFINITY,
): Promise<readonly ReadChunk[]> {
  const chunks: ReadChunk[] = [];
  for await (const message of connector.read?.(context, asked) ?? []) {
    if (message.type === "chunk") chunks.push({ rows: await rowsOf(message), state: message.state });
    if (chunks.length >= limit) break;
  }
  return chunks;
}

export const rowsIn = (chunks: readonly ReadChunk[]): Row[] => chunks.flatMap(({ rows }) => rows);

/** The state that is kept after some chunks: the last one there is. */
export const stateAfter = (chunks: readonly ReadChunk[], before: StreamState | null): StreamState | null =>
  chunks.findLast(({ state }) => state !== undefined)?.state ?? before;
