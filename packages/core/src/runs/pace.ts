import type { Reader, Writer } from "@granary/db";
import { sql } from "kysely";
import type { Pace } from "./present.ts";

/** Runs that are looked at to tell how long one takes. */
const LATEST = 10;

/** How long successful runs of pipelines took lately. */
export async function paceOf(db: Reader | Writer, pipelineIds: readonly string[]): Promise<ReadonlyMap<string, Pace>> {
  if (pipelineIds.length === 0) return new Map();
  const { rows } = await sql<{ id: string; medianS: number | null }>`
    select p.id, (
      select percentile_cont(0.5) within group (order by extract(epoch from l.ended_at - l.started_at)::float8) from (
        select started_at, ended_at from runs where pipeline_id = p.id and state in ('succeeded', 'succeeded_with_warnings') and not is_dry
        order by id desc limit ${LATEST}
      ) l
    ) as "medianS"
    from unnest(${[...pipelineIds]}::text[]) as p (id)`.execute(db);
  return new Map(rows.map(({ id, medianS }) => [id, { medianS }]));
}
