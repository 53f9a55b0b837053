import { rm } from "node:fs/promises";
import { join } from "node:path";
import { type Logger, silentLogger } from "@granary/kernel";
import { type Account, chooseAccount } from "./account.ts";
import { DATABASE, isServing, SUPERUSER } from "./connect.ts";
import { ensureCluster } from "./init-cluster.ts";
import { installBinaries } from "./install-binaries.ts";
import { type Layout, openLayoutFor, prepareLayout } from "./layout.ts";
import { lockDataDirectory } from "./lock.ts";
import { findNativePackage, type NativePackage } from "./native-package.ts";
import type { PostmasterOptions } from "./postmaster.ts";
import { type EmbeddedMode, postgresArguments } from "./settings.ts";
import { type ExitListener, supervise } from "./supervise.ts";
import { startWatchdog } from "./watchdog.ts";

export interface EmbeddedPostgresOptions {
  /** The server's own directory: binaries, cluster, socket, log and lock. Created when missing. */
  readonly dataDir: string;
  readonly log?: Logger;
  /** `test` gives up safety against power cuts for speed. */
  readonly mode: EmbeddedMode;
  /** The server ends with this process even when that is killed. Without it a killed program's server lives on and is adopted. */
  readonly stopWithParent?: boolean;
  /** Deletes `dataDir` after the stop, for tests and benchmarks; with `stopWithParent` also after a kill. */
  readonly deleteOnStop?: boolean;
  /** False leaves out the user namespace that root normally uses, as on systems that deny it. */
  readonly userNamespaces?: boolean;
}

/** A PostgreSQL of our own, reached through a Unix socket only. */
export interface EmbeddedPostgres extends AsyncDisposable {
  readonly socketDir: string;
  readonly connection: { readonly host: string; readonly user: string; readonly database: string };
  /** The server's process; another one after a restart. */
  readonly pid: number;
  /** Whether the server was found running when this process began. */
  readonly adopted: boolean;
  /** Calls back when the server ended without being told to; it is being restarted then. Returns how to stop listening. */
  onExit(listener: ExitListener): () => void;
  /** Ends all sessions and the server, also an adopted one. Once is enough; more often is harmless. */
  stop(): Promise<void>;
}

async function prepare(options: EmbeddedPostgresOptions, native: NativePackage, layout: Layout, log: Logger): Promise<PostmasterOptions> {
  const account: Account = await chooseAccount({ userNamespaces: options.userNamespaces ?? true });
  const binaries = await installBinaries(native, layout.dataDir, log);
  await openLayoutFor(account, layout);
  await ensureCluster({ clusterDir: layout.clusterDir, binaries, native, account, mode: options.mode });
  const args = postgresArguments(layout.clusterDir, layout.socketDir, options.mode);
  return { layout, account, program: join(binaries, "bin", "postgres"), args, log };
}

/**
 * Starts (or adopts) the built-in PostgreSQL of a directory and keeps it running until `stop()`; restarts it when it dies.
 * The database `granary` exists and its user is the superuser; access is limited by the socket's directory, which only
 * this user can enter. Throws `database.locked` while another process supervises the directory,
 * `database.unsupported_platform` or `database.no_account` where it cannot work, `database.start_failed` otherwise.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const log = options.log ?? silentLogger;
  const native = await findNativePackage();
  const layout = await prepareLayout(options.dataDir);
  await using startup = new AsyncDisposableStack();
  startup.use(await lockDataDirectory({ lockFile: layout.lockFile, dataDir: layout.dataDir, isServing: () => isServing(layout.socketDir) }));
  if (options.deleteOnStop === true) {
    startup.defer(async () => {
      for (const directory of [layout.socketDir, layout.dataDir]) await rm(directory, { recursive: true, force: true });
    });
  }
  const postmaster = await prepare(options, native, layout, log);
  if (options.stopWithParent === true) startup.use(startWatchdog(layout.clusterDir, options.deleteOnStop === true ? layout.dataDir : undefined));
  const supervision = startup.use(await supervise(postmaster));
  const resources = startup.move();
  const { adopted } = supervision;
  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    stopped ??= resources.disposeAsync();
    return stopped;
  };
  return {
    socketDir: layout.socketDir,
    connection: { host: layout.socketDir, user: SUPERUSER, database: DATABASE },
    get pid() {
      return supervision.pid;
    },
    adopted,
    onExit: (listener) => supervision.onExit(listener),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}
