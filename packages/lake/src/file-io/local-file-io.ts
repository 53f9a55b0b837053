import { createHash, randomUUID } from "node:crypto";
import { constants, createReadStream } from "node:fs";
import { copyFile, mkdir, open, opendir, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname, join, relative, resolve, sep } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { type AppError, isAppError } from "@granary/kernel";
import { problem } from "@granary/protocol";
import type { ExpectedFile, FileIo, ListedFile, LocalFile, StoredFile } from "./file-io.ts";

export interface LocalFileIoOptions {
  /** The warehouse's directory; made when missing. */
  readonly root: string;
  /**
   * How often a file whose content this process already checked, and which did not change since by size and time, is
   * checked again: 1 always, 0 never, by default one time in a hundred.
   */
  readonly recheckRate?: number;
}

const SCRATCH = ".staging";

async function syncDirectory(path: string): Promise<void> {
  await using directory = await open(path, constants.O_RDONLY | constants.O_DIRECTORY);
  await directory.sync();
}

/** Makes a directory and sees to it that its own entry, and those of the parents made with it, survive a power loss. */
async function makeDirectory(path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true });
  if (first === undefined) return;
  for (let made = path; made.length >= first.length; made = dirname(made)) await syncDirectory(dirname(made));
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 })) hash.update(chunk as Buffer);
  return hash.digest("hex");
}

/** Files of a warehouse on a local disk, under `file://` URIs. */
class LocalDiskFileIo implements FileIo {
  readonly #root: string;
  readonly #recheckRate: number;
  /** Checked files: path to the time of last change they had, or the check under way. */
  readonly #checked = new Map<string, Promise<number>>();

  constructor(options: LocalFileIoOptions) {
    this.#root = resolve(options.root);
    this.#recheckRate = options.recheckRate ?? 0.01;
  }

  async scratchPath(name: string): Promise<string> {
    await makeDirectory(join(this.#root, SCRATCH));
    return join(this.#root, SCRATCH, `${randomUUID()}-${name}`);
  }

  async write(uri: string, content: Uint8Array): Promise<StoredFile> {
    return this.#guard(uri, "stored", async () => {
      const scratch = await this.scratchPath("content");
      try {
        await using file = await open(scratch, "wx", 0o600);
        await file.writeFile(content);
        await file.sync();
      } catch (error) {
        await rm(scratch, { force: true });
        throw error;
      }
      await this.#settle(scratch, uri);
      return { uri, bytes: content.length, sha256: createHash("sha256").update(content).digest("hex") };
    });
  }

  async publish(scratchPath: string, uri: string): Promise<StoredFile> {
    return this.#guard(uri, "stored", async () => {
      let bytes: number;
      {
        await using file = await open(scratchPath, "r+");
        await file.sync();
        bytes = (await file.stat()).size;
      }
      const sha256 = await sha256Of(scratchPath);
      await this.#settle(scratchPath, uri);
      return { uri, bytes, sha256 };
    });
  }

  async read(uri: string, expected?: ExpectedFile): Promise<Buffer> {
    return this.#guard(uri, "read", async () => {
      const content = await readFile(this.#path(uri));
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
      const { size, mtimeMs } = await stat(path);
      if (size !== expected.bytes) throw this.#corrupt(expected.uri, `it has ${size} bytes instead of ${expected.bytes}`);
      if (expected.sha256 !== undefined) await this.#check(path, mtimeMs, expected.uri, expected.sha256);
      return { path, [Symbol.asyncDispose]: async () => undefined };
    });
  }

  async *list(prefix: string): AsyncGenerator<ListedFile> {
    const root = this.#path(prefix);
    const pending = [root];
    for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
      const directory = await opendir(path).catch((error: unknown) => {
        if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
        throw error;
      });
      if (directory === undefined) continue;
      for await (const entry of directory) {
        const child = join(path, entry.name);
        if (entry.isDirectory()) pending.push(child);
        else if (entry.isFile()) {
          const { size, mtime } = await stat(child);
          yield { uri: pathToFileURL(child).href, bytes: size, modifiedAt: mtime };
        }
      }
    }
  }

  async sweepScratch(before: Date): Promise<{ readonly files: number; readonly bytes: number }> {
    const swept = { files: 0, bytes: 0 };
    for await (const file of this.list(pathToFileURL(join(this.#root, SCRATCH)).href)) {
      if (file.modifiedAt > before) continue;
      await this.delete(file.uri);
      swept.files += 1;
      swept.bytes += file.bytes;
    }
    return swept;
  }

  async delete(uri: string): Promise<void> {
    await this.#guard(uri, "deleted", () => rm(this.#path(uri), { force: true }));
  }

  async #settle(scratchPath: string, uri: string): Promise<void> {
    const path = this.#path(uri);
    await makeDirectory(dirname(path));
    await rename(scratchPath, path).catch(async (error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== "EXDEV") throw error;
      await this.#carryOver(scratchPath, path);
    });
    await syncDirectory(dirname(path));
  }

  /** A rename across file systems is a copy, which has to be made whole and durable under another name first. */
  async #carryOver(scratchPath: string, path: string): Promise<void> {
    const staged = await this.scratchPath("copy");
    await copyFile(scratchPath, staged);
    {
      await using file = await open(staged, "r+");
      await file.sync();
    }
    await rename(staged, path);
    await rm(scratchPath, { force: true });
  }

  async #check(path: string, changedAtMs: number, uri: string, sha256: string): Promise<void> {
    const known = await this.#checked.get(path)?.catch(() => undefined);
    if (known === changedAtMs && Math.random() >= this.#recheckRate) return;
    const checking = sha256Of(path).then((found) => {
      if (found !== sha256) throw this.#corrupt(uri, "its checksum differs");
      return changedAtMs;
    });
    this.#checked.set(path, checking);
    await checking.catch((error: unknown) => {
      this.#checked.delete(path);
      throw error;
    });
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
      const code = (cause as NodeJS.ErrnoException).code;
      if (code === "ENOSPC" || code === "EDQUOT") throw problem("storage.full", {}, { cause });
      if (code === "ENOENT") throw problem("storage.missing", { name: this.#name(uri) }, { cause });
      throw problem("storage.failed", { name: this.#name(uri), operation }, { cause });
    }
  }
}

/** Files of a warehouse on a local disk, for `createLake`. */
export function createLocalFileIo(options: LocalFileIoOptions): FileIo {
  return new LocalDiskFileIo(options);
}
