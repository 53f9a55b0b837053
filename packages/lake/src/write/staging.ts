import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import type { StagedFile } from "../change/index.ts";
import type { FileIo, StoredFile } from "../file-io/index.ts";

/** Hashing and syncing more files at once only makes them wait for the same disk. */
const MAX_PUBLISHING = 4;

/** What is known of a written file before it is in its place. */
export type FileFacts = Omit<StagedFile, keyof StoredFile>;

/** The files one change brings into the warehouse: written in scratch places, moved to their own when whole, and taken back when the change fails. */
export class Staging {
  readonly #fileIo: FileIo;
  readonly #location: string;
  /** Paths that may still have something in them. */
  readonly #scratch = new Set<string>();
  readonly #uris: string[] = [];
  readonly #added: Promise<StagedFile>[] = [];
  readonly #underWay = new Set<Promise<unknown>>();

  constructor(fileIo: FileIo, location: string) {
    this.#fileIo = fileIo;
    this.#location = location;
  }

  /** Where the engine may write a file, or a directory of files. */
  async scratch(name: string): Promise<string> {
    const path = await this.#fileIo.scratchPath(name);
    this.#scratch.add(path);
    return path;
  }

  /** Begins to move a written file to its place below the table, while the engine may write the next one; how that went, `settle` tells. */
  async add(path: string, facts: FileFacts): Promise<void> {
    while (this.#underWay.size >= MAX_PUBLISHING) await Promise.race(this.#underWay);
    const uri = `${this.#location}/data/${randomUUID()}.parquet`;
    this.#uris.push(uri);
    const added = this.#fileIo.publish(path, uri).then((stored): StagedFile => {
      this.#scratch.delete(path);
      return { ...facts, ...stored };
    });
    this.#added.push(added);
    const settled: Promise<unknown> = added.catch(() => undefined).then(() => this.#underWay.delete(settled));
    this.#underWay.add(settled);
  }

  /** All added files in their places, in the order in which they were added. Throws what went wrong with any of them. */
  settle(): Promise<readonly StagedFile[]> {
    return Promise.all(this.#added);
  }

  /** Ends the change: what is left in scratch places goes, and after a failure what was stored already, too. */
  async finish(succeeded: boolean): Promise<void> {
    await Promise.all(this.#underWay);
    await Promise.all([...this.#scratch].map((path) => rm(path, { recursive: true, force: true })));
    // What cannot be deleted either is an orphan, which the sweep removes.
    if (!succeeded && this.#uris.length > 0) await this.#fileIo.delete(this.#uris).catch(() => undefined);
  }
}

/** Runs work that stages files below a table's location; nothing of it is left when it fails or is cancelled. */
export async function staging<T>(fileIo: FileIo, location: string, work: (files: Staging) => Promise<T>): Promise<T> {
  const files = new Staging(fileIo, location);
  let succeeded = false;
  try {
    const result = await work(files);
    await files.settle();
    succeeded = true;
    return result;
  } finally {
    await files.finish(succeeded);
  }
}
