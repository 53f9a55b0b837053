import { stat } from "node:fs/promises";
import { join } from "node:path";
import { DATABASE, isServing, SUPERUSER } from "./connect.ts";
import { prepareLayout } from "./layout.ts";
import { inspectLock } from "./lock.ts";

/** What is going on in the directory of an embedded server, for programs that come to look after it. */
export interface EmbeddedState {
  /**
   * `absent`: no database was ever made there. `stopped`: nothing runs. `supervised`: a program runs it, and its connection
   * may be used beside that program. `orphaned`: the server outlived its program; the next start adopts it.
   */
  readonly state: "absent" | "stopped" | "supervised" | "orphaned";
  readonly connection: { readonly host: string; readonly user: string; readonly database: string };
  /** The supervising program. */
  readonly holder: { readonly pid: number; readonly command: string } | undefined;
  /** Whether a lock file of a process that is gone lies there; harmless, the next start removes it. */
  readonly staleLock: boolean;
}

async function hasCluster(directory: string): Promise<boolean> {
  return stat(join(directory, "pgdata")).then(
    (entry) => entry.isDirectory(),
    () => false,
  );
}

/** Looks at the embedded server of a directory without starting, locking or creating anything. */
export async function inspectEmbeddedPostgres(directory: string): Promise<EmbeddedState> {
  if (!(await hasCluster(directory))) {
    return { state: "absent", connection: { host: directory, user: SUPERUSER, database: DATABASE }, holder: undefined, staleLock: false };
  }
  const { dataDir, lockFile, socketDir } = await prepareLayout(directory);
  const serving = await isServing(socketDir);
  const lock = await inspectLock({ lockFile, dataDir, isServing: async () => serving });
  const holder = lock === "stale" ? undefined : lock;
  return {
    state: holder === undefined ? (serving ? "orphaned" : "stopped") : "supervised",
    connection: { host: socketDir, user: SUPERUSER, database: DATABASE },
    holder,
    staleLock: lock === "stale",
  };
}
