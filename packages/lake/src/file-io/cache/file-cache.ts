import { randomUUID } from "node:crypto";
import { link, mkdir, open, rm, stat, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { isAppError } from "@granary/kernel";
import { problem } from "@granary/protocol";
import { ContentChecks } from "../content-checks.ts";
import type { ExpectedFile, LocalFile, StoredFile } from "../file-io.ts";
import { CachedFiles } from "./cached-files.ts";
import { ProcessDirectory, sweepProcessDirectories } from "./process-directory.ts";

export interface FileCacheOptions {
  /** A directory for this alone; several processes may share it. Its file system must know hard links. */
  readonly directory: string;
  /** What unused files may take; files in use come on top. */
  readonly maxBytes: number;
  /** How often a file that this process found sound is read in full again: 1 always, 0 never. */
  readonly recheckRate: number;
}

/** Brings a file from where it is stored to a local path, checked against what is expected. */
export type Fetch = (path: string) => Promise<void>;

/** A file in use by this process, however often. */
interface Held {
  users: number;
  readonly path: Promise<string>;
}

const isOfDisk = (error: unknown): boolean => (error as NodeJS.ErrnoException).code !== undefined;

const isOutOfSpace = (error: unknown): boolean =>
  isAppError(error, "storage.full") || ["ENOSPC", "EDQUOT"].includes((error as NodeJS.ErrnoException).code ?? "");

/**
 * Local copies of stored files, as engines read by path only. A file in use has a second name (a hard link) in the
 * directory of the process that uses it: it stays readable there whoever evicts the cached one meanwhile.
 */
export class FileCache implements AsyncDisposable {
  readonly #processes: string;
  readonly #own: ProcessDirectory;
  readonly #files: CachedFiles;
  readonly #checks: ContentChecks;
  readonly #held = new Map<string, Held>();

  private constructor(options: FileCacheOptions, processes: string, own: ProcessDirectory, files: CachedFiles) {
    this.#processes = processes;
    this.#own = own;
    this.#files = files;
    this.#checks = new ContentChecks(options.recheckRate);
  }

  /** Opens a cache with what is in it. Throws `storage.cache_unusable`. */
  static async open(options: FileCacheOptions): Promise<FileCache> {
    const directory = resolve(options.directory);
    const objects = join(directory, "objects");
    const processes = join(directory, "processes");
    try {
      await mkdir(objects, { recursive: true, mode: 0o700 });
      await mkdir(processes, { recursive: true, mode: 0o700 });
      await sweepProcessDirectories(processes);
      const own = await ProcessDirectory.make(processes);
      const probe = own.pathFor("probe");
      await writeFile(probe, "");
      await link(probe, `${probe}-link`);
      await Promise.all([rm(probe), rm(`${probe}-link`)]);
      return new FileCache(options, processes, own, new CachedFiles(objects, options.maxBytes));
    } catch (cause) {
      const code = (cause as NodeJS.ErrnoException).code ?? String(cause);
      throw problem(
        "storage.cache_unusable",
        { directory, reason: code === "EPERM" || code === "ENOTSUP" ? `${code}; hard links are needed` : code },
        { cause },
      );
    }
  }

  /** A path for a file under work, on the same file system as the cache. */
  scratchPath(name: string): string {
    return this.#own.pathFor(name);
  }

  /** A stored file by path, until disposed. Callers of the same file at once share one download. */
  async open(expected: ExpectedFile, fetch: Fetch): Promise<LocalFile> {
    const key = `${expected.uri} ${expected.bytes} ${expected.sha256 ?? ""}`;
    const held = this.#held.get(key) ?? { users: 0, path: this.#pin(expected, fetch) };
    this.#held.set(key, held);
    held.users += 1;
    let isReleased = false;
    const release = async (): Promise<void> => {
      if (isReleased) return;
      isReleased = true;
      held.users -= 1;
      if (held.users === 0) await this.#letGo(key, held);
    };
    try {
      return { path: await held.path, [Symbol.asyncDispose]: release };
    } catch (error) {
      await release();
      throw error;
    }
  }

  /** Keeps a local file that has just been stored, and takes its name away. A disk that cannot keep it does without. */
  async adopt(path: string, stored: StoredFile): Promise<void> {
    try {
      await this.#files.place(path, stored.uri, stored.bytes);
      this.#checks.note(this.#files.pathOf(stored.uri), await stat(path), stored.sha256);
    } catch (error) {
      // The file is stored, whatever this disk says.
      if (!isOfDisk(error)) throw error;
    } finally {
      await rm(path, { force: true });
    }
  }

  /** The same for small content. */
  async keep(content: Uint8Array, stored: StoredFile): Promise<void> {
    const path = this.scratchPath("content");
    try {
      await writeFile(path, content, { mode: 0o600 });
      await this.adopt(path, stored);
    } catch (error) {
      await rm(path, { force: true });
      if (!isOfDisk(error)) throw error;
    }
  }

  /** Forgets a file that was deleted or turned out damaged; who has it in use keeps it. */
  async drop(uri: string): Promise<void> {
    this.#checks.forget(this.#files.pathOf(uri));
    await this.#files.drop(uri);
  }

  /** Deletes what processes that are dead left behind. */
  async sweep(): Promise<{ readonly files: number; readonly bytes: number }> {
    return sweepProcessDirectories(this.#processes);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#own[Symbol.asyncDispose]();
  }

  async #letGo(key: string, held: Held): Promise<void> {
    if (this.#held.get(key) === held) this.#held.delete(key);
    const path = await held.path.catch(() => undefined);
    if (path === undefined) return;
    await rm(path, { force: true });
    if (this.#files.isOver) await this.#files.evict(0);
  }

  async #pin(expected: ExpectedFile, fetch: Fetch): Promise<string> {
    const pin = join(this.#own.path, `pin-${randomUUID()}`);
    try {
      if (await this.#pinCached(expected, pin)) return pin;
      await this.#bring(expected, pin, fetch);
      return pin;
    } catch (error) {
      await rm(pin, { force: true });
      throw error;
    }
  }

  /** Takes what the cache has, when it is sound. */
  async #pinCached(expected: ExpectedFile, pin: string): Promise<boolean> {
    const stats = await this.#files.pin(expected.uri, pin);
    if (stats === undefined) return false;
    const { bytes, sha256, uri } = expected;
    if (stats.size === bytes && (sha256 === undefined || (await this.#checks.fits(this.#files.pathOf(uri), stats, sha256, pin)))) return true;
    await this.drop(uri);
    await rm(pin, { force: true });
    return false;
  }

  async #bring(expected: ExpectedFile, pin: string, fetch: Fetch): Promise<void> {
    try {
      await fetch(pin);
    } catch (error) {
      if (!isOutOfSpace(error)) throw error;
      await rm(pin, { force: true });
      await this.#files.clear();
      await fetch(pin);
    }
    // A file whose content cannot be checked later must be whole after a power loss too.
    if (expected.sha256 === undefined) await syncFile(pin);
    try {
      await this.#files.place(pin, expected.uri, expected.bytes);
      if (expected.sha256 !== undefined) this.#checks.note(this.#files.pathOf(expected.uri), await stat(pin), expected.sha256);
    } catch (error) {
      // It is there for this caller, which is what counts; the disk may be too full for the directory's entry.
      if (!isOutOfSpace(error)) throw error;
    }
  }
}

async function syncFile(path: string): Promise<void> {
  await using file = await open(path, "r+");
  await file.sync();
}
