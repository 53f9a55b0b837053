import { join } from "node:path";
import { type BackupManifest, verifyBackup } from "@granary/db";
import { problem } from "@granary/protocol";
import { digestOf } from "./copy-file.ts";
import { listedFiles } from "./file-list.ts";
import { type InstallationManifest, readManifest } from "./manifest.ts";

async function requireDigest(backup: string, path: string, wanted: { readonly bytes: number; readonly sha256: string }): Promise<void> {
  const found = await digestOf(join(backup, path)).catch((cause: unknown) => {
    throw problem("backup.damaged", { directory: backup, detail: `${path} cannot be read` }, { cause });
  });
  if (found.bytes !== wanted.bytes || found.sha256 !== wanted.sha256) {
    throw problem("backup.damaged", { directory: backup, detail: `${path} is not as it was written` });
  }
}

export interface VerifiedBackup {
  readonly manifest: InstallationManifest;
  readonly database: BackupManifest;
}

/** Reads a whole backup and compares every file with its checksum, before anything else is touched. Throws `backup.damaged`. */
export async function verifyInstallationBackup(backup: string): Promise<VerifiedBackup> {
  const manifest = await readManifest(backup);
  await requireDigest(backup, "files.jsonl", manifest.files.list);
  for await (const file of listedFiles(backup)) {
    if (file.path.split("/").includes("..")) throw problem("backup.damaged", { directory: backup, detail: `it names the file ${JSON.stringify(file.path)}` });
    await requireDigest(backup, join("files", file.path), file);
  }
  return { manifest, database: await verifyBackup(join(backup, "database")) };
}
