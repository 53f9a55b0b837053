import { stat } from "node:fs/promises";
import { basename, matchesGlob } from "node:path/posix";
import { problem } from "@granary/protocol";
import { chunkPath } from "../chunks/index.ts";
import type { ConnectorContext, ReadMessage, ReadRequest } from "../connector.ts";
import type { FileStore, ListedFile } from "./file-store.ts";
import { SeenFiles } from "./seen-files.ts";

/** A preview fetches its file whole: some kinds cannot be read otherwise. */
const MAX_PREVIEW_BYTES = 256 * 1024 * 1024;
const MAX_FILES = 1_000_000;
const PATTERN = /[*?[\]{}]/;

/** What every path that fits a pattern begins with. */
const prefixOf = (pattern: string): string => {
  const at = pattern.search(PATTERN);
  return at === -1 ? pattern : pattern.slice(0, at);
};

const byTime = (left: ListedFile, right: ListedFile): number => left.modifiedMs - right.modifiedMs || (left.path < right.path ? -1 : 1);

/** Files that fit a path or pattern, those changed first before the others. */
export async function listFiles(store: FileStore, pattern: string): Promise<readonly ListedFile[]> {
  const isPattern = PATTERN.test(pattern);
  const found: ListedFile[] = [];
  for await (const file of store.list(prefixOf(pattern))) {
    if (file.path !== pattern && !(isPattern && matchesGlob(file.path, pattern))) continue;
    found.push(file);
    if (found.length > MAX_FILES) throw problem("connection.data_invalid", { stream: pattern, reason: `more than ${MAX_FILES} files fit` });
  }
  return found.toSorted(byTime);
}

/** Reads files by their path or a pattern: all of them, or those that are new or changed. Each is a chunk of its own. */
export async function* readFiles(store: FileStore, context: ConnectorContext, request: ReadRequest): AsyncGenerator<ReadMessage> {
  const pattern = request.stream.name;
  const isIncremental = request.mode === "incremental";
  const seen = new SeenFiles(isIncremental ? request.state : null);
  const all = await listFiles(store, pattern);
  if (all.length === 0 && !PATTERN.test(pattern)) throw problem("connection.stream_not_found", { stream: pattern });
  const wanted = isIncremental ? all.filter((file) => seen.isNew(file)) : all;
  const files = request.maxRows === undefined ? wanted : wanted.slice(-1);
  const totalBytes = files.reduce((sum, file) => sum + file.bytes, 0);
  let bytes = 0;
  for (const file of files) {
    context.signal.throwIfAborted();
    if (request.maxRows !== undefined && file.bytes > MAX_PREVIEW_BYTES)
      throw problem("connection.data_invalid", { stream: file.path, reason: "it is too large to look into it beforehand; a run reads it" });
    const path = chunkPath(context.folder, "part");
    await store.fetch(file, path);
    bytes += file.bytes;
    seen.add(file);
    const state = isIncremental && request.maxRows === undefined ? { state: seen.state() } : {};
    yield { type: "chunk", path, format: { kind: "file", fileName: basename(file.path) }, bytes: (await stat(path)).size, ...state };
    yield { type: "progress", rows: 0, bytes, totalBytes };
  }
}
