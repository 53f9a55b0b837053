import { problem } from "@granary/protocol";
import { fieldsById } from "./fields.ts";
import { parseTransform, transformResultType } from "./transform.ts";
import type { IcebergPartitionSpec, IcebergSchema, TableMetadata } from "./types.ts";

/** A partition spec of a table. Throws `storage.corrupt` when the metadata lacks it. */
export function specOf(
  metadata: Pick<TableMetadata, "partition-specs" | "default-spec-id">,
  specId: number = metadata["default-spec-id"],
): IcebergPartitionSpec {
  const spec = metadata["partition-specs"].find((candidate) => candidate["spec-id"] === specId);
  if (spec === undefined) throw problem("storage.corrupt", { name: "metadata", reason: `it lacks the partition spec ${specId}` });
  return spec;
}

/**
 * The types of a spec's partition values, one per field. A source column that was dropped is looked up in the older
 * schemas. Throws `lake.unsupported` for a transform we do not know.
 */
export function partitionTypes(schemas: readonly IcebergSchema[], spec: IcebergPartitionSpec): readonly string[] {
  const newestFirst = schemas.toReversed();
  return spec.fields.map((field) => {
    const transform = parseTransform(field.transform);
    const source = newestFirst.flatMap((schema) => fieldsById(schema).get(field["source-id"]) ?? [])[0];
    // No schema needs to know the dropped source of a void field, whose values are all null.
    if (transform?.kind === "void" && source === undefined) return "string";
    const type = transform === undefined || source === undefined ? undefined : transformResultType(transform, source.type);
    if (type === undefined) throw problem("lake.unsupported", { reason: `it is partitioned by ${field.name} with ${field.transform}` });
    return type;
  });
}
