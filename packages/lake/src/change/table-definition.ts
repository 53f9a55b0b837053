import type { PartitionFieldInput, SortFieldInput } from "../metadata/index.ts";

/** How a new table is laid out, besides its columns. Source ids are field ids of its first schema. */
export interface TableDefinition {
  /** Left out: unpartitioned. */
  readonly partition?: readonly PartitionFieldInput[];
  /** Left out: rows stay as they come. */
  readonly sortOrder?: readonly SortFieldInput[];
  /** Iceberg's table properties, such as `commit.manifest.min-count-to-merge`. */
  readonly properties?: Readonly<Record<string, string>>;
}
