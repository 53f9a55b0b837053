import { createHash } from "node:crypto";
import { closeSync, constants, fchmodSync, fsyncSync, mkdirSync, openSync, readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

/** A small file that is to lie at `path`, whole and durable. */
export interface SmallFile {
  /** The warehouse's directory; `path` must be reached from there without following a link. */
  readonly root: string;
  readonly path: string;
  /** Where it is made, on the same disk. */
  readonly scratch: string;
  /** What is in it; without it the scratch file is there already. */
  readonly content?: Uint8Array;
}

/** How a file was stored, or what was in the way. */
export type SmallFileResult =
  | { readonly bytes: number; readonly sha256: string }
  | { readonly isLink: true }
  | { readonly code: string | undefined; readonly message: string };

function syncDirectory(path: string): void {
  const directory = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}

/** Makes a directory and sees to it that its own entry, and those of the parents made with it, survive a power loss. */
function makeDirectory(path: string): void {
  const first = mkdirSync(path, { recursive: true, mode: 0o700 });
  if (first === undefined) return;
  for (let made = path; made.length >= first.length; made = dirname(made)) syncDirectory(dirname(made));
}

function inDirectory<T>(directory: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    makeDirectory(directory);
    return work();
  }
}

function orClose<T>(fd: number, work: () => T): T {
  try {
    return work();
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

interface Written {
  readonly fd: number;
  readonly content: Uint8Array;
}

function write({ scratch, content }: SmallFile): Written {
  if (content === undefined) {
    const fd = openSync(scratch, "r+");
    return orClose(fd, () => {
      fchmodSync(fd, 0o600);
      return { fd, content: readFileSync(fd) };
    });
  }
  const fd = inDirectory(dirname(scratch), () => openSync(scratch, "wx", 0o600));
  return orClose(fd, () => {
    writeFileSync(fd, content);
    return { fd, content };
  });
}

/** Whether the directory is what its path says, and none behind a link. */
function isPlainDirectory(root: string, directory: string): boolean {
  const real = inDirectory(directory, () => realpathSync.native(directory));
  return real === join(realpathSync.native(root), relative(root, directory));
}

function failureOf(error: unknown): SmallFileResult {
  const { code, message } = error as NodeJS.ErrnoException;
  return { code, message };
}

/** One file on its way: each step either takes it further or ends it with what was in the way. */
class Storing {
  readonly #file: SmallFile;
  #written: Written | undefined;
  #isMoved = false;
  #result: SmallFileResult | undefined;

  constructor(file: SmallFile) {
    this.#file = file;
  }

  get result(): SmallFileResult {
    return this.#result ?? { code: undefined, message: "the file was not stored" };
  }

  get directory(): string | undefined {
    return this.#result === undefined ? dirname(this.#file.path) : undefined;
  }

  step(work: (file: SmallFile, written: Written | undefined) => SmallFileResult | undefined): void {
    if (this.#result !== undefined) return;
    try {
      this.#result = work(this.#file, this.#written);
    } catch (error) {
      this.fail(error);
    }
  }

  write(): void {
    this.step((file) => {
      this.#written = write(file);
      return undefined;
    });
  }

  sync(): void {
    this.step((_, written) => {
      if (written !== undefined) fsyncSync(written.fd);
      return undefined;
    });
    if (this.#written !== undefined) closeSync(this.#written.fd);
  }

  move(): void {
    this.step(({ root, path, scratch }) => {
      if (!isPlainDirectory(root, dirname(path))) return { isLink: true };
      renameSync(scratch, path);
      this.#isMoved = true;
      return undefined;
    });
  }

  finish(): void {
    this.step((_, written) => {
      const content = written?.content ?? new Uint8Array();
      return { bytes: content.length, sha256: createHash("sha256").update(content).digest("hex") };
    });
    if (!("sha256" in this.result)) this.#takeBack();
  }

  /** A finished file that could not be moved is its writer's to keep or to remove; what cannot be removed the sweeps find. */
  #takeBack(): void {
    if (this.#file.content === undefined && !this.#isMoved) return;
    try {
      rmSync(this.#isMoved ? this.#file.path : this.#file.scratch, { force: true });
    } catch (error) {
      this.fail(error);
    }
  }

  fail(error: unknown): void {
    this.#result ??= failureOf(error);
  }
}

function syncDirectories(files: readonly Storing[]): void {
  for (const directory of new Set(files.flatMap((file) => file.directory ?? []))) {
    try {
      syncDirectory(directory);
    } catch (error) {
      for (const file of files) if (file.directory === directory) file.fail(error);
    }
  }
}

/**
 * Stores files with calls that wait for the disk, for a thread that does nothing else. All are written and have their names
 * before the first is flushed: one flush of the disk's journal then serves many, and their directories too. A name is known to
 * nobody but its maker until this has answered, so that what a crash leaves half flushed under it is an orphan for the sweep.
 */
export function storeSmallFiles(files: readonly SmallFile[]): readonly SmallFileResult[] {
  const storing = files.map((file) => new Storing(file));
  for (const file of storing) file.write();
  for (const file of storing) file.move();
  for (const file of storing) file.sync();
  syncDirectories(storing);
  for (const file of storing) file.finish();
  return storing.map((file) => file.result);
}
