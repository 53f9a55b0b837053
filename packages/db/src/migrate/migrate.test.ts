import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Logger, silentLogger } from "@granary/kernel";
import { createTestDatabase, type TestDatabase } from "@granary/testkit/postgres";
import { afterEach, beforeEach, expect, test } from "vitest";
import { connectOwner } from "../owner-client.ts";
import { MIGRATIONS_DIRECTORY, migrate, pending, readMigrations } from "./index.ts";

let database: TestDatabase;
let directory: string;

beforeEach(async () => {
  database = await createTestDatabase({ empty: true });
  directory = await mkdtemp(join(tmpdir(), "granary-migrations-"));
});

afterEach(async () => {
  await database[Symbol.asyncDispose]();
  await rm(directory, { recursive: true });
});

async function put(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) await writeFile(join(directory, name), text);
}

async function rows(sql: string): Promise<unknown[]> {
  await using client = await connectOwner(database.connection, "test");
  return (await client.query<Record<string, unknown>>(sql)).rows;
}

const ONE = { "0001_first.sql": "create table first (id integer);" };
const TWO = { ...ONE, "0002_second.sql": "create table second (id integer); insert into second values (7);" };

test("applies this program's migrations to an empty database, and nothing the second time", async () => {
  const known = await readMigrations(MIGRATIONS_DIRECTORY);
  const first = await migrate(database.connection);
  expect(first.applied).toEqual(known.map((migration) => migration.name));
  expect(first.current).toBe(known.length);
  expect(await migrate(database.connection)).toEqual({ applied: [], current: known.length });
});

test("applies only what is missing, in order", async () => {
  await put(ONE);
  await migrate(database.connection, { directory });
  await put(TWO);
  expect((await pending(database.connection, { directory })).map((migration) => migration.name)).toEqual(["0002_second"]);
  expect(await migrate(database.connection, { directory })).toEqual({ applied: ["0002_second"], current: 2 });
  expect(await pending(database.connection, { directory })).toEqual([]);
  expect(await rows("select id from second")).toEqual([{ id: 7 }]);
});

test("lets two programs that start at once share the work", async () => {
  await put({ "0001_slow.sql": "select pg_sleep(0.2); create table slow (id integer);" });
  const results = await Promise.all([migrate(database.connection, { directory }), migrate(database.connection, { directory })]);
  expect(results.map((result) => result.applied.length).toSorted((a, b) => a - b)).toEqual([0, 1]);
});

test("refuses an applied migration whose text changed", async () => {
  await put(ONE);
  await migrate(database.connection, { directory });
  await put({ "0001_first.sql": "create table other (id integer);" });
  await expect(migrate(database.connection, { directory })).rejects.toMatchObject({ code: "database.migration_changed", params: { migration: "0001_first" } });
});

test("accepts an applied migration whose line ends changed", async () => {
  await put({ "0001_first.sql": "create table first\n(id integer);\n" });
  await migrate(database.connection, { directory });
  await put({ "0001_first.sql": "create table first\r\n(id integer);\r\n" });
  expect((await migrate(database.connection, { directory })).applied).toEqual([]);
});

test("refuses a database that a newer program migrated", async () => {
  await put(TWO);
  await migrate(database.connection, { directory });
  await rm(join(directory, "0002_second.sql"));
  await expect(migrate(database.connection, { directory })).rejects.toMatchObject({ code: "database.newer", params: { found: 2, known: 1 } });
});

test("undoes a failing migration whole, keeps those before it, and completes after the repair", async () => {
  await put({ ...ONE, "0002_second.sql": "create table second (id integer); select 1 / 0;" });
  await expect(migrate(database.connection, { directory })).rejects.toMatchObject({ code: "database.migration_failed", params: { migration: "0002_second" } });
  expect(await rows("select to_regclass('second') is null as gone, to_regclass('first') is null as kept")).toEqual([{ gone: true, kept: false }]);
  await put(TWO);
  expect((await migrate(database.connection, { directory })).applied).toEqual(["0002_second"]);
});

test("completes after its session was killed in the middle", async () => {
  await put({ "0001_first.sql": "create table first (id integer); select pg_sleep(600);" });
  const killed = migrate(database.connection, { directory }).catch((error: unknown) => error);
  const kill =
    "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and query like '%pg_sleep(600)%' and pid <> pg_backend_pid()";
  while ((await rows(kill)).length === 0);
  expect(await killed).toMatchObject({ code: "database.migration_failed" });
  await put(ONE);
  expect((await migrate(database.connection, { directory })).applied).toEqual(["0001_first"]);
});

test("names the reason of a breaking migration in the log", async () => {
  await put({ "0001_drop.sql": "-- breaking: the column moved\nselect 1;" });
  const warnings: unknown[] = [];
  const log: Logger = { ...silentLogger, warn: (fields) => warnings.push(fields) };
  await migrate(database.connection, { directory, log });
  expect(warnings).toEqual([{ migration: "0001_drop", reason: "the column moved" }]);
});

test.each([
  ["a gap in the numbers", { "0002_second.sql": "select 1;" }],
  ["two files of one number", { "0001_a.sql": "select 1;", "0001_b.sql": "select 1;" }],
  ["a name without a number", { "first.sql": "select 1;" }],
  ["a commit of its own", { "0001_first.sql": "select 1;\ncommit;" }],
])("refuses %s", async (_, files) => {
  await put(files);
  await expect(migrate(database.connection, { directory })).rejects.toMatchObject({ code: "database.migration_invalid" });
});
