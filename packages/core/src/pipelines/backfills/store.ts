import type { Reader, Writer } from "@granary/db";
import type { Backfill, BackfillSpec } from "@granary/protocol";
import { sql } from "kysely";
import type { Ctx, TxCtx } from "../../context/index.ts";
import type { Partition } from "./partitions.ts";

type Db = Reader | Writer;
export type PartitionState = keyof Backfill["counts"];

function selectBackfills(db: Db, workspaceId: string) {
  return db
    .selectFrom("backfills as b")
    .innerJoin("pipelines as p", "p.id", "b.pipeline_id")
    .leftJoin("users as u", "u.id", "b.started_by")
    .selectAll("b")
    .select([
      "p.name as pipeline_name",
      "u.name as starter_name",
      sql<BackfillSpec>`b.spec`.as("spec"),
      sql<Partial<Record<PartitionState, number>> | null>`(
        select jsonb_object_agg(c.state, c.n) from (
          select state, count(*)::int as n from backfill_partitions where backfill_id = b.id group by state) c)`.as("counts"),
    ])
    .where("b.workspace_id", "=", workspaceId);
}

export type BackfillRow = Awaited<ReturnType<typeof findBackfill>> & {};

export function findBackfill(ctx: Ctx | TxCtx, id: string) {
  return selectBackfills(ctx.db, ctx.workspaceId).where("b.id", "=", id).executeTakeFirst();
}

export function listBackfillRows(ctx: Ctx, pipelineId: string, options: { readonly before: string | undefined; readonly limit: number }) {
  const { before, limit } = options;
  return selectBackfills(ctx.db, ctx.workspaceId)
    .where("b.pipeline_id", "=", pipelineId)
    .$if(before !== undefined, (query) => query.where("b.id", "<", before ?? ""))
    .orderBy("b.id", "desc")
    .limit(limit + 1)
    .execute();
}

export async function holdBackfill(db: Writer, id: string): Promise<void> {
  await db.selectFrom("backfills").select("id").where("id", "=", id).forUpdate().execute();
}

/** Of some keys, how the newest run of the pipeline for each ended. */
export async function listOutcomes(db: Db, pipelineId: string, keys: readonly string[]): Promise<ReadonlyMap<string, "succeeded" | "failed" | "open">> {
  const { rows } = await sql<{ readonly partition: string; readonly outcome: "succeeded" | "failed" | "open" }>`
    select distinct on (partition) partition,
      case when ended_at is null then 'open' when state in ('succeeded', 'succeeded_with_warnings') then 'succeeded' else 'failed' end as outcome
    from runs where pipeline_id = ${pipelineId} and partition = any (${[...keys]}::text[]) and not is_dry
    order by partition, id desc`.execute(db as Writer);
  return new Map(rows.map(({ partition, outcome }) => [partition, outcome]));
}

export async function insertPartitions(ctx: TxCtx, backfillId: string, parts: readonly (Partition & { readonly state: PartitionState })[]): Promise<void> {
  const values = parts.map(({ key, startsAt, endsAt, state }) => ({ partition: key, starts_at: startsAt.toISOString(), ends_at: endsAt.toISOString(), state }));
  await sql`
    insert into backfill_partitions (workspace_id, backfill_id, partition, starts_at, ends_at, state)
    select ${ctx.workspaceId}, ${backfillId}, x.partition, x.starts_at, x.ends_at, x.state
    from jsonb_to_recordset(${JSON.stringify(values)}::jsonb) as x (partition text, starts_at timestamptz, ends_at timestamptz, state text)`.execute(ctx.db);
}

/** Brings parts to the states of their newest runs. */
export async function followRuns(db: Writer, backfillId: string): Promise<void> {
  await sql`
    update backfill_partitions t set run_id = r.id, state = r.state
    from (
      select distinct on (partition) partition, id, case
        when ended_at is null then 'running' when state in ('succeeded', 'succeeded_with_warnings') then 'succeeded'
        when state = 'cancelled' then 'cancelled' else 'failed' end as state
      from runs where backfill_id = ${backfillId} order by partition, id desc
    ) r
    where t.backfill_id = ${backfillId} and t.partition = r.partition and t.state <> 'waiting' and (t.state, t.run_id) is distinct from (r.state, r.id)`.execute(
    db,
  );
}

export function listWaiting(db: Writer, backfillId: string, options: { readonly order: BackfillSpec["order"]; readonly limit: number }) {
  return db
    .selectFrom("backfill_partitions")
    .selectAll()
    .where("backfill_id", "=", backfillId)
    .where("state", "=", "waiting")
    .orderBy("starts_at", options.order === "newest" ? "desc" : "asc")
    .limit(options.limit)
    .execute();
}

export async function setPartition(
  db: Writer,
  part: { readonly backfillId: string; readonly key: string },
  state: PartitionState,
  runId: string | null,
): Promise<void> {
  await db
    .updateTable("backfill_partitions")
    .set({ state, run_id: runId })
    .where("backfill_id", "=", part.backfillId)
    .where("partition", "=", part.key)
    .execute();
}

export async function moveWaiting(db: Writer, backfillId: string, from: readonly PartitionState[], to: PartitionState): Promise<void> {
  await db
    .updateTable("backfill_partitions")
    .set({ state: to })
    .where("backfill_id", "=", backfillId)
    .where("state", "in", [...from])
    .execute();
}

export async function setBackfillState(db: Writer, id: string, state: Backfill["state"], endedAt: Date | null): Promise<void> {
  await db.updateTable("backfills").set({ state, ended_at: endedAt }).where("id", "=", id).execute();
}
