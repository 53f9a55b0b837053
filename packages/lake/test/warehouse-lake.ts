import { pathToFileURL } from "node:url";
import type { Engine } from "@granary/engine";
import { createLake, createLocalFileIo, type FileIo, type Lake } from "@granary/lake";

/** A lake over a directory or a URI elsewhere, named as the product names it. */
export function warehouseLake(warehouse: string, engine: Engine, fileIo: FileIo = createLocalFileIo({ root: warehouse })): Lake {
  const warehouseUri = warehouse.startsWith("s3://") ? warehouse : pathToFileURL(warehouse).href;
  return createLake({ engine, fileIo, warehouseUri, catalogName: "granary" });
}
