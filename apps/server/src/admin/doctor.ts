import { access, constants, mkdtemp, readdir, rm, stat, statfs } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type ConnectionOptions, connectOwner, inspectEmbeddedPostgres, pending } from "@granary/db";
import { probeStorage } from "@granary/lake";
import { ConfigError, type Config } from "../config.ts";
import { loadSecrets } from "../secrets.ts";
import { openStorage, storageUri } from "../storage.ts";
import { isInstalled, secretsDirectory } from "./backup/index.ts";
import type { Desk } from "./desk.ts";
import { openInstallation, postgresDirectory } from "./installation.ts";

/** What one look at the installation showed. */
export interface Finding {
  readonly name: string;
  readonly state: "ok" | "warning" | "failed";
  readonly detail: string;
}

const LOW_SPACE_BYTES = 1_000_000_000;
const OTHERS = 0o077;

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

async function checkDirectory(config: Config): Promise<Finding> {
  const name = "data directory";
  const { dataDir } = config;
  const entry = await stat(dataDir).catch(() => undefined);
  if (entry === undefined) return { name, state: "warning", detail: `${dataDir} does not exist yet; the first start creates it` };
  if (!entry.isDirectory()) return { name, state: "failed", detail: `${dataDir} is not a directory` };
  try {
    await access(dataDir, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch {
    return { name, state: "failed", detail: `${dataDir} cannot be written by this user` };
  }
  // Another user may pass through (x) where PostgreSQL runs as one, but neither list nor change it.
  if ((entry.mode & 0o066) !== 0) return { name, state: "warning", detail: `others can read ${dataDir}; close it with: chmod go-rw ${dataDir}` };
  return { name, state: "ok", detail: dataDir };
}

async function checkSpace(config: Config): Promise<Finding> {
  const name = "free space";
  const disk = await statfs(config.dataDir).catch(() => undefined);
  if (disk === undefined) return { name, state: "ok", detail: "nothing is stored yet" };
  const free = disk.bavail * disk.bsize;
  const detail = `${(free / 1_000_000_000).toFixed(1)} GB`;
  return { name, state: free < LOW_SPACE_BYTES ? "warning" : "ok", detail };
}

async function checkSecrets(config: Config): Promise<Finding> {
  const name = "secrets";
  const directory = secretsDirectory(config);
  const names = await readdir(directory).catch(() => []);
  const open: string[] = [];
  for (const file of names) if (((await stat(join(directory, file))).mode & OTHERS) !== 0) open.push(file);
  if (open.length > 0) return { name, state: "failed", detail: `others can read ${open.join(", ")} in ${directory}; close them with: chmod 600` };
  if (names.length === 0 && config.mode !== "production") return { name, state: "ok", detail: "none yet; the first start generates them" };
  try {
    loadSecrets(config);
    return { name, state: "ok", detail: names.length === 0 ? "given as settings" : directory };
  } catch (error) {
    return { name, state: "failed", detail: messageOf(error) };
  }
}

async function checkStorage(config: Config): Promise<Finding> {
  const name = "storage";
  const uri = storageUri(config);
  // A directory is made when it is needed, and the disk has findings of its own.
  if (uri.startsWith("file:")) return { name, state: "ok", detail: fileURLToPath(uri) };
  // A look leaves nothing in the data directory.
  const directory = await mkdtemp(join(tmpdir(), "granary-doctor-"));
  try {
    await using fileIo = await openStorage(config, directory);
    await probeStorage(fileIo, uri);
    return { name, state: "ok", detail: `${uri} stores, reads, lists and deletes` };
  } catch (error) {
    return { name, state: "failed", detail: `${uri}: ${messageOf(error)}` };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function checkServer(config: Config): Promise<Finding> {
  const name = "database server";
  if (config.databaseUrl !== undefined) return { name, state: "ok", detail: "by DATABASE_URL" };
  const { state, holder, staleLock } = await inspectEmbeddedPostgres(postgresDirectory(config));
  const details = {
    absent: "none yet; the first start creates it",
    stopped: "not running",
    supervised: `run by process ${holder?.pid} (${holder?.command})`,
    orphaned: "running without its program; the next start takes it over",
  } as const satisfies Record<typeof state, string>;
  const stale = staleLock ? "; the lock of a program that is gone lies there, which the next start removes" : "";
  return { name, state: state === "orphaned" || staleLock ? "warning" : "ok", detail: details[state] + stale };
}

async function checkMigrations(connection: ConnectionOptions): Promise<Finding> {
  const waiting = await pending(connection);
  if (waiting.length === 0) return { name: "migrations", state: "ok", detail: "up to date" };
  return {
    name: "migrations",
    state: "warning",
    detail: `pending: ${waiting.map((migration) => migration.name).join(", ")}; apply them with: granary-admin migrate`,
  };
}

async function checkLeases(connection: ConnectionOptions): Promise<Finding> {
  const name = "job leases";
  await using client = await connectOwner(connection, "granary doctor");
  const { rows: tables } = await client.query<{ found: boolean }>("select to_regclass('jobs') is not null as found");
  if (tables[0]?.found !== true) return { name, state: "ok", detail: "no jobs yet" };
  await client.query("set role granary_system");
  const { rows } = await client.query<{ count: number }>(
    "select count(*)::int as count from jobs where state = 'running' and lease_until < now() - interval '5 minutes'",
  );
  const count = rows[0]?.count ?? 0;
  if (count === 0) return { name, state: "ok", detail: "none is overdue" };
  return { name, state: "warning", detail: `${count} jobs lost their worker and nobody took them over; is a worker running?` };
}

async function checkConnection(connection: ConnectionOptions): Promise<Finding> {
  await using client = await connectOwner(connection, "granary doctor");
  const { rows } = await client.query<{ server_version: string }>("show server_version");
  return { name: "connection", state: "ok", detail: `PostgreSQL ${rows[0]?.server_version ?? "unknown"}` };
}

async function checkDatabase(config: Config): Promise<readonly Finding[]> {
  if (!isInstalled(config)) return [];
  try {
    await using installation = await openInstallation(config, { use: "beside" });
    const { connection } = installation;
    return [await checkConnection(connection), await checkMigrations(connection), await checkLeases(connection)];
  } catch (error) {
    return [{ name: "connection", state: "failed", detail: messageOf(error) }];
  }
}

/** Looks the installation over; changes nothing for good: an embedded server that is not running is started for the moment of the look, and a storage elsewhere is tried with a small file. */
export async function examine(desk: Desk): Promise<readonly Finding[]> {
  let config: Config;
  try {
    config = desk.config();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return [{ name: "configuration", state: "failed", detail: error.message }];
  }
  const looks = [await checkDirectory(config), await checkSpace(config), await checkStorage(config), await checkSecrets(config), await checkServer(config)];
  return [{ name: "configuration", state: "ok", detail: `${config.mode} mode` }, ...looks, ...(await checkDatabase(config))];
}
