import { randomUUID } from "node:crypto";
import type { FileIo } from "./file-io.ts";

const CONTENT = Buffer.from("Granary stores, reads and deletes this to see whether it may.\n");

/** Stores, reads, lists and deletes a small file, as a storage must allow. Throws what the storage says. */
export async function probeStorage(fileIo: FileIo, warehouseUri: string): Promise<void> {
  const folder = `${warehouseUri}/.probe/`;
  const uri = `${folder}${randomUUID()}`;
  await fileIo.write(uri, CONTENT);
  await fileIo.read(uri);
  await Array.fromAsync(fileIo.list(folder));
  await fileIo.delete(uri);
}

/** Whether the storage answers at all; one small request. */
export async function isReachable(fileIo: FileIo, warehouseUri: string): Promise<boolean> {
  try {
    await Array.fromAsync(fileIo.list(`${warehouseUri}/.probe/`));
    return true;
  } catch {
    return false;
  }
}
