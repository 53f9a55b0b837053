import { randomUUID } from "node:crypto";
import { mkdir, readdir, rm, stat, utimes } from "node:fs/promises";
import { basename, join } from "node:path";
import { isAlive, PROCESS_TAG } from "../process-tag.ts";

const HEARTBEAT_MS = 5 * 60_000;
/** Processes of other machines and containers are known by their sign of life alone; a machine that slept must not lose its files. */
const SILENT_FOR_DEAD_MS = 24 * 3_600_000;

async function sizeOf(directory: string): Promise<{ readonly files: number; readonly bytes: number }> {
  const found = { files: 0, bytes: 0 };
  for (const name of await readdir(directory)) {
    const { size, nlink } = await stat(join(directory, name));
    // A pin is a second name of a cached file, so nothing is freed with it.
    if (nlink > 1) continue;
    found.files += 1;
    found.bytes += size;
  }
  return found;
}

/** A process that was stopped for so long that another one took it for dead gets its directory back. */
async function showLife(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
    await utimes(path, new Date(), new Date());
  } catch {
    // A disk in trouble shows in the next read or write, which has somebody to tell.
  }
}

/**
 * This process's own directory in a cache shared by many: its pins, downloads and files under work. Others can tell
 * whether its owner lives, and delete it when not.
 */
export class ProcessDirectory implements AsyncDisposable {
  readonly path: string;
  readonly #heartbeat: NodeJS.Timeout;

  private constructor(path: string) {
    this.path = path;
    this.#heartbeat = setInterval(() => void showLife(path), HEARTBEAT_MS).unref();
  }

  /** Makes the directory of this process below `parent`. */
  static async make(parent: string): Promise<ProcessDirectory> {
    const path = join(parent, `${PROCESS_TAG}-${randomUUID()}`);
    await mkdir(path, { recursive: true, mode: 0o700 });
    return new ProcessDirectory(path);
  }

  /** A path for a new file. */
  pathFor(name: string): string {
    return join(this.path, `${randomUUID()}-${name}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#heartbeat);
    await rm(this.path, { recursive: true, force: true });
  }
}

async function isAbandoned(path: string, now: number): Promise<boolean> {
  const [tag = ""] = basename(path).split("-");
  const alive = isAlive(tag);
  if (alive !== undefined) return !alive;
  return now - (await stat(path)).mtimeMs > SILENT_FOR_DEAD_MS;
}

/** Deletes the directories of processes that are dead; answers what was freed. */
export async function sweepProcessDirectories(parent: string): Promise<{ readonly files: number; readonly bytes: number }> {
  const swept = { files: 0, bytes: 0 };
  for (const name of await readdir(parent)) {
    const path = join(parent, name);
    try {
      if (!(await isAbandoned(path, Date.now()))) continue;
      const found = await sizeOf(path);
      await rm(path, { recursive: true, force: true });
      swept.files += found.files;
      swept.bytes += found.bytes;
    } catch (error) {
      // Two processes may sweep at once.
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
  }
  return swept;
}
