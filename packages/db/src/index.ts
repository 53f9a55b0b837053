export { clientConfig, type ConnectionOptions, type Database, type DatabaseOptions, openDatabase, type Reader, type Writer } from "./database.ts";
export { isConnectionFailure, isRetryable, isUniqueViolation } from "./failures.ts";
export type { Listener } from "./listener.ts";
export type { Scope } from "./scope.ts";
export type { DB } from "./tables.gen.ts";
