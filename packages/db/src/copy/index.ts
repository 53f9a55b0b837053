export { type BackUpOptions, backUpDatabase } from "./back-up-database.ts";
export { type BackupManifest, type TableCopy, verifyBackup } from "./manifest.ts";
export { type RestoreOptions, restoreDatabase } from "./restore-database.ts";
