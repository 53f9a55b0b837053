import "./type-parsers.ts";

export { type BackupManifest, type BackUpOptions, backUpDatabase, type RestoreOptions, restoreDatabase, verifyBackup } from "./copy/index.ts";
export { clientConfig, type ConnectionOptions, type Database, type DatabaseOptions, openDatabase, type Reader, type Writer } from "./database.ts";
export {
  type EmbeddedMode,
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
  type EmbeddedState,
  inspectEmbeddedPostgres,
  type PostgresExit,
  startEmbeddedPostgres,
} from "./embedded/index.ts";
export { type Migration, type MigrateOptions, type MigrationResult, migrate, pending, readMigrations } from "./migrate/index.ts";
export { connectOwner } from "./owner-client.ts";
export { isConnectionFailure, isRetryable, isUniqueViolation, isUnstorableText } from "./failures.ts";
export type { Listener } from "./listener.ts";
export { dumpSchema } from "./schema/index.ts";
export type { Scope } from "./scope.ts";
export type { DB } from "./tables.gen.ts";
