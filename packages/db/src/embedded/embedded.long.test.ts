import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, cp, link, mkdir, mkdtemp, readdir, readFile, readlink, rename, rm, stat, symlink, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { connectOwner } from "../owner-client.ts";
import { type EmbeddedPostgres, type EmbeddedPostgresOptions, type PostgresExit, startEmbeddedPostgres } from "./index.ts";
import { findNativePackage } from "./native-package.ts";
import { isAlive } from "./processes.ts";

/** A data directory that was started and stopped once; most tests take turns in it, the others take a copy or begin empty. */
let prepared: string;
let parent: string;
let dataDir: string;
const cleanups: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  prepared = await mkdtemp(join(tmpdir(), "granary-prepared-"));
  await using server = await startEmbeddedPostgres({ dataDir: prepared, mode: "durable", stopWithParent: true });
  await query(server, "create table notes (text text)");
});

afterAll(() => rm(prepared, { recursive: true }));

beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), "granary-embedded-"));
  dataDir = join(parent, "data");
});

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  await rm(parent, { recursive: true });
});

async function usePrepared(): Promise<void> {
  dataDir = prepared;
  await using server = await startEmbeddedPostgres({ dataDir, mode: "durable", stopWithParent: true });
  await query(server, "truncate notes");
}

/** Binaries are never written to, so links are as good as copies, and much faster. */
async function useCopy(): Promise<void> {
  const version = `pg-${(await findNativePackage()).version}`;
  await cp(join(prepared, "pgdata"), join(dataDir, "pgdata"), { recursive: true });
  await chmod(join(dataDir, "pgdata"), 0o700);
  for (const entry of await readdir(join(prepared, version), { recursive: true, withFileTypes: true })) {
    const from = join(entry.parentPath, entry.name);
    const to = join(dataDir, version, relative(join(prepared, version), from));
    await mkdir(dirname(to), { recursive: true });
    if (entry.isSymbolicLink()) await symlink(await readlink(from), to);
    else if (entry.isFile()) await link(from, to);
  }
}

async function start(options: Partial<EmbeddedPostgresOptions> = {}): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres({ dataDir, mode: "durable", stopWithParent: true, ...options });
  cleanups.push(() => server.stop());
  return server;
}

async function query<Row extends pg.QueryResultRow>(server: EmbeddedPostgres, sql: string): Promise<Row[]> {
  await using client = await connectOwner(server.connection, "test");
  return (await client.query<Row>(sql)).rows;
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await sleep(10);
}

/** Another Node process that starts the server of our directory and then does nothing. */
async function startElsewhere(options: Partial<EmbeddedPostgresOptions> = {}): Promise<{ child: ChildProcess; pid: number }> {
  const index = new URL("./index.ts", import.meta.url).href;
  const settings = JSON.stringify({ dataDir, mode: "durable", ...options });
  const program = `const { startEmbeddedPostgres } = await import(${JSON.stringify(index)});
    const server = await startEmbeddedPostgres(${settings}); console.log(server.pid); setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", program], { stdio: ["ignore", "pipe", "inherit"] });
  cleanups.push(async () => child.kill("SIGKILL"));
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  return { child, pid: Number(line.toString()) };
}

async function kill(child: ChildProcess): Promise<void> {
  child.kill("SIGKILL");
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
}

test("starts below a directory that only we can enter, listens on its socket alone, and keeps its data over a stop", async () => {
  await chmod(parent, 0o700);
  const first = await start();
  expect(first.adopted).toBe(false);
  expect(
    await query(first, "select current_user, current_database(), current_setting('listen_addresses') as tcp, current_setting('data_checksums') as checksums"),
  ).toEqual([{ current_user: "granary", current_database: "granary", tcp: "", checksums: "on" }]);
  expect((await stat(first.socketDir)).mode & 0o777).toBe(0o700);
  await query(first, "create table t as select 7 as a");
  await first.stop();
  expect(await isAlive(first.pid)).toBe(false);
  expect(await query(await start(), "select a from t")).toEqual([{ a: 7 }]);
});

test("starts without user namespaces where the path is open, and again with them", async () => {
  await chmod(parent, 0o755);
  await useCopy();
  const without = await start({ userNamespaces: false });
  await query(without, "insert into notes values ('kept')");
  await without.stop();
  expect(await query(await start(), "select * from notes")).toEqual([{ text: "kept" }]);
});

test.runIf(process.getuid?.() === 0)("says which user cannot enter the directory when root has to become somebody else", async () => {
  await chmod(parent, 0o700);
  await expect(start({ userNamespaces: false })).rejects.toMatchObject({ code: "database.directory_unreachable" });
});

test("names the process that holds the directory", async () => {
  await usePrepared();
  await start();
  await expect(start()).rejects.toMatchObject({ code: "database.locked", params: { directory: dataDir, pid: process.pid } });
});

test("puts a short directory in place of a socket path that is too long", async () => {
  dataDir = join(parent, "d".repeat(90));
  await useCopy();
  const server = await start();
  expect(server.socketDir.startsWith(tmpdir())).toBe(true);
  expect((await stat(server.socketDir)).mode & 0o777).toBe(0o700);
  expect(await query(server, "select 1 as one")).toEqual([{ one: 1 }]);
  cleanups.push(() => rm(server.socketDir, { recursive: true }));
});

test("works in a directory with an awkward name, reached through links", async () => {
  const real = join(parent, 'odd, "näme" of $HOME');
  await mkdir(real);
  await symlink(real, dataDir);
  await useCopy();
  await rename(join(real, "pgdata"), join(parent, "elsewhere"));
  await symlink(join(parent, "elsewhere"), join(real, "pgdata"));
  const other = await startElsewhere();
  await kill(other.child);
  const server = await start();
  expect(server).toMatchObject({ adopted: true, pid: other.pid });
  expect(await query(server, "select count(*) from notes")).toEqual([{ count: 0 }]);
});

test("writes no values of failed statements into its log", async () => {
  await usePrepared();
  const server = await start();
  await expect(query(server, "select 'my secret'::integer")).rejects.toThrow(/my secret/);
  const text = await readFile(join(dataDir, "postgres.log"), "utf8");
  expect(text).toContain("ready to accept connections");
  expect(text).not.toContain("secret");
});

test("repairs binaries that were copied in part", async () => {
  await mkdir(dataDir);
  const { version } = await findNativePackage();
  const target = join(dataDir, `pg-${version}`);
  await mkdir(`${target}.staging-1/bin`, { recursive: true });
  await cp(join(prepared, `pg-${version}`), target, { recursive: true, verbatimSymlinks: true });
  await truncate(join(target, "bin", "postgres"), 1_000);
  await rm(join(target, "share"), { recursive: true });
  expect(await query(await start(), "select 1 as one")).toEqual([{ one: 1 }]);
  expect((await readdir(dataDir)).filter((name) => name.startsWith("pg-"))).toEqual([`pg-${version}`]);
});

test("begins again after an initdb that was cut short", async () => {
  await useCopy();
  await rm(join(dataDir, "pgdata"), { recursive: true });
  await mkdir(join(dataDir, "pgdata.staging", "base"), { recursive: true });
  await writeFile(join(dataDir, "pgdata.staging", "PG_VERSION"), "18\n");
  expect(await query(await start(), "select 1 as one")).toEqual([{ one: 1 }]);
  expect(await readdir(dataDir)).not.toContain("pgdata.staging");
});

test("creates its database after a first start that ended just before", async () => {
  await useCopy();
  const server = await start();
  await using client = await connectOwner({ ...server.connection, database: "postgres" }, "test");
  await client.query("drop database granary with (force)");
  await server.stop();
  expect(await query(await start(), "select current_database() as name")).toEqual([{ name: "granary" }]);
});

test("leaves a directory alone that holds something else", async () => {
  await mkdir(join(dataDir, "pgdata"), { recursive: true });
  await writeFile(join(dataDir, "pgdata", "letters.txt"), "dear diary");
  await expect(start()).rejects.toMatchObject({ code: "database.not_a_cluster" });
  expect(await readFile(join(dataDir, "pgdata", "letters.txt"), "utf8")).toBe("dear diary");
});

test("refuses a cluster of another major version", async () => {
  await mkdir(join(dataDir, "pgdata"), { recursive: true });
  await writeFile(join(dataDir, "pgdata", "PG_VERSION"), "17\n");
  await expect(start()).rejects.toMatchObject({ code: "database.other_major_version", params: { found: 17 } });
});

test("tells the end of the server's log when it cannot start", async () => {
  await useCopy();
  await writeFile(join(dataDir, "pgdata", "postgresql.auto.conf"), "no_such_setting = 1\n");
  await expect(start()).rejects.toMatchObject({ code: "database.start_failed", message: expect.stringContaining("no_such_setting") as string });
});

test("removes stale pid files whose number belongs to a living foreign process", async () => {
  await usePrepared();
  await writeFile(
    join(dataDir, "pgdata", "postmaster.pid"),
    `${process.pid}\n${join(dataDir, "pgdata")}\n1700000000\n5432\n${join(dataDir, "run")}\n\n0 0\nready\n`,
  );
  expect(await query(await start(), "select 1 as one")).toEqual([{ one: 1 }]);
});

test("starts a killed server again, reports it, and keeps what was acknowledged", async () => {
  await usePrepared();
  const server = await start();
  const exited = new Promise<PostgresExit>((resolve) => void server.onExit(resolve));
  const before = server.pid;
  await query(server, "insert into notes values ('acknowledged')");
  process.kill(before, "SIGKILL");
  expect(await exited).toMatchObject({ pid: before, signal: "SIGKILL" });
  await until(async () => server.pid !== before);
  expect(await query(server, "select * from notes")).toEqual([{ text: "acknowledged" }]);
});

test("adopts the server of a killed program and stops it in the end", async () => {
  await usePrepared();
  const other = await startElsewhere();
  await kill(other.child);
  const server = await start();
  expect(server).toMatchObject({ adopted: true, pid: other.pid });
  expect(await query(server, "select count(*) from notes")).toEqual([{ count: 0 }]);
  await server.stop();
  expect(await isAlive(other.pid)).toBe(false);
});

test("starts an adopted server again when it is killed", async () => {
  await usePrepared();
  const other = await startElsewhere();
  await kill(other.child);
  const server = await start();
  process.kill(other.pid, "SIGKILL");
  await until(async () => server.pid !== other.pid);
  expect(await query(server, "select count(*) from notes")).toEqual([{ count: 0 }]);
});

test("restarts a server left running with other settings", async () => {
  await usePrepared();
  const other = await startElsewhere({ mode: "test" });
  await kill(other.child);
  const server = await start();
  expect(server.adopted).toBe(false);
  expect(await query(server, "show fsync")).toEqual([{ fsync: "on" }]);
});

test("leaves neither process nor directory of a killed parent behind when told so", async () => {
  await useCopy();
  const other = await startElsewhere({ stopWithParent: true, deleteOnStop: true });
  await kill(other.child);
  await until(async () => !(await isAlive(other.pid)));
  await until(async () => !(await readdir(parent)).includes("data"));
  expect(await readdir(parent)).toEqual([]);
});

test("ends open sessions when it stops", async () => {
  await usePrepared();
  const server = await start();
  const client = await connectOwner(server.connection, "test");
  const sleeping = client.query("select pg_sleep(600)").catch((error: unknown) => error);
  await server.stop();
  expect(await sleeping).toMatchObject({ code: "57P01" });
});

test("says that a platform without a package needs DATABASE_URL", async () => {
  await expect(findNativePackage("sunos-x64")).rejects.toMatchObject({
    code: "database.unsupported_platform",
    message: expect.stringContaining("DATABASE_URL") as string,
  });
});
