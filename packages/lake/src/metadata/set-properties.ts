import { problem } from "@granary/protocol";
import type { TableMetadata } from "../iceberg/index.ts";

/** What other engines keep in places of their own and refuse among the properties. */
const RESERVED = new Set([
  "format-version",
  "uuid",
  "snapshot-count",
  "current-snapshot-id",
  "current-snapshot-summary",
  "current-snapshot-timestamp-ms",
  "current-schema",
  "default-partition-spec",
  "default-sort-order",
]);

function check(name: string): void {
  if (name === "" || name === "__proto__" || RESERVED.has(name)) throw problem("lake.property_invalid", { name });
}

/** Sets and removes table properties. Throws `lake.property_invalid` for a name that cannot be one. */
export function setProperties(
  metadata: TableMetadata,
  input: { readonly set?: Readonly<Record<string, string>>; readonly remove?: readonly string[] },
): TableMetadata {
  const before = metadata.properties ?? {};
  const removed = (input.remove ?? []).filter((name) => Object.hasOwn(before, name));
  const set = Object.entries(input.set ?? {}).filter(([name, value]) => !Object.hasOwn(before, name) || before[name] !== value);
  for (const [name] of set) check(name);
  if (removed.length === 0 && set.length === 0) return metadata;
  const kept = Object.entries(before).filter(([name]) => !removed.includes(name));
  return { ...metadata, properties: Object.fromEntries([...kept, ...set]) };
}
