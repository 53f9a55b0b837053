import { createHash, randomUUID } from "node:crypto";
import type { Stats } from "node:fs";
import { copyFile, open, opendir, readFile, realpath, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { type AppError, isAppError } from "@granary/kernel";
import { problem } from "@granary/protocol";
import { ContentChecks, sha256Of } from "./content-checks.ts";
import { makeDirectory, syncDirectory } from "./directories.ts";
import { diskThreads, type SmallFile } from "./disk/index.ts";
import type { ExpectedFile, FileIo, ListedFile, LocalFile, StoredFile } from "./file-io.ts";
import { isAlive, PROCESS_TAG } from "./process-tag.ts";

export interface LocalFileIoOptions {
  /** The warehouse's directory; made when missing. */
  readonly root: string;
  /**
   * How often a file whose content this process already checked, and which did not change since by size and time, is
   * checked again: 1 always, 0 never, by default one time in a hundred.
   */
  readonly recheckRate?: number;
}

/** How often files that this process found sound are read again in full to be sure. */
export const DEFAULT_RECHECK_RATE = 0.01;

const SCRATCH = ".staging";
/** Larger files are hashed and flushed beside one another, where none waits for another. */
const SMALL_BYTES = 1024 * 1024;

const linkRefused = (): AppError => problem("lake.unsupported", { reason: "one of its files is a symbolic link" });

const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code;

/** What stat tells, or undefined for a file that is gone. */
async function statIfThere(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** Makes a file the engine wrote durable, and ours alone. */
async function syncFile(path: string): Promise<void> {
  await using file = await open(path, "r+");
  await file.chmod(0o600);
  await file.sync();
}

/** Files of a warehouse on a local disk, under `file://` URIs. */
class LocalDiskFileIo implements FileIo {
  readonly #root: string;
  readonly #checks: ContentChecks;
  #rootBehindLinks: string | undefined;

  constructor(options: LocalFileIoOptions) {
    this.#root = resolve(options.root);
    this.#checks = new ContentChecks(options.recheckRate ?? DEFAULT_RECHECK_RATE);
  }

  async scratchPath(name: string): Promise<string> {
    await makeDirectory(join(this.#root, SCRATCH));
    return this.#scratch(name);
  }

  async write(uri: string, content: Uint8Array): Promise<StoredFile> {
    return this.#guard(uri, "stored", async () => {
      const path = this.#path(uri);
      return { uri, ...(await this.#store({ path, scratch: this.#scratch("content"), content })) };
    });
  }

  async publish(scratchPath: string, uri: string): Promise<StoredFile> {
    return this.#guard(uri, "stored", async () => {
      const path = this.#path(uri);
      const { size: bytes } = await stat(scratchPath);
      if (bytes <= SMALL_BYTES && dirname(scratchPath) === join(this.#root, SCRATCH)) return { uri, ...(await this.#store({ path, scratch: scratchPath })) };
      const [sha256] = await Promise.all([sha256Of(scratchPath, bytes), syncFile(scratchPath)]);
      await this.#settle(scratchPath, path);
      return { uri, bytes, sha256 };
    });
  }

  async read(uri: string, expected?: ExpectedFile): Promise<Buffer> {
    return this.#guard(uri, "read", async () => {
      const path = this.#path(uri);
      await this.#refuseLinks(path);
      const content = await readFile(path);
      if (expected !== undefined && content.length !== expected.bytes) throw this.#corrupt(uri, `it has ${content.length} bytes instead of ${expected.bytes}`);
      if (expected?.sha256 !== undefined && createHash("sha256").update(content).digest("hex") !== expected.sha256) {
        throw this.#corrupt(uri, "its checksum differs");
      }
      return content;
    });
  }

  async open(expected: ExpectedFile): Promise<LocalFile> {
    return this.#guard(expected.uri, "read", async () => {
      const path = this.#path(expected.uri);
      await this.#refuseLinks(path);
      const stats = await stat(path);
      if (stats.size !== expected.bytes) throw this.#corrupt(expected.uri, `it has ${stats.size} bytes instead of ${expected.bytes}`);
      if (expected.sha256 !== undefined && !(await this.#checks.fits(path, stats, expected.sha256))) throw this.#corrupt(expected.uri, "its checksum differs");
      return { path, [Symbol.asyncDispose]: async () => undefined };
    });
  }

  async *list(prefix: string): AsyncGenerator<ListedFile> {
    const pending = [this.#path(prefix)];
    for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
      const directory = await this.#guard(prefix, "listed", () => this.#openDirectory(path ?? ""));
      if (directory === undefined) continue;
      for await (const entry of directory) {
        const child = join(path, entry.name);
        if (entry.isDirectory()) pending.push(child);
        if (!entry.isFile()) continue;
        // Gone between the listing and now, as others may delete.
        const stats = await statIfThere(child);
        if (stats !== undefined) yield { uri: pathToFileURL(child).href, bytes: stats.size, modifiedAt: stats.mtime };
      }
    }
  }

  async sweepScratch(before: Date): Promise<{ readonly files: number; readonly bytes: number }> {
    const swept = { files: 0, bytes: 0 };
    for await (const file of this.list(pathToFileURL(join(this.#root, SCRATCH)).href)) {
      const [tag = ""] = basename(fileURLToPath(file.uri)).split("-");
      if (file.modifiedAt > before || isAlive(tag) === true) continue;
      await this.delete(file.uri);
      swept.files += 1;
      swept.bytes += file.bytes;
    }
    return swept;
  }

  async delete(uris: string | readonly string[]): Promise<void> {
    for (const uri of typeof uris === "string" ? [uris] : uris) await this.#guard(uri, "deleted", () => this.#delete(this.#path(uri)));
  }

  async #delete(path: string): Promise<void> {
    this.#checks.forget(path);
    try {
      // A link itself may be deleted; one among its parents would lead elsewhere.
      await this.#refuseLinks(dirname(path));
      await rm(path, { force: true });
    } catch (error) {
      if (codeOf(error) !== "ENOENT") throw error;
    }
  }

  async #openDirectory(path: string): Promise<Awaited<ReturnType<typeof opendir>> | undefined> {
    try {
      await this.#refuseLinks(path);
      return await opendir(path);
    } catch (error) {
      if (codeOf(error) === "ENOENT") return undefined;
      throw error;
    }
  }

  async #settle(scratchPath: string, path: string): Promise<void> {
    const directory = dirname(path);
    await this.#enter(directory);
    try {
      await rename(scratchPath, path);
    } catch (error) {
      if (codeOf(error) !== "EXDEV") throw error;
      await this.#carryOver(scratchPath, path);
    }
    await syncDirectory(directory);
  }

  #scratch(name: string): string {
    return join(this.#root, SCRATCH, `${PROCESS_TAG}-${randomUUID()}-${name}`);
  }

  async #store(file: Omit<SmallFile, "root">): Promise<Pick<StoredFile, "bytes" | "sha256">> {
    const result = await diskThreads.store({ ...file, root: this.#root });
    if ("sha256" in result) return result;
    if ("isLink" in result) throw linkRefused();
    throw Object.assign(new Error(result.message), { code: result.code });
  }

  async #enter(directory: string): Promise<void> {
    try {
      await this.#refuseLinks(directory);
    } catch (error) {
      if (codeOf(error) !== "ENOENT") throw error;
      await makeDirectory(directory);
      await this.#refuseLinks(directory);
    }
  }

  /** A rename across file systems is a copy, which has to be made whole and durable under another name first. */
  async #carryOver(scratchPath: string, path: string): Promise<void> {
    const staged = await this.scratchPath("copy");
    try {
      await copyFile(scratchPath, staged);
      {
        await using file = await open(staged, "r+");
        await file.sync();
      }
      await rename(staged, path);
    } finally {
      await rm(staged, { force: true });
    }
    await rm(scratchPath, { force: true });
  }

  /** Whoever may write into a part of the warehouse must not reach other parts, or other files, through symbolic links. */
  async #refuseLinks(path: string): Promise<void> {
    const [root, real] = await Promise.all([this.#realRoot(), realpath(path)]);
    if (real !== join(root, relative(this.#root, path))) throw linkRefused();
  }

  /** Looked up until it is there once: the warehouse does not move while a process uses it. */
  async #realRoot(): Promise<string> {
    this.#rootBehindLinks ??= await realpath(this.#root);
    return this.#rootBehindLinks;
  }

  #path(uri: string): string {
    const path = uri.startsWith("file://") ? fileURLToPath(uri) : uri;
    const inside = resolve(path);
    if (inside !== this.#root && !inside.startsWith(this.#root + sep)) {
      throw problem("lake.unsupported", { reason: "one of its files lies outside the warehouse" });
    }
    return inside;
  }

  #name(uri: string): string {
    return relative(this.#root, this.#path(uri));
  }

  #corrupt(uri: string, reason: string): AppError {
    return problem("storage.corrupt", { name: this.#name(uri), reason });
  }

  async #guard<T>(uri: string, operation: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (cause) {
      if (isAppError(cause)) throw cause;
      const code = codeOf(cause);
      if (code === "ENOSPC" || code === "EDQUOT") throw problem("storage.full", {}, { cause });
      if (code === "ENOENT") throw problem("storage.missing", { name: this.#name(uri) }, { cause });
      const reason = code === "EIO" ? "the disk reports an error (EIO)" : (code ?? "an unexpected error");
      throw problem("storage.failed", { name: this.#name(uri), operation, reason }, { cause });
    }
  }
}

/** Files of a warehouse on a local disk, for `createLake`. */
export function createLocalFileIo(options: LocalFileIoOptions): FileIo {
  return new LocalDiskFileIo(options);
}
