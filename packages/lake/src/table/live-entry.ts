import type { ExpectedFile } from "../file-io/index.ts";
import type { ContentFile, Long } from "../iceberg/index.ts";

/** A data or delete file that belongs to a snapshot, with what its manifest and our own records say of it. */
export interface LiveEntry {
  readonly file: ContentFile & ExpectedFile;
  /** Decides which delete files apply to which data files; that of the rows, not always that of the commit. */
  readonly sequenceNumber: Long;
  readonly fileSequenceNumber: Long;
  /** The snapshot that added it. */
  readonly snapshotId: Long;
}
