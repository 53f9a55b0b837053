import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdir, open, readdir, readFile, rename, rm, rmdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { problem } from "@granary/protocol";
import { type Account, giveTo, requireRunnable } from "./account.ts";
import { SUPERUSER } from "./connect.ts";
import type { NativePackage } from "./native-package.ts";
import { type EmbeddedMode, POSTGRES_ENVIRONMENT } from "./settings.ts";

const STAGING = "pgdata.staging";

export interface ClusterOptions {
  readonly clusterDir: string;
  readonly binaries: string;
  readonly native: NativePackage;
  readonly account: Account;
  readonly mode: EmbeddedMode;
}

/** Locale and collation are PostgreSQL's own, so that no update of the system's libraries reorders an index. */
const INITDB_OPTIONS = [
  `--username=${SUPERUSER}`,
  "--auth-local=trust",
  "--auth-host=reject",
  "--encoding=UTF8",
  "--locale-provider=builtin",
  "--builtin-locale=C.UTF-8",
  "--no-instructions",
];

async function runInitdb(options: ClusterOptions, directory: string): Promise<void> {
  const sync = options.mode === "test" ? ["--no-sync"] : [];
  const { command, args, uid, gid } = options.account.invoke(join(options.binaries, "bin", "initdb"), ["-D", directory, ...INITDB_OPTIONS, ...sync]);
  const identity = uid === undefined || gid === undefined ? {} : { uid, gid };
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"], env: POSTGRES_ENVIRONMENT, cwd: "/", ...identity });
  const output: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => output.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => output.push(chunk));
  const { promise, resolve, reject } = Promise.withResolvers<number | null>();
  child.once("error", reject).once("close", resolve);
  const code = await promise.catch((cause: unknown) => {
    throw problem("database.start_failed", { detail: `initdb could not be run (${String(cause)}).` }, { cause });
  });
  if (code !== 0) throw problem("database.start_failed", { detail: `initdb said: ${Buffer.concat(output).toString("utf8").trim().slice(-2_000)}` });
}

async function readMajorVersion(clusterDir: string): Promise<number | undefined> {
  const text = await readFile(join(clusterDir, "PG_VERSION"), "utf8").catch(() => undefined);
  return text === undefined ? undefined : Number.parseInt(text, 10);
}

async function syncDirectory(directory: string): Promise<void> {
  await using handle = await open(directory, "r");
  await handle.sync();
}

/** A directory that holds something which is no cluster is left alone: it may be the remains of somebody's data. */
async function requireFree(clusterDir: string): Promise<void> {
  const names = await readdir(clusterDir).catch(() => []);
  if (names.length > 0) throw problem("database.not_a_cluster", { directory: clusterDir });
  await rmdir(clusterDir).catch(() => undefined);
}

/** One that is being written to may resist; then a later start removes it. */
async function removeLeftovers(dataDir: string): Promise<void> {
  const names = (await readdir(dataDir)).filter((name) => name.startsWith(STAGING));
  await Promise.allSettled(names.map((name) => rm(join(dataDir, name), { recursive: true, force: true, maxRetries: 3 })));
}

/**
 * Creates the cluster in a directory of another name and renames it when it is complete, so a cluster that exists was
 * finished. Call it under the data directory's lock.
 */
export async function ensureCluster(options: ClusterOptions): Promise<void> {
  const { clusterDir, native, account } = options;
  const found = await readMajorVersion(clusterDir);
  if (found !== undefined) {
    if (found !== native.majorVersion) throw problem("database.other_major_version", { directory: clusterDir, found, expected: native.majorVersion });
    await giveTo(account, clusterDir);
    await removeLeftovers(dirname(clusterDir));
    return;
  }
  await requireFree(clusterDir);
  await requireRunnable(account, join(options.binaries, "bin", "postgres"), dirname(clusterDir));
  // An initdb that outlived its killed parent still writes under the name it was given, so every attempt has its own.
  const staging = join(dirname(clusterDir), `${STAGING}-${randomUUID()}`);
  await mkdir(staging, { mode: 0o700 });
  await giveTo(account, staging);
  await runInitdb(options, staging);
  await rename(staging, clusterDir);
  await syncDirectory(dirname(clusterDir));
  await removeLeftovers(dirname(clusterDir));
}
