import { randomUUID } from "node:crypto";
import type { IcebergSchema, TableMetadata } from "../iceberg/index.ts";
import { newTableMetadata } from "../metadata/index.ts";
import type { TableDefinition } from "./table-definition.ts";

/** Old metadata files go with the commit that drops them out of the log; other engines read these properties too. */
const PROPERTIES = {
  "write.metadata.delete-after-commit.enabled": "true",
  "write.metadata.previous-versions-max": "100",
} as const;

/** The metadata of a table that has no snapshot yet. */
export function newTable(
  input: { readonly location: string; readonly schema: IcebergSchema; readonly definition?: TableDefinition },
  now: Date,
): TableMetadata {
  const { location, schema, definition = {} } = input;
  return newTableMetadata({
    uuid: randomUUID(),
    location,
    nowMs: now.getTime(),
    ...definition,
    schema: { ...schema, "schema-id": 0 },
    properties: { ...PROPERTIES, ...definition.properties },
  });
}
