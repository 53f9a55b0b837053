/** A file as it was stored: what later reads are checked against. */
export interface StoredFile {
  readonly uri: string;
  readonly bytes: number;
  /** SHA-256 of the content, in hexadecimal. */
  readonly sha256: string;
}

/** What a stored file must be like; without a checksum (a file of another writer) only its size is checked. */
export interface ExpectedFile {
  readonly uri: string;
  readonly bytes: number;
  readonly sha256?: string;
}

/** A stored file reachable by path; it stays there until disposed. */
export interface LocalFile extends AsyncDisposable {
  readonly path: string;
}

export interface ListedFile {
  readonly uri: string;
  readonly bytes: number;
  readonly modifiedAt: Date;
}

/**
 * Where a warehouse's immutable files lie: one URI scheme per warehouse. A file appears under its name whole and
 * durable, or not at all. Errors: `storage.full`, `storage.missing`, `storage.corrupt`, `storage.failed`, and for storage
 * elsewhere `storage.unavailable` (it did not answer, after retries) and `storage.refused` (it said no), each naming the file.
 */
export interface FileIo {
  /** A local directory in which the engine may write a file before `publish` moves it to its place. */
  scratchPath(name: string): Promise<string>;
  /** Stores small content that is in memory. */
  write(uri: string, content: Uint8Array): Promise<StoredFile>;
  /** Moves a finished file from `scratchPath` to its place. */
  publish(scratchPath: string, uri: string): Promise<StoredFile>;
  /** The whole content of a small file; checked in full when a checksum is expected. */
  read(uri: string, expected?: ExpectedFile): Promise<Buffer>;
  /** Makes a file readable by path; its size is checked always, its content as the implementation is configured. */
  open(expected: ExpectedFile): Promise<LocalFile>;
  /** All files below a URI that ends in a slash; nothing when there are none. May lag behind: good for sweeps, never for what is true. */
  list(prefix: string): AsyncIterable<ListedFile>;
  /** Deletes what dead processes left in the scratch directory before that time. */
  sweepScratch(before: Date): Promise<{ readonly files: number; readonly bytes: number }>;
  /** Deletes one file or many; those that are gone already are no error. */
  delete(uris: string | readonly string[]): Promise<void>;
}
