import { createRequire } from "node:module";
import { startEventRelay } from "@granary/core/events";
import { silentLogger } from "@granary/kernel";
import { startEmbeddedPostgres } from "@granary/db";
import { appOptions, buildApp, compose, createLog, createMetrics, readConfig } from "@granary/server";
import { createTestUser, createTestWorkspace } from "@granary/testkit/people";
import { migrate } from "@granary/db";
import { sql } from "kysely";

/**
 * The server under load, in a process of its own: the real application, and beside it a route that makes one SQL query
 * over the same pool. Counts the statements that went to the database.
 */
const dataDir = process.argv[2];
if (dataDir === undefined || process.send === undefined) throw new Error("started by metadata-reads.ts");

let statements = 0;
const pg = createRequire(import.meta.resolve("@granary/db"))("pg") as { Client: { prototype: { query: (...args: unknown[]) => unknown } } };
const { query } = pg.Client.prototype;
pg.Client.prototype.query = function counted(this: unknown, ...args: unknown[]) {
  statements += 1;
  return query.apply(this, args);
};

const postgres = await startEmbeddedPostgres({ dataDir, mode: "durable", stopWithParent: true });
await migrate(postgres.connection);
const config = readConfig({ GRANARY_DATA: dataDir, GRANARY_PUBLIC_URL: "http://localhost", GRANARY_RATE_READ: "100000000", GRANARY_RATE_WRITE: "100000000" });
const { services } = await compose({ config, url: "http://localhost", connection: postgres.connection, log: silentLogger });
const app = await buildApp(
  appOptions({
    config,
    services,
    log: createLog({ level: "silent", name: "benchmark", directory: undefined }),
    metrics: createMetrics(services.database),
    webRoot: undefined,
  }),
);
const workspace = await createTestWorkspace(services, "Benchmark");
const person = await createTestUser(services, { workspace, roles: ["viewer"] });
const admin = await createTestUser(services, { workspace, roles: ["admin"] });
await startEventRelay({ database: services.database, log: silentLogger });

app.server.get("/bench/one-query", async () => {
  const { rows } = await sql<{ id: string; slug: string; name: string }>`select id, slug, name from workspaces where id = ${workspace.id}`.execute(
    services.database.reader("system") as never,
  );
  return rows[0];
});
app.server.get("/bench/statements", async () => {
  const since = statements;
  statements = 0;
  return { since };
});
const address = await app.server.listen({ host: "127.0.0.1", port: 0 });
process.send({ url: address, token: person.token, adminToken: admin.token, workspaceId: workspace.id });
process.on("disconnect", () => process.exit(0));
