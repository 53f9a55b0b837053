import type { Reader, Writer } from "@granary/db";
import type { GraphColumn, PipelineDocument, Run, RunCounts, RunFault, RunStep } from "@granary/protocol";
import { problem } from "@granary/protocol";
import { sql } from "kysely";
import type { StreamEnd } from "./streams/stream-states.ts";

type Db = Reader | Writer;

/** A file of a step's output, by its path in the run's folder. */
export interface OutputFile {
  readonly path: string;
  readonly rows: number;
  readonly bytes: number;
}

export interface PortOutput {
  readonly files: readonly OutputFile[];
  readonly columns: readonly GraphColumn[];
  readonly rows: number;
}

/** What a finished step left: files by port, or the version of a dataset it stands for. */
export interface StepOutput {
  /** The run in whose folder the files lie: an earlier one where they were taken over. */
  readonly runId: string;
  readonly ports: Readonly<Record<string, PortOutput>>;
  readonly dataset?: { readonly id: string; readonly name: string; readonly version: number };
  /** How far a stream was read, to be kept with what is published. */
  readonly stream?: StreamEnd;
}

/** In whose name a run reads and writes. */
export interface RunAsker {
  readonly personId: string;
  /** What they might do where they saved the pipeline; null for all they may. */
  readonly permissions: readonly string[] | null;
}

function selectRuns(db: Db) {
  return db
    .selectFrom("runs as r")
    .innerJoin("pipelines as p", "p.id", "r.pipeline_id")
    .leftJoin("users as u", "u.id", "r.started_by")
    .selectAll("r")
    .select([
      "p.name as pipeline_name",
      "p.owner_id as pipeline_owner",
      "u.name as starter_name",
      sql<RunAsker>`r.asker`.as("asker"),
      sql<Readonly<Record<string, string | null>>>`r.parameters`.as("parameters"),
      sql<RunFault | null>`r.fault`.as("fault"),
      sql<RunCounts>`r.counts`.as("counts"),
      sql<Run["results"]>`r.results`.as("results"),
    ]);
}

export type RunRow = Awaited<ReturnType<typeof findRunRow>> & {};

export function findRunRow(db: Db, id: string) {
  return selectRuns(db).where("r.id", "=", id).executeTakeFirst();
}

export async function requireRunRow(db: Db, id: string): Promise<RunRow> {
  const row = await findRunRow(db, id);
  if (row === undefined) throw problem("run.not_found");
  return row;
}

/** Locks a run behind its pipeline, in the order everybody does, and reads it. Throws `run.not_found`. */
export async function holdRun(db: Writer, id: string): Promise<RunRow> {
  const { pipeline_id } = await requireRunRow(db, id);
  await holdPipeline(db, pipeline_id);
  await db.selectFrom("runs").select("id").where("id", "=", id).forNoKeyUpdate().execute();
  return requireRunRow(db, id);
}

/** Keeps others from starting or ending runs of a pipeline until the transaction is over. */
async function holdPipeline(db: Writer, id: string): Promise<void> {
  await db.selectFrom("pipelines").select("id").where("id", "=", id).forNoKeyUpdate().execute();
}

export function listRunRows(
  db: Db,
  query: { readonly where: readonly ReturnType<typeof sql<boolean>>[]; readonly after: string | undefined; readonly limit: number },
) {
  return selectRuns(db)
    .where(query.where.length === 0 ? sql<boolean>`true` : sql<boolean>`${sql.join([...query.where], sql` and `)}`)
    .$if(query.after !== undefined, (q) => q.where("r.id", "<", query.after ?? ""))
    .orderBy("r.id", "desc")
    .limit(query.limit + 1)
    .execute();
}

export type StepRow = Awaited<ReturnType<typeof listStepRows>>[number];

/** The newest attempt of every step. */
export function listStepRows(db: Db, runId: string) {
  return db
    .selectFrom("run_steps")
    .distinctOn("node")
    .selectAll()
    .select([
      sql<RunFault | null>`fault`.as("fault"),
      sql<RunStep["waitingFor"]>`waiting_for`.as("waitingFor"),
      sql<Readonly<Record<string, number>>>`ports`.as("ports"),
      sql<readonly GraphColumn[] | null>`columns`.as("columns"),
      sql<StepOutput | null>`output`.as("output"),
    ])
    .where("run_id", "=", runId)
    .orderBy("node")
    .orderBy("attempt", "desc")
    .execute();
}

/** The document of a version of a pipeline. Throws `pipeline.version_not_found`. */
export async function getDocument(db: Db, pipelineId: string, version: number): Promise<PipelineDocument> {
  const row = await db
    .selectFrom("pipeline_versions")
    .select(sql<PipelineDocument>`document`.as("document"))
    .where("pipeline_id", "=", pipelineId)
    .where("number", "=", version)
    .executeTakeFirst();
  if (row === undefined) throw problem("pipeline.version_not_found", { version });
  return row.document;
}
