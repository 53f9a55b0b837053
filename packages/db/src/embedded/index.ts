export { type EmbeddedState, inspectEmbeddedPostgres } from "./inspect-embedded-postgres.ts";
export type { EmbeddedMode } from "./settings.ts";
export { type EmbeddedPostgres, type EmbeddedPostgresOptions, startEmbeddedPostgres } from "./start-embedded-postgres.ts";
export type { ExitListener, PostgresExit } from "./supervise.ts";
