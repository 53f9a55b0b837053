export { lockMigrations } from "./lock-migrations.ts";
export { type MigrateOptions, type MigrationResult, migrate, pending } from "./migrate.ts";
export { MIGRATIONS_DIRECTORY, type Migration, readMigrations } from "./migration-files.ts";
