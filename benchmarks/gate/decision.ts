import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createCtx, type Services } from "@granary/core/context";
import { requireDataset } from "@granary/core/datasets";
import { findPrincipalOfUser } from "@granary/core/identity";
import { migrate, startEmbeddedPostgres } from "@granary/db";
import { type Id, silentLogger } from "@granary/kernel";
import { compose, readConfig } from "@granary/server";
import { createTestUser, createTestWorkspace } from "@granary/testkit/people";
import { sql } from "kysely";
import { type Figure, percentile } from "../foundation/report.ts";

const POLICIES = Number(process.env["BENCH_POLICIES"] ?? 10_000);
const GROUPS = Number(process.env["BENCH_GROUPS"] ?? 1_000);
const DATASETS = 500;
const COLUMNS = 20;
const ASKED = 2_000;
const WARM_UP = 100;

/** Every group has the person who asks; a policy in five is about all datasets, the others about one, a label, a tag or a column. */
async function seed(services: Services, workspaceId: string, member: string): Promise<void> {
  const columns = Array.from({ length: COLUMNS }, (_, index) => ({ fieldId: index + 1, name: `column_${index + 1}`, type: "text", storedType: "string" }));
  await services.database.tx("system", async (tx) => {
    await sql`insert into groups (id, workspace_id, name, roles) select 'grp_' || lpad(n::text, 26, '0'), ${workspaceId}, 'Group ' || n, '{}' from generate_series(1, ${sql.lit(GROUPS)}) n`.execute(
      tx,
    );
    await sql`insert into group_members (workspace_id, group_id, user_id) select ${workspaceId}, id, ${member} from groups where workspace_id = ${workspaceId}`.execute(
      tx,
    );
    await sql`
      insert into datasets (id, workspace_id, name, visibility, table_name, row_count, data_version, schema_version, tags)
      select 'ds_' || lpad(n::text, 26, '0'), ${workspaceId}, 'Dataset ' || n, 'workspace', 'ds_' || lpad(n::text, 26, '0'), 1000, 1, 1, array['label' || n % 50]
      from generate_series(1, ${sql.lit(DATASETS)}) n`.execute(tx);
    await sql`insert into schema_versions (workspace_id, dataset_id, number, columns) select ${workspaceId}, id, 1, ${JSON.stringify(columns)}::jsonb from datasets where workspace_id = ${workspaceId}`.execute(
      tx,
    );
    await sql`insert into column_tags (workspace_id, dataset_id, field_id, tag, source) select ${workspaceId}, d.id, n, 'pii.kind' || n, 'person' from datasets d, generate_series(1, 5) n where d.workspace_id = ${workspaceId}`.execute(
      tx,
    );
    await sql`
      insert into policies (id, workspace_id, name, effect, subjects, exceptions, targets, mask, filter)
      select 'pol_' || lpad(n::text, 26, '0'), ${workspaceId}, 'Policy ' || n, case when n % 5 = 4 then 'filter' else 'mask' end,
        case n % 4 when 0 then jsonb_build_array(jsonb_build_object('kind', 'everyone'))
          else jsonb_build_array(jsonb_build_object('kind', 'group', 'id', 'grp_' || lpad((1 + n % ${sql.lit(GROUPS)})::text, 26, '0'))) end,
        '[{"kind": "permission", "name": "pii:view"}]',
        jsonb_build_array(case n % 5
          when 0 then jsonb_build_object('kind', 'workspace')
          when 1 then jsonb_build_object('kind', 'column', 'datasetId', 'ds_' || lpad((1 + n % ${sql.lit(DATASETS)})::text, 26, '0'), 'fieldId', 1 + n % ${sql.lit(COLUMNS)})
          when 2 then jsonb_build_object('kind', 'column_tag', 'tag', 'pii.kind' || (1 + n % 5))
          when 3 then jsonb_build_object('kind', 'dataset', 'id', 'ds_' || lpad((1 + n % ${sql.lit(DATASETS)})::text, 26, '0'))
          else jsonb_build_object('kind', 'dataset_tag', 'tag', 'label' || n % 50) end),
        case when n % 5 = 4 then null else '{"kind": "hash"}'::jsonb end,
        case when n % 5 = 4 then '{"column": "column_1", "op": "eq", "value": "{{user.email}}"}'::jsonb end
      from generate_series(1, ${sql.lit(POLICIES)}) n`.execute(tx);
  });
  await services.database.tx("system", (tx) => sql`analyze`.execute(tx));
}

/** What it takes to find a dataset and decide what a person sees of it and of each column, its statement in the database included. */
export async function decision(): Promise<Figure[]> {
  const dir = mkdtempSync(join(tmpdir(), "granary-bench-decision-"));
  await using stack = new AsyncDisposableStack();
  stack.defer(() => rmSync(dir, { recursive: true, force: true }));
  const { connection } = stack.use(await startEmbeddedPostgres({ dataDir: join(dir, "postgres"), mode: "durable", stopWithParent: true }));
  await migrate(connection);
  const config = readConfig({ GRANARY_DATA: dir, GRANARY_PUBLIC_URL: "http://localhost" });
  const { services } = stack.use(await compose({ config, url: "http://localhost", connection, log: silentLogger }));
  const workspace = await createTestWorkspace(services, "Benchmark");
  const member = await createTestUser(services, { workspace, roles: ["data_analyst"] });
  await seed(services, workspace.id, member.id);
  const principal = await findPrincipalOfUser(services, member.id as Id<"user">, workspace.id);
  if (principal === undefined) throw new Error("the member is not there");
  const ctx = createCtx({ services, principal, request: { id: "req_bench" as Id<"request">, ip: null, userAgent: null } });
  const times: number[] = [];
  for (let index = 0; index < WARM_UP + ASKED; index += 1) {
    const begun = performance.now();
    await requireDataset(ctx, `ds_${String(1 + ((index * 7919) % DATASETS)).padStart(26, "0")}`);
    if (index >= WARM_UP) times.push(performance.now() - begun);
  }
  return [
    {
      name: `deciding about a dataset of ${COLUMNS} columns, p99`,
      value: percentile(times, 0.99),
      unit: "ms",
      goal: { max: 5 },
      note: `${POLICIES} policies, ${GROUPS} groups; median ${percentile(times, 0.5).toFixed(2)} ms`,
    },
  ];
}
