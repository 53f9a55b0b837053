export { compareBounds, decodeBound, encodeBound } from "./bounds.ts";
export { bucketExpression } from "./bucket-expression.ts";
export type { ColumnFacts, ContentFile, ManifestEntry, ManifestFile } from "./content-file.ts";
export { decodeManifest, factsOf } from "./decode-manifest.ts";
export { encodeManifest } from "./encode-manifest.ts";
export { fieldsById, type FoundField, highestFieldId } from "./fields.ts";
export { manifestLine } from "./manifest-line.ts";
export { isSameLong } from "./json.ts";
export { decodeManifestList, encodeManifestList } from "./manifest-list.ts";
export { findSnapshot, newSnapshotId, parseMetadata, printMetadata, schemaOf } from "./metadata.ts";
export { partitionTypes, specOf } from "./partition-type.ts";
export { parsePrimitive, type Primitive } from "./primitive.ts";
export { encodeValue } from "./single-value.ts";
export { toIcebergType, toSqlType } from "./sql-type.ts";
export { parseTransform, type Transform, transformResultType } from "./transform.ts";
export { transformValue } from "./transform-value.ts";
export type {
  IcebergField,
  IcebergPartitionField,
  IcebergPartitionSpec,
  IcebergRef,
  IcebergSchema,
  IcebergSnapshot,
  IcebergSortField,
  IcebergSortOrder,
  IcebergType,
  ListType,
  Long,
  MapType,
  StructType,
  TableMetadata,
} from "./types.ts";
