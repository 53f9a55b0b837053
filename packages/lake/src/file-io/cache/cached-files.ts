import { createHash } from "node:crypto";
import type { Stats } from "node:fs";
import { link, mkdir, readdir, rm, stat, utimes } from "node:fs/promises";
import { dirname, join } from "node:path";

const STATS_AT_ONCE = 64;
/** After making room there is some, so that not every next file has to look the whole directory over. */
const SPARE = 0.1;
/** Every process counts anew at least this often, as others add files too. */
const COUNT_EVERY = 1 / 16;

const USE_NOTED_EVERY_MS = 60_000;

const hasCode = (error: unknown, ...codes: string[]): boolean => codes.includes((error as NodeJS.ErrnoException).code ?? "");

interface Entry {
  readonly path: string;
  readonly bytes: number;
  readonly usedAtMs: number;
  readonly isPinned: boolean;
}

/**
 * The whole files of a cache directory, each under the SHA-256 of its URI, kept within a number of bytes by deleting what
 * was not used for longest. A file with a second name is in use by some process: deleting it would free nothing.
 */
export class CachedFiles {
  readonly #root: string;
  readonly #maxBytes: number;
  /** Bytes at the last count; unknown before the first. */
  #counted: number | undefined;
  #addedSince = 0;
  #evicting: Promise<void> = Promise.resolve();

  constructor(root: string, maxBytes: number) {
    this.#root = root;
    this.#maxBytes = maxBytes;
  }

  pathOf(uri: string): string {
    const name = createHash("sha256").update(uri).digest("hex");
    return join(this.#root, name.slice(0, 2), name);
  }

  /** Gives the cached file of a URI a second name; undefined when there is none. */
  async pin(uri: string, pin: string): Promise<Stats | undefined> {
    try {
      await link(this.pathOf(uri), pin);
    } catch (error) {
      if (hasCode(error, "ENOENT")) return undefined;
      throw error;
    }
    const stats = await stat(pin);
    // Set by hand, as most file systems are mounted not to. The time of change stays, by which content counts as checked.
    if (Date.now() - stats.atimeMs > USE_NOTED_EVERY_MS) await utimes(pin, new Date(), stats.mtime);
    return stats;
  }

  /** Takes a complete file in under its URI; it keeps the name it has. */
  async place(from: string, uri: string, bytes: number): Promise<void> {
    await this.#makeRoom(bytes);
    const path = this.pathOf(uri);
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    try {
      await link(from, path);
      this.#addedSince += bytes;
    } catch (error) {
      // Another process was faster with the same content.
      if (!hasCode(error, "EEXIST")) throw error;
    }
  }

  async drop(uri: string): Promise<void> {
    await rm(this.pathOf(uri), { force: true });
  }

  /** Whether there is more than there should be, as far as this process knows. */
  get isOver(): boolean {
    return (this.#counted ?? 0) + this.#addedSince > this.#maxBytes;
  }

  /** Deletes unused files until `bytes` more fit, whatever the disk says. */
  evict(bytes: number): Promise<void> {
    this.#evicting = this.#evicting.catch(() => undefined).then(() => this.#evictNow(bytes));
    return this.#evicting;
  }

  async #makeRoom(bytes: number): Promise<void> {
    const added = this.#addedSince + bytes;
    if (this.#counted !== undefined && added < this.#maxBytes * COUNT_EVERY && this.#counted + added <= this.#maxBytes) return;
    await this.evict(bytes);
  }

  async #evictNow(bytes: number): Promise<void> {
    const entries = await this.#entries();
    let total = entries.reduce((sum, entry) => sum + entry.bytes, 0);
    if (total + bytes > this.#maxBytes) {
      const wanted = Math.max(0, this.#maxBytes * (1 - SPARE) - bytes);
      for (const entry of entries.filter((candidate) => !candidate.isPinned).toSorted((left, right) => left.usedAtMs - right.usedAtMs)) {
        if (total <= wanted) break;
        await rm(entry.path, { force: true });
        total -= entry.bytes;
      }
    }
    this.#counted = total;
    this.#addedSince = 0;
  }

  /** Deletes every unused file, for a disk that is full. */
  async clear(): Promise<void> {
    for (const entry of await this.#entries()) if (!entry.isPinned) await rm(entry.path, { force: true });
    this.#counted = undefined;
  }

  async #entries(): Promise<readonly Entry[]> {
    const paths: string[] = [];
    for (const folder of await readdir(this.#root)) {
      for (const name of await readdir(join(this.#root, folder))) paths.push(join(this.#root, folder, name));
    }
    const entries: Entry[] = [];
    for (let start = 0; start < paths.length; start += STATS_AT_ONCE) {
      const some = await Promise.all(paths.slice(start, start + STATS_AT_ONCE).map((path) => this.#entry(path)));
      entries.push(...some.filter((entry) => entry !== undefined));
    }
    return entries;
  }

  async #entry(path: string): Promise<Entry | undefined> {
    try {
      const { size, atimeMs, nlink } = await stat(path);
      return { path, bytes: size, usedAtMs: atimeMs, isPinned: nlink > 1 };
    } catch (error) {
      if (hasCode(error, "ENOENT")) return undefined;
      throw error;
    }
  }
}
