import { pathToFileURL } from "node:url";
import type { Engine } from "@granary/engine";
import { createLake, createLocalFileIo, type FileIo, type Lake } from "@granary/lake";

/** A lake over a directory, named as the product names it. */
export function warehouseLake(warehouse: string, engine: Engine, fileIo: FileIo = createLocalFileIo({ root: warehouse })): Lake {
  return createLake({ engine, fileIo, warehouseUri: pathToFileURL(warehouse).href, catalogName: "granary" });
}
