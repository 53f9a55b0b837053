import type { Catalog, LakeTransaction } from "./catalog/index.ts";
import { type FileIo, isReachable, probeStorage } from "./file-io/index.ts";

/** What an installation asks of its storage when it starts and while it runs. */
export interface StorageState {
  /** Stores, reads, lists and deletes a small file, all that a storage must allow. Throws `storage.refused`, `storage.unavailable` and others. */
  probeStorage(): Promise<void>;
  /** Whether the storage answers at all. */
  isStorageReachable(): Promise<boolean>;
  /** Whether there is no table yet, of any workspace the handle sees. */
  isEmpty(tx: LakeTransaction): Promise<boolean>;
}

interface Parts {
  readonly fileIo: FileIo;
  readonly warehouseUri: string;
  readonly catalog: Catalog;
}

export function storageState({ fileIo, warehouseUri, catalog }: Parts): StorageState {
  return {
    probeStorage: () => probeStorage(fileIo, warehouseUri),
    isStorageReachable: () => isReachable(fileIo, warehouseUri),
    isEmpty: (tx) => catalog.isEmpty(tx),
  };
}
