import { problem } from "@granary/protocol";
import { LineQueue, type Piece, writeChunks } from "../chunks/index.ts";
import type { ConnectorContext, ReadMessage, ReadRequest, StreamState } from "../connector.ts";
import { getRelation, type Relation } from "./catalog.ts";
import { mysqlFault } from "./faults.ts";
import { planIncremental } from "./incremental.ts";
import { configOf, type MysqlClient, openClient } from "./open-client.ts";
import { quoteName } from "./quote.ts";
import { type CatalogColumn, graphColumnOf, lineExpression } from "./types.ts";

/** About so many rows lie between two states that an incremental read can be taken up from. */
const STEP_ROWS = 1_000_000;

interface Reading {
  readonly context: ConnectorContext;
  readonly request: ReadRequest;
  readonly client: MysqlClient;
  readonly relation: Relation;
  readonly columns: readonly CatalogColumn[];
  readonly tally: { rows: number; bytes: number };
}

function chosen(relation: Relation, names: readonly string[]): readonly CatalogColumn[] {
  if (names.length === 0) return relation.columns;
  const byName = new Map(relation.columns.map((column) => [column.name, column]));
  return names.flatMap((name) => byName.get(name) ?? []);
}

/** The lines a query answers, one value a row; the client waits while nobody takes them. */
function lines(client: MysqlClient, sql: string, stream: string): AsyncIterable<Piece> {
  const { connection } = client;
  const queue = new LineQueue(connection);
  const query = connection.query({ sql, rowsAsArray: true, typeCast: false });
  query.on("result", (row: unknown) => {
    const [line] = row as (Buffer | null)[];
    if (line instanceof Uint8Array) queue.push(line);
    else
      queue.fail(
        problem("connection.data_invalid", { stream, reason: "a row is longer than the server's max_allowed_packet; raise it there, or leave columns out" }),
      );
  });
  // What the server says comes by the query, the end of the connection by the connection.
  query.on("error", (error: Error) => queue.fail(error));
  connection.once("error", (error: Error) => queue.fail(error));
  query.on("end", () => queue.end());
  return queue;
}

async function* counted(pieces: AsyncIterable<Piece>, tally: { rows: number; bytes: number }): AsyncGenerator<Piece> {
  for await (const piece of pieces) {
    tally.rows += piece.rows;
    tally.bytes += piece.bytes.byteLength;
    yield piece;
  }
}

/** Rows of one statement, as chunks; the state stands with the last one. */
async function* readRows(reading: Reading, from: string, state: StreamState | undefined): AsyncGenerator<ReadMessage> {
  const { context, request, client, relation, columns, tally } = reading;
  const limit = request.maxRows === undefined ? "" : ` limit ${Math.max(0, request.maxRows - tally.rows)}`;
  const pieces = lines(client, `select ${lineExpression(columns)} as line from ${from}${limit}`, `${relation.schema}.${relation.name}`);
  const format = { kind: "csv", columns: columns.map(graphColumnOf) } as const;
  const { folder, signal } = context;
  const chunks = writeChunks(counted(pieces, tally), { folder, format, chunkBytes: request.chunkBytes, signal }, (isLast) =>
    isLast && limit === "" ? state : undefined,
  );
  for await (const chunk of chunks) {
    yield chunk;
    yield { type: "progress", ...tally, ...(relation.rowEstimate === null ? {} : { totalRows: relation.rowEstimate }) };
  }
}

async function* readIncremental(reading: Reading): AsyncGenerator<ReadMessage> {
  const { request, client, relation } = reading;
  const plan = await planIncremental(client, relation, request);
  let at = plan.first;
  while (at !== undefined) {
    const step = await plan.next(at, STEP_ROWS);
    yield* readRows(reading, step.from, step.state);
    if (request.maxRows !== undefined && reading.tally.rows >= request.maxRows) return;
    at = step.rest;
  }
}

/** Reads a table in one snapshot; the server writes the lines. */
export async function* read(context: ConnectorContext, request: ReadRequest): AsyncGenerator<ReadMessage> {
  const { host, database } = configOf(context);
  const schema = request.stream.namespace ?? database;
  const stream = `${schema}.${request.stream.name}`;
  await using client = await openClient(context);
  try {
    await client.execute("set transaction isolation level repeatable read");
    await client.execute("start transaction with consistent snapshot, read only");
    const relation = await getRelation(client, schema, request.stream.name);
    const columns = chosen(relation, request.columns);
    if (columns.length === 0) throw problem("connection.data_invalid", { stream, reason: "none of the chosen columns is there any more" });
    yield { type: "columns", columns: columns.map(graphColumnOf) };
    const reading: Reading = { context, request, client, relation, columns, tally: { rows: 0, bytes: 0 } };
    if (request.mode === "incremental") yield* readIncremental(reading);
    else yield* readRows(reading, `${quoteName(relation.schema)}.${quoteName(relation.name)}`, undefined);
  } catch (error) {
    context.signal.throwIfAborted();
    throw mysqlFault(error, host, stream);
  }
}
