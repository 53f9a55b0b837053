/** A file as its place lists it. */
export interface ListedFile {
  /** Below the connection's own folder or prefix, with slashes. */
  readonly path: string;
  readonly bytes: number;
  /** Milliseconds since 1970; 0 where the place does not say. */
  readonly modifiedMs: number;
  /** Another one whenever the content is. */
  readonly version: string;
}

/** A place that keeps files, within one call. */
export interface FileStore {
  /** Files whose path begins so, in any order. */
  list(prefix: string): AsyncIterable<ListedFile>;
  /** Writes a file's content to a path on this machine. Throws `connection.stream_not_found` when it is gone. */
  fetch(file: ListedFile, to: string): Promise<void>;
  /** Puts a file in place of one that may be there; whole or not at all. */
  store(path: string, from: string): Promise<void>;
}
