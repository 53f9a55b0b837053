import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { datasetJobs } from "@granary/core/datasets";
import { createCtx, type Services, systemPrincipal } from "@granary/core/context";
import { connectOwner, type EmbeddedPostgres, migrate, startEmbeddedPostgres } from "@granary/db";
import { type Id, silentLogger } from "@granary/kernel";
import { appOptions, buildApp, compose, createLog, createMetrics, readConfig } from "@granary/server";
import { createTestUser, createTestWorkspace } from "@granary/testkit/people";
import { sql } from "kysely";
import { type Figure, percentile } from "../foundation/report.ts";

const DATASETS = Number(process.env["BENCH_DATASETS"] ?? 100_000);
const ASKED = 40;
const LIMIT_MS = 100;
const SECONDS = 1_000;

const SUBJECTS = [
  "orders",
  "customers",
  "invoices",
  "shipments",
  "employees",
  "sensors",
  "campaigns",
  "payments",
  "returns",
  "suppliers",
  "contracts",
  "visits",
];
const PLACES = ["berlin", "lyon", "madrid", "oslo", "porto", "quebec", "riga", "sofia", "tallinn", "utrecht", "vienna", "warsaw", "zagreb"];
const COLUMNS = [
  "id",
  "customerEmail",
  "created_at",
  "amount_eur",
  "country_code",
  "temperature",
  "postal_code",
  "discount",
  "warehouse",
  "quantity",
  "birthday",
  "iban",
];
const TAGS = ["sales", "finance", "people", "logistics", "weather", "marketing", "daily", "archive", "gold", "draft"];

/** Three in ten are for everyone, one in a hundred is granted to the person who asks; the rest is somebody else's and private. */
async function seed(services: Services, workspaceId: string, people: { readonly owner: string; readonly member: string }): Promise<void> {
  await services.database.tx("system", async (tx) => {
    const pick = (values: readonly string[], by: string) => sql`(${[...values]}::text[])[1 + (${sql.raw(by)}) % ${sql.lit(values.length)}]`;
    await sql`
      insert into datasets (id, workspace_id, name, description, visibility, owner_id, table_name, row_count, data_version, schema_version, tags, frequency, format, updated_at)
      select 'ds_' || lpad(n::text, 26, '0'), ${workspaceId}, ${pick(SUBJECTS, "n * 7")} || ' ' || ${pick(PLACES, "n * 13")} || ' ' || n,
        'Kept by the office of ' || ${pick(PLACES, "n * 5")}, case when n % 10 < 3 then 'workspace' else 'private' end, ${people.owner},
        'ds_' || lpad(n::text, 26, '0'), n * 31 % 1000003, 1, 1, array[${pick(TAGS, "n / 12")}, ${pick(TAGS, "n / 7 + 1")}],
        (array['daily', 'weekly', 'monthly'])[1 + n % 3], (array['csv', 'xlsx', 'json', 'parquet'])[1 + n % 4], now() - make_interval(secs => n * 61)
      from generate_series(1, ${sql.lit(DATASETS)}) n`.execute(tx);
    const columns = COLUMNS.map((name, index) => ({ fieldId: index + 1, name, type: "text", storedType: "string" }));
    await sql`
      insert into schema_versions (workspace_id, dataset_id, number, columns)
      select ${workspaceId}, 'ds_' || lpad(n::text, 26, '0'), 1, ${JSON.stringify(columns)}::jsonb || jsonb_build_array(jsonb_build_object('fieldId', 99, 'name', 'measure_' || n % 500, 'type', 'text', 'storedType', 'string'))
      from generate_series(1, ${sql.lit(DATASETS)}) n`.execute(tx);
    await sql`
      insert into dataset_grants (workspace_id, dataset_id, grantee_kind, grantee_id, level)
      select ${workspaceId}, 'ds_' || lpad(n::text, 26, '0'), 'user', ${people.member}, 'viewer' from generate_series(5, ${sql.lit(DATASETS)}, 100) n`.execute(
      tx,
    );
  });
}

/** What the database does by itself within a minute or two of so many changes: until then it plans by figures of an empty table. */
async function tidy(connection: EmbeddedPostgres["connection"]): Promise<void> {
  await using owner = await connectOwner(connection, "benchmark");
  await owner.query("set statement_timeout = 0");
  await owner.query("vacuum (analyze) datasets, catalog_words, dataset_grants");
}

const QUERIES: Readonly<Record<string, (index: number) => string>> = {
  "a word in many names": (index) => `q=${SUBJECTS[index % SUBJECTS.length] ?? ""}`,
  "two words of a name": (index) => `q=${SUBJECTS[index % SUBJECTS.length] ?? ""}+${PLACES[(index * 3) % PLACES.length] ?? ""}`,
  "the beginning of a word, as typed": (index) => `q=${(SUBJECTS[index % SUBJECTS.length] ?? "").slice(0, 1 + (index % 5))}`,
  "one dataset by its number": (index) => `q=${1 + 10 * ((index * 7919) % Math.floor(DATASETS / 10))}`,
  "a column that every dataset has": (index) => `q=${COLUMNS[index % COLUMNS.length] ?? ""}`,
  "a mistyped word of a name": (index) => `q=${swapped(SUBJECTS[index % SUBJECTS.length] ?? "")}`,
  "a mistyped column": (index) => `q=${["emial", "temprature", "warehuose", "quantitiy", "discuont"][index % 5] ?? ""}`,
  "a word and a label, by name": (index) => `q=${SUBJECTS[index % SUBJECTS.length] ?? ""}&tag=${TAGS[index % TAGS.length] ?? ""}&sort=name`,
  "no word, the newest first": (index) => `limit=${20 + index}`,
  "no word, a format and a frequency": (index) => `format=csv&frequency=daily&limit=${20 + index}`,
};

const swapped = (word: string): string => `${word.slice(0, 3)}${word[4] ?? ""}${word[3] ?? ""}${word.slice(5)}`;

/** Searches over HTTP as a member who may read a third of the datasets; each answer is a page with its counts. */
export async function catalogSearch(): Promise<Figure[]> {
  const dir = mkdtempSync(join(tmpdir(), "granary-bench-catalog-"));
  await using stack = new AsyncDisposableStack();
  stack.defer(() => rmSync(dir, { recursive: true, force: true }));
  const { connection } = stack.use(await startEmbeddedPostgres({ dataDir: join(dir, "postgres"), mode: "durable", stopWithParent: true }));
  await migrate(connection);
  const config = readConfig({ GRANARY_DATA: dir, GRANARY_PUBLIC_URL: "http://localhost", GRANARY_RATE_READ: "100000000" });
  const { services } = stack.use(await compose({ config, url: "http://localhost", connection, log: silentLogger }));
  const log = createLog({ level: "silent", name: "benchmark", directory: undefined });
  const app = await buildApp(appOptions({ config, services, log, metrics: createMetrics(services.database), webRoot: undefined }));
  stack.defer(() => app.server.close());
  const workspace = await createTestWorkspace(services, "Benchmark");
  const owner = await createTestUser(services, { workspace, roles: ["contributor"] });
  const member = await createTestUser(services, { workspace, roles: ["data_analyst"] });
  await seed(services, workspace.id, { owner: owner.id, member: member.id });
  const ctx = createCtx({ services, principal: systemPrincipal(workspace.id), request: { id: "req_bench" as Id<"request">, ip: null, userAgent: null } });
  const start = performance.now();
  await datasetJobs["maintenance.catalog"](ctx);
  const figures: Figure[] = [{ name: `writing what ${DATASETS} datasets are found by`, value: (performance.now() - start) / SECONDS, unit: "s" }];
  await tidy(connection);
  const address = await app.server.listen({ host: "127.0.0.1", port: 0 });
  const headers = { authorization: `Bearer ${member.token}` };
  for (const [name, query] of Object.entries(QUERIES)) {
    const times: number[] = [];
    for (let index = 0; index < ASKED; index += 1) {
      const begun = performance.now();
      const response = await fetch(`${address}/api/v1/datasets?${query(index)}`, { headers });
      const text = await response.text();
      if (!response.ok) throw new Error(`${query(index)}: ${response.status} ${text}`);
      if (index > 2) times.push(performance.now() - begun);
    }
    figures.push({
      name: `${name}, ${DATASETS} datasets, p95`,
      value: percentile(times, 0.95),
      unit: "ms",
      goal: { max: LIMIT_MS },
      note: `median ${percentile(times, 0.5).toFixed(0)} ms`,
    });
  }
  return figures;
}
