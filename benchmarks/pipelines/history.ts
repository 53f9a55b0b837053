import { sql } from "kysely";
import { type Figure, percentile } from "../foundation/report.ts";
import { datasetBed } from "../datasets/bed.ts";

const RUNS = Number(process.env["RUNS_KEPT"] ?? 10_000);
const ASKED = 50;

/** A page of the history of many runs. */
export async function history(): Promise<Figure[]> {
  await using bed = await datasetBed(10);
  const { services, workspaceId } = bed;
  await services.database.tx("system", async (tx) => {
    await sql`insert into pipelines (id, workspace_id, name) select 'pip_' || lpad(n::text, 26, '0'), ${workspaceId}, 'Pipeline ' || n from generate_series(1, 100) n`.execute(
      tx,
    );
    await sql`insert into pipeline_versions (workspace_id, pipeline_id, number, document, digest) select workspace_id, id, 1, '{}', '' from pipelines`.execute(
      tx,
    );
    await sql`insert into runs (id, workspace_id, pipeline_id, number, pipeline_version, state, cause, started_at, ended_at, queued_at)
      select 'run_' || lpad(n::text, 26, '0'), ${workspaceId}, 'pip_' || lpad((1 + n % 100)::text, 26, '0'), n, 1, case when n % 10 = 0 then 'failed' else 'succeeded' end, 'schedule',
        now() - n * interval '1 minute', now() - n * interval '1 minute' + interval '20 seconds', now() - n * interval '1 minute' from generate_series(1, ${sql.lit(RUNS)}) n`.execute(
      tx,
    );
    await sql`analyze runs`.execute(tx);
  });
  const origin = new URL(bed.url).origin;
  const times: number[] = [];
  for (let index = 0; index < ASKED; index += 1) {
    const begun = performance.now();
    const answer = await fetch(`${origin}/api/v1/runs?limit=50${index % 2 === 0 ? "" : "&state=failed"}`, {
      headers: { authorization: `Bearer ${bed.token}` },
    });
    if (!answer.ok) throw new Error(await answer.text());
    await answer.arrayBuffer();
    times.push(performance.now() - begun);
  }
  return [
    {
      name: "a page of the history of runs, p95",
      value: percentile(times, 0.95),
      unit: "ms",
      goal: { max: 200 },
      note: `${RUNS} runs, half of the pages of failed ones`,
    },
  ];
}
