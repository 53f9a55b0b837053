export { type BackUpOptions, backUpDatabase } from "./back-up-database.ts";
export { type BackupManifest, verifyBackup } from "./manifest.ts";
export { type RestoreOptions, restoreDatabase } from "./restore-database.ts";
