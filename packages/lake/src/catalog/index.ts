export {
  Catalog,
  type CatalogChange,
  type CatalogEntry,
  checkTableRef,
  type FileKind,
  type LakeTransaction,
  type RegisteredFile,
  type TableRef,
} from "./catalog.ts";
export { addDiscards, type Discard, listDiscards, removeDiscards } from "./discards.ts";
