import { compareSchemas } from "@granary/graph";
import type { DiscoveredStream, GraphColumn, SchemaComparison } from "@granary/protocol";

/** What became of a stream since it was discovered the last time. */
export interface StreamChange {
  readonly stream: string;
  readonly change: "added" | "removed" | "changed";
  readonly comparison: SchemaComparison | null;
}

const nameOf = ({ namespace, name }: DiscoveredStream): string => (namespace === null ? name : `${namespace}.${name}`);
const plain = ({ columns }: DiscoveredStream): GraphColumn[] => columns.map(({ name, type }) => ({ name, type }));
const shapeOf = ({ columns }: DiscoveredStream): string => JSON.stringify(columns.map(({ name, type, sourceType }) => [name, type, sourceType]));

/** Compares what a source has with what it had; nothing changed where nothing was known. */
export function streamChanges(before: readonly DiscoveredStream[] | undefined, after: readonly DiscoveredStream[]): readonly StreamChange[] {
  if (before === undefined) return [];
  const old = new Map(before.map((stream) => [nameOf(stream), stream]));
  const found = new Map(after.map((stream) => [nameOf(stream), stream]));
  const removed = [...old.keys()].flatMap((stream): StreamChange[] => (found.has(stream) ? [] : [{ stream, change: "removed", comparison: null }]));
  const rest = [...found].flatMap(([stream, now]): StreamChange[] => {
    const was = old.get(stream);
    if (was === undefined) return [{ stream, change: "added", comparison: null }];
    return shapeOf(was) === shapeOf(now) ? [] : [{ stream, change: "changed", comparison: compareSchemas(plain(was), plain(now)) }];
  });
  return [...removed, ...rest];
}
