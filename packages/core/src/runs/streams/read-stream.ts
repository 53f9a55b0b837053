import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { ReadMessage, ReadRequest, StreamState } from "@granary/connectors";
import { type GraphColumn, type NodeOf, problem } from "@granary/protocol";
import { authorize } from "../../access/index.ts";
import { openConnection } from "../../connections/index.ts";
import { rereadStep } from "../carry-out/end-step.ts";
import { SAMPLE_ROWS, type Work } from "../carry-out/work.ts";
import type { StepResult } from "../steps/step-result.ts";
import { type Converted, convertChunk } from "./convert-chunk.ts";
import { type ReadAs, readAs } from "./drift.ts";
import { keepChunk, type KeptChunk, takeChunks } from "./kept-chunks.ts";
import { alignColumns } from "./align-columns.ts";
import { findStreamState, isSameStream, type StreamIdentity } from "./stream-states.ts";

const CHUNK_BYTES = 64 * 1024 * 1024;

type Chunk = Extract<ReadMessage, { type: "chunk" }>;

/** Reads on while the chunk before is given its types: one at a time, kept in their order. */
class Intake {
  readonly kept: KeptChunk[];
  readonly #work: Work;
  readonly #node: string;
  #converting: Promise<unknown> = Promise.resolve();

  constructor(work: Work, node: string, kept: readonly KeptChunk[]) {
    this.#work = work;
    this.#node = node;
    this.kept = [...kept];
  }

  /** Takes a chunk in; waits for the one before. */
  async take(chunk: Chunk, columns: readonly GraphColumn[]): Promise<void> {
    await this.settled();
    this.#converting = this.#convert(chunk, columns);
    // Waited for with the next chunk, or at the end; until then a failure is nobody's.
    this.#converting.catch(() => undefined);
  }

  async settled(): Promise<void> {
    await this.#converting;
  }

  async #convert(chunk: Chunk, columns: readonly GraphColumn[]): Promise<void> {
    const work = this.#work;
    const converted: Converted = await convertChunk(work, this.#node, chunk, columns);
    const seq = (this.kept.at(-1)?.seq ?? 0) + 1;
    this.kept.push(await keepChunk(work, this.#node, { ...converted, seq, state: chunk.state }));
    const rows = this.kept.reduce((sum, { rows }) => sum + rows, 0);
    await rereadStep(work, { node: this.#node }, { rows_out: rows });
  }
}

/** How far reading is, for those who watch. */
async function onProgress(work: Work, node: string, message: Extract<ReadMessage, { type: "progress" }>): Promise<void> {
  const { rows, bytes, totalRows, totalBytes } = message;
  const progress = totalRows !== undefined && totalRows > 0 ? rows / totalRows : totalBytes !== undefined && totalBytes > 0 ? bytes / totalBytes : null;
  await rereadStep(work, { node }, { rows_out: rows, bytes, progress: progress === null ? null : Math.min(1, progress) });
}

interface Reading {
  readonly node: NodeOf<"source_stream">;
  readonly messages: AsyncIterable<ReadMessage>;
  readonly intake: Intake;
}

async function drain(work: Work, { node, messages, intake }: Reading): Promise<ReadAs> {
  const { settings, id } = node;
  let as: ReadAs | undefined;
  for await (const message of messages) {
    work.signal.throwIfAborted();
    if (message.type === "columns") as = readAs(settings, message.columns);
    else if (message.type === "progress") await onProgress(work, id, message);
    else if (message.type === "rate_limited") work.log.write("warn", id, "The source asks for patience", { until: new Date(message.untilMs).toISOString() });
    else {
      if (as === undefined && message.format.kind !== "file") as = readAs(settings, message.format.columns);
      await intake.take(message, as?.columns ?? []);
    }
  }
  await intake.settled();
  return as ?? { columns: intake.kept[0]?.columns ?? settings.schema, warnings: [] };
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** Where reading begins: behind the last chunk this run kept, else where the last published read ended. */
async function stateFor(work: Work, node: NodeOf<"source_stream">, stream: StreamIdentity, kept: readonly KeptChunk[]): Promise<StreamState | null> {
  const last = kept.at(-1)?.state;
  if (last != null) return last;
  if (node.settings.mode === "full" || work.row.is_dry) return null;
  const known = await findStreamState(work.ctx.db, work.row.pipeline_id, node.id);
  return known !== undefined && isSameStream(known.stream, stream) ? known.state : null;
}

/** Reads a stream of a connection into the run's folder, chunk by chunk; a run that was killed goes on behind the last kept one. */
export async function runSourceStream(work: Work, node: NodeOf<"source_stream">): Promise<StepResult> {
  const { connection, stream, columns, mode, cursor, keys, config } = node.settings;
  authorize(work.reader.principal, "connection:read");
  const folder = join(work.folder, node.id, "incoming");
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const { id, name, connector, context } = await openConnection(work.ctx, connection, { folder, signal: work.signal });
  if (connector.read === undefined) throw problem("run.step_failed", { node: node.title || node.id, reason: `${name} cannot be read from` });
  const identity: StreamIdentity = {
    connectionId: id,
    namespace: stream.namespace,
    name: stream.name,
    cursor: mode === "incremental" ? (cursor ?? null) : null,
  };
  const kept = await takeChunks(work, node.id);
  if (kept.length > 0) work.log.write("info", node.id, `Goes on behind ${sum(kept.map(({ rows }) => rows))} rows that were read before`);
  const request: ReadRequest = {
    stream: { ...stream, config },
    columns,
    mode,
    ...(cursor === undefined ? {} : { cursor }),
    keys,
    state: await stateFor(work, node, identity, kept),
    chunkBytes: CHUNK_BYTES,
    ...(work.row.is_dry ? { maxRows: SAMPLE_ROWS } : {}),
  };
  const intake = new Intake(work, node.id, kept);
  const { columns: readColumns, warnings } = await drain(work, { node, messages: connector.read(context, request), intake });
  const all = intake.kept;
  const state = all.findLast((chunk) => chunk.state !== null)?.state ?? request.state;
  const out = await alignColumns(work, node.id, all, readColumns);
  const rejected = sum(all.map(({ rejectedCount }) => rejectedCount));
  work.log.write("info", node.id, `Read ${out.rows} rows of ${stream.name} from ${name}`, { chunks: all.length, rejected });
  return {
    output: { runId: work.row.id, ports: { out }, ...(mode === "incremental" ? { stream: { stream: identity, state, rows: out.rows } } : {}) },
    fields: { rows_out: out.rows, rejected, bytes: sum(out.files.map(({ bytes }) => bytes)), ports: { out: out.rows }, columns: out.columns },
    warnings: [...warnings, ...(rejected > 0 ? [`${rejected} rows did not fit and were kept apart`] : [])],
    rejects: all.flatMap(({ rejects }) => rejects),
  };
}
