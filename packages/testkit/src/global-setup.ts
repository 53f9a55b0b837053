import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connectOwner, migrate, startEmbeddedPostgres } from "@granary/db";
import type { TestProject } from "vitest/node";
import type {} from "./postgres.ts";
import { PASSWORD_ROLE } from "./sources/password-role.ts";

const TEMPLATE = "granary_template";

/** One PostgreSQL for the whole run, gone with it even after a kill, and a migrated database to clone. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dataDir = await mkdtemp(join(tmpdir(), "granary-test-"));
  const server = await startEmbeddedPostgres({ dataDir, mode: "test", stopWithParent: true, deleteOnStop: true });
  const { host, user } = server.connection;
  {
    await using client = await connectOwner({ host, user, database: "postgres" }, "granary testkit");
    await client.query(`create database ${TEMPLATE} template template0`);
    await client.query(`create role ${PASSWORD_ROLE}`);
    // Read anew by the server for every connection after a reload.
    const rules = (await client.query<{ hba_file: string }>("show hba_file")).rows[0]?.hba_file ?? "";
    await writeFile(rules, `local all +${PASSWORD_ROLE} scram-sha-256\n${await readFile(rules, "utf8")}`);
    await client.query("select pg_reload_conf()");
  }
  await migrate({ host, user, database: TEMPLATE });
  project.provide("postgres", { host, user, template: TEMPLATE });
  return () => server.stop();
}
