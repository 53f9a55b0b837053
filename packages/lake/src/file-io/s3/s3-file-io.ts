import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { problem } from "@granary/protocol";
import { FileCache, type FileCacheOptions } from "../cache/index.ts";
import { sha256Of } from "../content-checks.ts";
import type { ExpectedFile, FileIo, ListedFile, LocalFile, StoredFile } from "../file-io.ts";
import { ObjectStore, type ObjectStoreOptions } from "./object-store.ts";
import { toProblem } from "./s3-errors.ts";

export interface S3FileIoOptions extends ObjectStoreOptions {
  /** Keys of the warehouse begin with it and a slash; empty for the whole bucket. */
  readonly prefix: string;
  readonly cache: FileCacheOptions;
}

/** Files of a warehouse in an S3-compatible storage, under `s3://` URIs, read through local copies. */
class ObjectFileIo implements FileIo, AsyncDisposable {
  readonly #store: ObjectStore;
  readonly #cache: FileCache;
  readonly #base: string;
  readonly #root: string;

  constructor(options: S3FileIoOptions, cache: FileCache) {
    this.#store = new ObjectStore(options);
    this.#cache = cache;
    this.#base = `s3://${options.bucket}/`;
    this.#root = options.prefix === "" ? "" : `${options.prefix}/`;
  }

  async scratchPath(name: string): Promise<string> {
    return this.#cache.scratchPath(name);
  }

  async write(uri: string, content: Uint8Array): Promise<StoredFile> {
    const key = this.#key(uri);
    await this.#guard(key, "stored", () => this.#store.put(key, content));
    const stored = { uri, bytes: content.length, sha256: createHash("sha256").update(content).digest("hex") };
    await this.#cache.keep(content, stored);
    return stored;
  }

  async publish(scratchPath: string, uri: string): Promise<StoredFile> {
    const key = this.#key(uri);
    return this.#guard(key, "stored", async () => {
      const { size } = await stat(scratchPath);
      const stored = { uri, bytes: size, sha256: await sha256Of(scratchPath) };
      await this.#store.upload(key, scratchPath, size);
      await this.#cache.adopt(scratchPath, stored);
      return stored;
    });
  }

  async read(uri: string, expected?: ExpectedFile): Promise<Buffer> {
    const key = this.#key(uri);
    if (expected === undefined) return this.#guard(key, "read", () => this.#store.read(key));
    const known = await this.#readCopy(expected);
    if (known !== undefined) return known;
    // The copy rotted since it was checked; what is stored may be sound.
    await this.#cache.drop(uri);
    const again = await this.#readCopy(expected);
    if (again !== undefined) return again;
    throw problem("storage.corrupt", { name: this.#name(key), reason: "its checksum differs" });
  }

  async open(expected: ExpectedFile): Promise<LocalFile> {
    const key = this.#key(expected.uri);
    return this.#guard(key, "read", () => this.#cache.open(expected, (path) => this.#download(key, path, expected)));
  }

  async *list(prefix: string): AsyncGenerator<ListedFile> {
    const key = this.#key(prefix);
    const pages = this.#store.list(key)[Symbol.asyncIterator]();
    for (;;) {
      const next = await this.#guard(key, "listed", () => pages.next());
      if (next.done === true) return;
      yield { uri: `${this.#base}${next.value.key}`, bytes: next.value.bytes, modifiedAt: next.value.modifiedAt };
    }
  }

  /** What this machine's dead processes left; their files are theirs alone, so age does not matter. */
  async sweepScratch(): Promise<{ readonly files: number; readonly bytes: number }> {
    return this.#cache.sweep();
  }

  async delete(uris: string | readonly string[]): Promise<void> {
    const all = typeof uris === "string" ? [uris] : uris;
    const keys = all.map((uri) => this.#key(uri));
    if (keys.length === 0) return;
    await this.#guard(keys[0] ?? "", "deleted", () => this.#store.delete(keys));
    for (const uri of all) await this.#cache.drop(uri);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#store[Symbol.dispose]();
    await this.#cache[Symbol.asyncDispose]();
  }

  async #readCopy(expected: ExpectedFile): Promise<Buffer | undefined> {
    await using copy = await this.open(expected);
    const content = await readFile(copy.path);
    const fits = expected.sha256 === undefined || createHash("sha256").update(content).digest("hex") === expected.sha256;
    return fits && content.length === expected.bytes ? content : undefined;
  }

  /** Failures are named here already, so that the cache knows a full disk from a storage that is down. */
  async #download(key: string, path: string, expected: ExpectedFile): Promise<void> {
    await this.#guard(key, "read", () => this.#store.download(key, path, expected));
  }

  /** Keys are taken as they are, but some storages keep them as paths, where dots would lead elsewhere. */
  #key(uri: string): string {
    const key = uri.slice(this.#base.length);
    const isInside = uri.startsWith(this.#base) && key.startsWith(this.#root);
    if (!isInside || key.split("/").some((part) => part === "." || part === "..")) {
      throw problem("lake.unsupported", { reason: "one of its files lies outside the warehouse" });
    }
    return key;
  }

  #name(key: string): string {
    return key.slice(this.#root.length);
  }

  async #guard<T>(key: string, operation: "stored" | "read" | "deleted" | "listed", work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw toProblem(error, this.#name(key), operation);
    }
  }
}

/** Files of a warehouse in an S3-compatible storage. Throws `storage.cache_unusable`. */
export async function createS3FileIo(options: S3FileIoOptions): Promise<FileIo & AsyncDisposable> {
  return new ObjectFileIo(options, await FileCache.open(options.cache));
}
