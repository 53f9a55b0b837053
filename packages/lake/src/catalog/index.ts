export { Catalog, checkTableRef, type FileKind, type LakeTransaction, type TableRef } from "./catalog.ts";
