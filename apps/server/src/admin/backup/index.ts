export { backUpInstallation, type BackUpResult } from "./back-up-installation.ts";
export { isInstalled, secretsDirectory } from "./places.ts";
export { findMissingNow, type MissingFiles } from "./registered-files.ts";
export { beginWhenEmpty, holdsData, requireFitting, restoreInstallation } from "./restore-installation.ts";
export { verifyInstallationBackup } from "./verify-backup.ts";
