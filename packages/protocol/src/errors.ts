import { AppError, type AppErrorOptions } from "@granary/kernel";

/**
 * What a caller may do about an error: nothing will help (`never`), read again and decide (`reread`),
 * or send the same request later (`later`).
 */
export type RetryHint = "never" | "reread" | "later";

interface ErrorSpec {
  readonly status: number;
  readonly retry: RetryHint;
  /** Shown to people. `{name}` is replaced by the parameter of that name. */
  readonly message: string;
}

/** Every error the platform answers with. Documented in docs/errors.md; a test compares both ways. */
export const ERRORS = {
  "request.invalid": { status: 400, retry: "never", message: "The request is not valid. Correct what is listed and send it again." },
  "request.malformed": { status: 400, retry: "never", message: "The body could not be read as {expected}." },
  "request.too_large": { status: 413, retry: "never", message: "The body is larger than {limit}. Send less, or upload the data as a file." },
  "request.unsupported_media": { status: 415, retry: "never", message: "This address accepts {expected}." },
  "request.header_too_large": { status: 431, retry: "never", message: "The request's headers are too large." },
  "request.timeout": { status: 408, retry: "later", message: "The request took too long to arrive." },
  "request.rate_limited": { status: 429, retry: "later", message: "Too many requests. Try again in {seconds} s." },
  "request.idempotency_mismatch": { status: 422, retry: "never", message: "This Idempotency-Key was used before with a different request. Use a new key." },
  "request.idempotency_in_progress": { status: 409, retry: "later", message: "The first request with this Idempotency-Key is still running." },
  "request.precondition_required": { status: 428, retry: "reread", message: "Send If-Match with the version you read, so that nobody's edit is lost." },
  "route.not_found": { status: 404, retry: "never", message: "There is nothing at this address." },
  "route.method_not_allowed": { status: 405, retry: "never", message: "This address does not answer {method}." },
  "auth.required": { status: 401, retry: "never", message: "Sign in first." },
  "auth.origin_refused": { status: 403, retry: "never", message: "The request came from another site and was refused." },
  "access.denied": { status: 403, retry: "never", message: "You need the permission {permission} for this. Ask an administrator of the workspace." },
  "workspace.not_found": { status: 404, retry: "never", message: "There is no such workspace, or you are not a member of it." },
  "workspace.slug_taken": { status: 409, retry: "never", message: "The address {slug} is taken by another workspace. Choose another." },
  "edit.conflict": { status: 409, retry: "reread", message: "Somebody else changed this since you read it. Look at both versions and save again." },
  "engine.crashed": { status: 500, retry: "later", message: "The data engine stopped unexpectedly while working on this ({reason}). The platform keeps running; try again, and tell an administrator if the same data does it twice." },
  "engine.out_of_memory": { status: 503, retry: "never", message: "This needs more memory than the data engine may use ({limit}). Read fewer columns or rows, or ask an administrator to raise the limit." },
  "engine.deadline": { status: 504, retry: "never", message: "The data engine did not finish within {seconds} s and was stopped. Read fewer columns or rows." },
  "engine.busy": { status: 503, retry: "later", message: "The data engine is busy with other work. Try again in a moment." },
  "engine.cancelled": { status: 409, retry: "never", message: "The work was cancelled. Nothing was changed." },
  "engine.statement_failed": { status: 500, retry: "never", message: "The data engine could not carry out this step." },
  "engine.statement_invalid": { status: 422, retry: "never", message: "The expression cannot be used: {reason}." },
  "storage.full": { status: 507, retry: "later", message: "There is no space left to store this. Nothing was changed; free some space and try again." },
  "storage.failed": { status: 500, retry: "later", message: "The stored file {name} could not be {operation}. Nothing was changed." },
  "storage.missing": { status: 500, retry: "never", message: "The stored file {name} is missing. Restore it from a backup." },
  "storage.corrupt": { status: 500, retry: "never", message: "The stored file {name} is damaged: {reason}. Restore it from a backup; nothing was read from it." },
  "csv.empty": { status: 422, retry: "never", message: "The file is empty. Choose a file with at least a header line." },
  "csv.not_text": { status: 422, retry: "never", message: "The file is not a text file: {reason}. Export the data as CSV in UTF-8 and upload that." },
  "csv.not_utf8": { status: 422, retry: "never", message: "The file is not valid UTF-8 (first fault at byte {offset}, line {line}). Save it as UTF-8 and upload it again." },
  "csv.too_many_columns": { status: 422, retry: "never", message: "The first line has {columns} columns, more than the {limit} a dataset may have. Check the delimiter." },
  "csv.unclosed_quote": { status: 422, retry: "never", message: "A quote opened on line {line} is never closed, so the rest of the file cannot be read. Correct that line." },
  "csv.unbalanced": { status: 422, retry: "never", message: "The file has {scanned} records, but only {loaded} could be read and {rejected} set aside. Nothing was loaded; check the quotes and line ends." },
  "lake.name_invalid": { status: 400, retry: "never", message: "{name} cannot be the name of a stored table: use lower-case letters, digits and underscores." },
  "lake.table_exists": { status: 409, retry: "reread", message: "There is already a stored table of this name." },
  "lake.table_not_found": { status: 404, retry: "never", message: "There is no stored data under this name." },
  "lake.snapshot_not_found": { status: 404, retry: "never", message: "This version is not kept any more." },
  "lake.commit_conflict": { status: 409, retry: "reread", message: "Somebody else published to this dataset at the same moment. Nothing was lost; look at the new version and try again." },
  "lake.columns_mismatch": { status: 422, retry: "never", message: "The file's columns do not fit the dataset: {reason}." },
  "lake.values_mismatch": { status: 422, retry: "never", message: "Some values do not fit the dataset's column types." },
  "lake.unsupported": { status: 422, retry: "never", message: "This stored table cannot be read or written here: {reason}." },
  "lake.plan_invalid": { status: 500, retry: "never", message: "The read was refused because its plan does not fit the table: {reason}." },
  "lake.cursor_invalid": { status: 400, retry: "never", message: "The page cursor is not valid. Start again from the first page." },
  "database.unavailable": { status: 503, retry: "later", message: "The database cannot be reached right now. Nothing was changed; try again in a moment." },
  "database.locked": { status: 503, retry: "later", message: "The data directory {directory} is in use by process {pid} ({command}). Stop that program first, or set GRANARY_DATA to another directory." },
  "database.unsupported_platform": { status: 500, retry: "never", message: "There is no built-in PostgreSQL for {platform}, or its package is not installed. Set DATABASE_URL to a PostgreSQL 18 server." },
  "database.no_account": { status: 500, retry: "never", message: "The built-in PostgreSQL cannot run as user id {uid}, which has no name on this system. Run as a named user, or set DATABASE_URL to a PostgreSQL 18 server." },
  "database.socket_directory_taken": { status: 500, retry: "never", message: "{directory} belongs to somebody else. Remove it, or set GRANARY_DATA to a directory with a shorter path." },
  "database.not_a_cluster": { status: 500, retry: "never", message: "{directory} holds files but no database. Move them away, or set GRANARY_DATA to another directory." },
  "database.other_major_version": { status: 500, retry: "never", message: "The database in {directory} was made by PostgreSQL {found}; this program brings {expected}. Back it up with the program version that made it, and restore the backup with this one." },
  "database.start_failed": { status: 500, retry: "later", message: "The built-in PostgreSQL did not start. {detail}" },
  "database.newer": { status: 500, retry: "never", message: "The database is at migration {found}, this program knows migrations up to {known}. Start the newer program version again." },
  "database.migration_invalid": { status: 500, retry: "never", message: "The migration {migration} cannot be used: {detail}." },
  "database.migration_changed": { status: 500, retry: "never", message: "The migration {migration} was applied with another text than the one in this program. Put the applied text back and write a new migration." },
  "database.migration_failed": { status: 500, retry: "never", message: "The migration {migration} failed and was undone: {detail}" },
  "backup.damaged": { status: 500, retry: "never", message: "The backup in {directory} cannot be used: {detail}." },
  "backup.other_schema": { status: 500, retry: "never", message: "The backup was made at migration {found}, the database is at {expected}. Restore with the program version that made it, then upgrade." },
  "backup.target_not_empty": { status: 409, retry: "never", message: "The database already holds rows in {table}. Restore into an empty one." },
  "backup.directory_not_empty": { status: 409, retry: "never", message: "{directory} is not empty. Choose a new directory for the backup." },
  "server.stopping": { status: 503, retry: "later", message: "The server is stopping. Try again in a moment." },
  internal: { status: 500, retry: "later", message: "Something went wrong on our side. The request id helps an administrator find out why." },
} as const satisfies Record<string, ErrorSpec>;

export type ErrorCode = keyof typeof ERRORS;

export function errorSpec(code: string): ErrorSpec {
  return code in ERRORS ? ERRORS[code as ErrorCode] : ERRORS.internal;
}

/** Builds the error to throw for a catalogue entry; parameters fill the message's placeholders. */
export function problem(code: ErrorCode, params: Readonly<Record<string, unknown>> = {}, options: Omit<AppErrorOptions, "params"> = {}): AppError {
  const message = ERRORS[code].message.replace(/\{(\w+)\}/g, (_, name: string) => String(params[name] ?? ""));
  return new AppError(code, message, { ...options, params });
}
