import type { Id } from "@granary/kernel";
import { UPLOAD_PART_BYTES, type Upload } from "@granary/protocol";
import type { UploadRow } from "./store.ts";

export function presentUpload(row: UploadRow, sameAs: Upload["sameAs"]): Upload {
  return {
    id: row.id as Id<"upload">,
    fileName: row.file_name,
    bytes: row.bytes,
    offset: row.received,
    status: row.status,
    sha256: row.sha256,
    partBytes: UPLOAD_PART_BYTES,
    sameAs,
    expiresAt: row.expires_at?.toISOString() ?? null,
    createdAt: row.created_at.toISOString(),
  };
}
