export { Catalog, checkTableRef, type LakeTransaction, type TableRef } from "./catalog.ts";
