import type { DiscoveredStream } from "@granary/protocol";
import type { FileStore, ListedFile } from "./file-store.ts";

const MAX_SHOWN = 1_000;

/** A file as a stream; its columns are found when it is looked into. */
export function fileStream(name: string, files: readonly ListedFile[]): DiscoveredStream {
  return {
    namespace: null,
    name,
    kind: "file",
    columns: [],
    keys: [],
    cursors: [],
    syncModes: ["full", "incremental"],
    rowEstimate: null,
    byteEstimate: files.reduce((sum, file) => sum + file.bytes, 0),
    comment: files.length === 1 ? "" : `${files.length} files`,
  };
}

const folderOf = (path: string): string => path.slice(0, path.lastIndexOf("/") + 1);
const endingOf = (path: string): string => /(\.[\w]{1,8}(\.(gz|zst|zip))?)$/.exec(path)?.[1] ?? "";

/** Files of one folder that end alike are likely one stream: such a pattern is offered before the files themselves. */
function patterns(files: readonly ListedFile[]): readonly DiscoveredStream[] {
  const groups = Map.groupBy(files, ({ path }) => `${folderOf(path)}*${endingOf(path)}`);
  return [...groups].flatMap(([pattern, members]) => (members.length < 2 ? [] : [fileStream(pattern, members)]));
}

/** Files as streams, the first thousand by name, and patterns for those that belong together. */
export async function describeFiles(store: FileStore): Promise<readonly DiscoveredStream[]> {
  const files: ListedFile[] = [];
  for await (const file of store.list("")) {
    files.push(file);
    if (files.length >= MAX_SHOWN) break;
  }
  const sorted = files.toSorted((left, right) => (left.path < right.path ? -1 : 1));
  return [...patterns(sorted), ...sorted.map((file) => fileStream(file.path, [file]))];
}
