export {
  Catalog,
  type CatalogEntry,
  checkTableRef,
  type LakeTransaction,
  type RegisteredFile,
  type TableRef,
} from "./catalog.ts";
export { addDiscards, type Discard, listDiscards, removeDiscards } from "./discards.ts";
