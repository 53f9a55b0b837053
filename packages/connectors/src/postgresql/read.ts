import { problem } from "@granary/protocol";
import type pg from "pg";
import { type Piece, writeChunks } from "../chunks/index.ts";
import type { ConnectorContext, ReadMessage, ReadRequest, StreamState } from "../connector.ts";
import { getRelation, type Relation, tableOf } from "./catalog.ts";
import { CopyOut } from "./copy-out.ts";
import { configOf, openClient } from "./open-client.ts";
import { postgresFault } from "./faults.ts";
import { planIncremental } from "./incremental.ts";
import { type CatalogColumn, graphColumnOf, valueExpression } from "./types.ts";

/** About so many rows lie between two states that an incremental read can be taken up from. */
const STEP_ROWS = 1_000_000;

function chosen(relation: Relation, names: readonly string[]): readonly CatalogColumn[] {
  if (names.length === 0) return relation.columns;
  const byName = new Map(relation.columns.map((column) => [column.name, column]));
  return names.flatMap((name) => byName.get(name) ?? []);
}

const copyText = (select: string): string => `copy (${select}) to stdout (format csv, force_quote *, null '')`;

async function* counted(pieces: AsyncIterable<Piece>, tally: { rows: number; bytes: number }): AsyncGenerator<Piece> {
  for await (const piece of pieces) {
    tally.rows += piece.rows;
    tally.bytes += piece.bytes.byteLength;
    yield piece;
  }
}

interface Reading {
  readonly context: ConnectorContext;
  readonly request: ReadRequest;
  readonly client: pg.Client;
  readonly relation: Relation;
  readonly columns: readonly CatalogColumn[];
  readonly tally: { rows: number; bytes: number };
}

/** Rows of one statement, as chunks; the state stands with the last one. */
async function* copyRows(reading: Reading, where: string, state: StreamState | undefined): AsyncGenerator<ReadMessage> {
  const { context, request, client, relation, columns, tally } = reading;
  const list = columns.map(valueExpression).join(", ");
  const limit = request.maxRows === undefined ? "" : ` limit ${Math.max(0, request.maxRows - tally.rows)}`;
  const copy = new CopyOut(copyText(`select ${list} from ${tableOf(relation)}${where === "" ? "" : ` where ${where}`}${limit}`));
  client.query(copy as unknown as pg.Submittable);
  const format = { kind: "csv", columns: columns.map(graphColumnOf) } as const;
  const { folder, signal } = context;
  const chunks = writeChunks(counted(copy, tally), { folder, format, chunkBytes: request.chunkBytes, signal }, (isLast) =>
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
  let last = plan.first;
  while (last !== undefined) {
    const step = await plan.next(last, STEP_ROWS);
    yield* copyRows(reading, step.where, step.state);
    if (request.maxRows !== undefined && reading.tally.rows >= request.maxRows) return;
    last = step.rest;
  }
}

/** Reads a table in one snapshot, as fast as the server copies it out. */
export async function* read(context: ConnectorContext, request: ReadRequest): AsyncGenerator<ReadMessage> {
  const { namespace, name } = request.stream;
  const stream = `${namespace ?? "public"}.${name}`;
  await using open = await openClient(context);
  const { client } = open;
  try {
    await client.query("begin isolation level repeatable read read only");
    const relation = await getRelation(client, request.stream);
    const columns = chosen(relation, request.columns);
    if (columns.length === 0) throw problem("connection.data_invalid", { stream, reason: "none of the chosen columns is there any more" });
    yield { type: "columns", columns: columns.map(graphColumnOf) };
    const reading: Reading = { context, request, client, relation, columns, tally: { rows: 0, bytes: 0 } };
    if (request.mode === "incremental") yield* readIncremental(reading);
    else yield* copyRows(reading, "", undefined);
    await client.query("commit");
  } catch (error) {
    context.signal.throwIfAborted();
    throw postgresFault(error, configOf(context).host, stream);
  }
}
