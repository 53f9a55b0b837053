import { createHash } from "node:crypto";
import { chmod, lstat, mkdir, realpath } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { problem } from "@granary/protocol";
import { type Account, giveTo } from "./account.ts";

/** sun_path holds 104 bytes on macOS and 108 on Linux, with `/.s.PGSQL.5432` and its end in it. */
const MAX_SOCKET_PATH_BYTES = 100;
const SOCKET_NAME = ".s.PGSQL.5432";

/** Where everything of one embedded server lies. */
export interface Layout {
  readonly dataDir: string;
  readonly clusterDir: string;
  readonly socketDir: string;
  readonly logFile: string;
  readonly lockFile: string;
}

async function shortSocketDirectory(dataDir: string): Promise<string> {
  const directory = join(tmpdir(), `granary-${createHash("sha256").update(dataDir).digest("hex").slice(0, 16)}`);
  await mkdir(directory, { mode: 0o700 }).catch(() => undefined);
  const entry = await lstat(directory);
  // The temporary directory belongs to everybody: a directory somebody else put there first is not ours to trust.
  const uid = process.getuid?.() ?? 0;
  if (!entry.isDirectory() || (uid !== 0 && entry.uid !== uid)) throw problem("database.socket_directory_taken", { directory });
  return directory;
}

/** Creates the directories, private to us, and decides where the socket goes. */
export async function prepareLayout(directory: string): Promise<Layout> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const dataDir = await realpath(directory);
  const own = join(dataDir, "run");
  const isShort = Buffer.byteLength(join(own, SOCKET_NAME)) <= MAX_SOCKET_PATH_BYTES;
  const socketDir = isShort ? own : await shortSocketDirectory(dataDir);
  await mkdir(socketDir, { recursive: true, mode: 0o700 });
  return { dataDir, clusterDir: join(dataDir, "pgdata"), socketDir, logFile: join(dataDir, "postgres.log"), lockFile: join(dataDir, "postgres.lock") };
}

/** Opens the way for an account other than ours: it passes through the data directory and owns what the server writes. */
export async function openLayoutFor(account: Account, layout: Layout): Promise<void> {
  await giveTo(account, layout.socketDir);
  await chmod(layout.socketDir, 0o700);
  if (account.kind === "user") await chmod(layout.dataDir, 0o711);
}
