export { encodeBound } from "./bounds.ts";
export {
  type ColumnFacts,
  type DataFile,
  decodeManifest,
  decodeManifestList,
  encodeManifest,
  encodeManifestList,
  type ManifestEntry,
  type ManifestFile,
} from "./manifest.ts";
export { findSnapshot, type IcebergSnapshot, newSnapshotId, newTableMetadata, parseMetadata, printMetadata, schemaOf, type TableMetadata } from "./metadata.ts";
export { type IcebergField, type IcebergSchema, toIcebergType, toSqlType } from "./types.ts";
