import { stat } from "node:fs/promises";
import type { ChunkFormat, Connector, ConnectorContext, StreamAddress } from "@granary/connectors";
import { column, inspectFile, type JsonValue, type Query, type Relation, type SqlType } from "@granary/engine";
import { type GraphColumn, type GraphType, problem } from "@granary/protocol";
import type { Ctx } from "../../context/index.ts";

/** The first rows of a stream, as texts. */
export interface Sample {
  readonly columns: readonly GraphColumn[];
  readonly rows: readonly (readonly (string | null)[])[];
  readonly warnings: readonly string[];
}

interface SampleRequest {
  readonly stream: StreamAddress;
  readonly columns: readonly string[];
  readonly limit: number;
}

const CHUNK_BYTES = 64 * 1024 * 1024;
const MAX_CELL_CHARS = 2_000;
const TEXT: SqlType = { kind: "text" };

function cellText(value: JsonValue | undefined): string | null {
  if (value === null || value === undefined) return null;
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > MAX_CELL_CHARS ? `${text.slice(0, MAX_CELL_CHARS)}…` : text;
}

const BY_KIND: Partial<Record<SqlType["kind"], GraphType>> = {
  boolean: "boolean",
  integer: "integer",
  bigint: "integer",
  float: "number",
  double: "number",
  date: "date",
  time: "time",
  timestamp: "timestamp",
  timestamptz: "timestamptz",
  uuid: "uuid",
  binary: "binary",
  list: "json",
  struct: "json",
  map: "json",
};

const graphTypeOf = (type: SqlType): GraphType => (type.kind === "decimal" ? `decimal(${type.precision},${type.scale})` : (BY_KIND[type.kind] ?? "text"));

interface FetchedChunk {
  readonly path: string;
  readonly format: ChunkFormat;
}

async function fetchFirst(connector: Connector, context: ConnectorContext, { stream, columns, limit }: SampleRequest): Promise<FetchedChunk | undefined> {
  if (connector.read === undefined) throw problem("connection.stream_not_found", { stream: stream.name });
  const messages = connector.read(context, { stream, columns, mode: "full", keys: [], state: null, maxRows: limit, chunkBytes: CHUNK_BYTES });
  for await (const message of messages) if (message.type === "chunk") return { path: message.path, format: message.format };
  return undefined;
}

function relationOf({ path, format }: FetchedChunk): Relation {
  if (format.kind === "file") throw new TypeError("files of others are inspected");
  const columns = format.columns.map(({ name }) => ({ name, type: TEXT }));
  if (format.kind === "json_lines") return { kind: "jsonFile", path, columns, layout: "lines", onFault: "null" };
  return { kind: "csvFile", path, columns, dialect: { delimiter: ",", quote: '"', header: false }, lineEnd: "lf" };
}

async function readRows(ctx: Ctx, chunk: FetchedChunk, columns: readonly GraphColumn[], limit: number): Promise<Sample> {
  if ((await stat(chunk.path)).size === 0) return { columns, rows: [], warnings: [] };
  const query: Query = { kind: "select", items: columns.map(({ name }) => ({ expression: column(name), as: name })), from: relationOf(chunk), limit };
  const { rows } = await ctx.services.engine.use({ kind: "read", signal: ctx.signal }, (session) => session.run({ kind: "query", query }));
  return { columns, rows: rows.map((row) => row.map(cellText)), warnings: [] };
}

/** Reads the first rows of a stream. They are taken apart in an engine process: what comes from elsewhere never is in the server. */
export async function readSample(ctx: Ctx, connector: Connector, context: ConnectorContext, request: SampleRequest): Promise<Sample> {
  const chunk = await fetchFirst(connector, context, request);
  if (chunk === undefined) return { columns: [], rows: [], warnings: ["There is nothing to read."] };
  if (chunk.format.kind !== "file") return readRows(ctx, chunk, chunk.format.columns, request.limit);
  const input = { path: chunk.path, options: {}, sampleRows: request.limit };
  const found = await ctx.services.engine.use({ kind: "read", signal: ctx.signal }, (session) => inspectFile(session, input));
  return {
    columns: found.columns.map(({ name, type }) => ({ name, type: graphTypeOf(type) })),
    rows: found.rows.map((row) => row.map(cellText)),
    warnings: found.warnings.map(({ message }) => message),
  };
}
