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

/** Every error the platform answers with. Documented in docs/reference/errors.md; generated from here. */
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
  "auth.required": { status: 401, retry: "never", message: "Sign in first." },
  "auth.origin_refused": { status: 403, retry: "never", message: "The request came from another site and was refused." },
  "auth.credentials_wrong": { status: 401, retry: "never", message: "E-mail or password is wrong." },
  "auth.locked": { status: 429, retry: "later", message: "Too many wrong attempts. Try again in {seconds} s, or ask an administrator to unlock the account." },
  "auth.email_unverified": { status: 403, retry: "never", message: "Confirm your e-mail address first: open the link we sent you, or ask for a new one." },
  "auth.session_required": { status: 403, retry: "never", message: "This needs a person who is signed in; an API key cannot do it." },
  "auth.second_factor_required": { status: 401, retry: "never", message: "Finish signing in with the code of your authenticator, or a backup code." },
  "auth.second_factor_enrolment_required": { status: 403, retry: "never", message: "Your role needs a second factor. Set one up first." },
  "auth.password_change_required": { status: 403, retry: "never", message: "Choose a new password first." },
  "auth.second_factor_already_on": { status: 409, retry: "never", message: "A second factor is already set up. Remove it before you set up another." },
  "auth.second_factor_off": { status: 409, retry: "never", message: "No second factor is set up." },
  "auth.second_factor_not_started": { status: 409, retry: "never", message: "There is nothing to confirm. Start setting up the second factor again." },
  "auth.second_factor_demanded": { status: 409, retry: "never", message: "One of your roles needs the second factor, so it cannot be removed." },
  "auth.code_wrong": { status: 401, retry: "never", message: "The code is wrong or was used already. Wait for the next one and try again." },
  "auth.password_wrong": { status: 403, retry: "never", message: "Your current password is wrong." },
  "auth.password_refused": { status: 422, retry: "never", message: "The password is too easy to guess. {reason}" },
  "auth.token_invalid": {
    status: 400,
    retry: "never",
    message: "This link does not work any more: it was used, has expired or was replaced. Ask for a new one.",
  },
  "auth.refresh_invalid": { status: 401, retry: "never", message: "The refresh token is unknown or has expired. Sign in again." },
  "auth.refresh_reused": { status: 401, retry: "never", message: "The refresh token was used before, so its session was ended for safety. Sign in again." },
  "auth.session_not_found": { status: 404, retry: "never", message: "You have no such session." },
  "auth.setup_closed": { status: 409, retry: "never", message: "The installation already has its first administrator. Sign in instead." },
  "auth.sign_up_closed": { status: 403, retry: "never", message: "Nobody can create an account here. Ask an administrator for one." },
  "auth.invitation_required": { status: 403, retry: "never", message: "You need an invitation to create an account here. Ask an administrator for one." },
  "auth.invitation_other_address": { status: 403, retry: "never", message: "The invitation was sent to another e-mail address. Use that one." },
  "auth.account_exists": { status: 409, retry: "never", message: "There is already an account with the invited address. Sign in, then accept the invitation." },
  "auth.device_pending": { status: 400, retry: "later", message: "The device is not approved yet. Ask again in {seconds} s." },
  "auth.device_slow_down": { status: 400, retry: "later", message: "You ask too often. Wait {seconds} s between attempts." },
  "auth.device_denied": { status: 400, retry: "never", message: "The request of the device was refused." },
  "auth.device_expired": { status: 400, retry: "never", message: "The code of the device has expired or was used. Start again." },
  "auth.device_not_found": { status: 404, retry: "never", message: "No device waits under this code. Check it, or start again on the device." },
  "account.inactive": { status: 403, retry: "never", message: "Your account is inactive. Ask an administrator to activate it." },
  "account.unknown": { status: 404, retry: "never", message: "No account has the address {email}." },
  "user.not_found": { status: 404, retry: "never", message: "There is no such person in this workspace." },
  "user.email_taken": {
    status: 409,
    retry: "never",
    message: "There is already an account with the address {email}. Invite the person instead, or choose another address.",
  },
  "user.protected": { status: 409, retry: "never", message: "The first administrator cannot be deactivated, removed or demoted." },
  "user.self": { status: 409, retry: "never", message: "You cannot do this to yourself. Ask another administrator." },
  "user.account_elsewhere": {
    status: 409,
    retry: "never",
    message: "This account belongs to another workspace, whose administrators may change it. Here you may change roles and membership.",
  },
  "user.above_you": { status: 403, retry: "never", message: "{name} holds permissions you do not have, so you cannot do this. Ask an administrator." },
  "user.inactive": { status: 409, retry: "never", message: "{name} is deactivated. Activate the account first." },
  "workspace.last_admin": {
    status: 409,
    retry: "never",
    message: "The workspace would be left without an active administrator. Make somebody else an administrator first.",
  },
  "role.not_yours_to_give": {
    status: 403,
    retry: "never",
    message: "The role {role} gives permissions you do not have, so you cannot give or take it. Ask an administrator.",
  },
  "group.not_found": { status: 404, retry: "never", message: "There is no such group in this workspace." },
  "group.name_taken": { status: 409, retry: "never", message: "There is already a group called {name}. Choose another name." },
  "invitation.not_found": { status: 404, retry: "never", message: "There is no such invitation in this workspace." },
  "invitation.closed": { status: 409, retry: "never", message: "The invitation was already {status}." },
  "api_key.not_found": { status: 404, retry: "never", message: "There is no such API key." },
  "api_key.scope_exceeds": { status: 403, retry: "never", message: "A key cannot do more than you may: you do not have {permission}." },
  "mail.not_found": { status: 404, retry: "never", message: "There is no such mail." },
  "mail.unreachable": { status: 503, retry: "later", message: "The mail server cannot be reached: {reason}." },
  "mail.refused": { status: 502, retry: "never", message: "The mail server refused the mail: {reason}." },
  "access.denied": { status: 403, retry: "never", message: "You need the permission {permission} for this. Ask an administrator of the workspace." },
  "workspace.not_found": { status: 404, retry: "never", message: "There is no such workspace, or you are not a member of it." },
  "workspace.slug_taken": { status: 409, retry: "never", message: "The address {slug} is taken by another workspace. Choose another." },
  "edit.conflict": { status: 409, retry: "reread", message: "Somebody else changed this since you read it. Look at both versions and save again." },
  "engine.crashed": {
    status: 500,
    retry: "later",
    message:
      "The data engine stopped unexpectedly while working on this ({reason}). The platform keeps running; try again, and tell an administrator if the same data does it twice.",
  },
  "engine.out_of_memory": {
    status: 503,
    retry: "never",
    message: "This needs more memory than the data engine may use ({limit}). Read fewer columns or rows, or ask an administrator to raise the limit.",
  },
  "engine.deadline": { status: 504, retry: "never", message: "The data engine did not finish within {seconds} s and was stopped. Read fewer columns or rows." },
  "engine.busy": { status: 503, retry: "later", message: "The data engine is busy with other work. Try again in a moment." },
  "engine.cancelled": { status: 409, retry: "never", message: "The work was cancelled. Nothing was changed." },
  "engine.statement_failed": { status: 500, retry: "never", message: "The data engine could not carry out this step." },
  "engine.statement_invalid": { status: 422, retry: "never", message: "The expression cannot be used: {reason}." },
  "sql.empty": { status: 422, retry: "never", message: "There is no query. Write one, such as SELECT * FROM a table." },
  "sql.too_long": { status: 422, retry: "never", message: "The query is longer than {limit} characters." },
  "sql.too_complex": { status: 422, retry: "never", message: "The query is nested too deeply or too large. Split it into simpler parts." },
  "sql.syntax": { status: 422, retry: "never", message: "The query cannot be understood at line {line}, column {column}: {detail}." },
  "sql.statement_not_allowed": {
    status: 422,
    retry: "never",
    message: "{what} is not allowed here. Write one query that reads: SELECT, WITH, FROM or VALUES.",
  },
  "sql.too_many_statements": { status: 422, retry: "never", message: "There are {count} statements. Write one query and run it alone." },
  "sql.unknown_table": { status: 422, retry: "never", message: "There is no table {name} here (line {line}, column {column}).{hint}" },
  "sql.unknown_column": { status: 422, retry: "never", message: "There is no column {name}{place}.{hint}" },
  "sql.unknown_function": { status: 422, retry: "never", message: "There is no function {name} (line {line}, column {column}).{hint}" },
  "sql.function_not_allowed": { status: 422, retry: "never", message: "The function {name} is not allowed here (line {line}, column {column})." },
  "sql.argument_too_large": { status: 422, retry: "never", message: "{name} may be asked for at most {limit} (line {line}, column {column})." },
  "sql.parameters_wrong": { status: 422, retry: "never", message: "The parameters do not fit the query: {reason}." },
  "sql.invalid": { status: 422, retry: "never", message: "The query cannot be run: {reason}." },
  "sql.value_invalid": { status: 422, retry: "never", message: "The query stopped at a value: {reason}." },
  "sql.cell_too_large": {
    status: 422,
    retry: "never",
    message: "A value of the column {name} is larger than {limit}. Shorten it in the query, for example with left().",
  },
  "sql.result_too_large": { status: 422, retry: "never", message: "The result is too large to be sent. Read fewer columns or rows." },
  "storage.full": { status: 507, retry: "later", message: "There is no space left to store this. Nothing was changed; free some space and try again." },
  "storage.failed": { status: 500, retry: "later", message: "The stored file {name} could not be {operation}: {reason}. Nothing was changed." },
  "storage.unavailable": {
    status: 503,
    retry: "later",
    message: "The storage does not answer: the file {name} could not be {operation} ({reason}). Nothing was changed; try again in a while.",
  },
  "storage.refused": {
    status: 500,
    retry: "later",
    message: "The storage refused: the file {name} could not be {operation} ({reason}). An administrator must check bucket, region, keys and permissions.",
  },
  "storage.unsupported": { status: 500, retry: "never", message: "Tables cannot be stored at {uri}. Use file:///directory or s3://bucket/prefix." },
  "storage.cache_unusable": { status: 500, retry: "never", message: "The cache directory {directory} cannot be used: {reason}. Name another one." },
  "storage.missing": { status: 500, retry: "never", message: "The stored file {name} is missing. Restore it from a backup." },
  "storage.corrupt": {
    status: 500,
    retry: "never",
    message: "The stored file {name} is damaged: {reason}. Restore it from a backup; nothing was read from it.",
  },
  "file.empty": { status: 422, retry: "never", message: "The file is empty. Choose a file with at least a header line." },
  "file.binary": {
    status: 422,
    retry: "never",
    message: "The file is neither text nor of a known kind: {reason}. Export the data as CSV, JSON, Excel (.xlsx), XML or Parquet and upload that.",
  },
  "file.kind_unsupported": { status: 422, retry: "never", message: "The file cannot be read as a table: {what}. {advice}" },
  "file.encoding_invalid": {
    status: 422,
    retry: "never",
    message: "The file is not valid {encoding} (first fault at byte {offset}, line {line}). Choose its real encoding, or save it as UTF-8 and upload it again.",
  },
  "file.truncated": {
    status: 422,
    retry: "never",
    message: "The {what} ends before its end: it was cut off. Fetch or export it again and upload the whole file.",
  },
  "file.damaged": { status: 422, retry: "never", message: "The {what} is damaged: {reason}. Fetch or export it again and upload that." },
  "file.bomb": { status: 422, retry: "never", message: "{name} unpacks to more than {limit}, so it was not unpacked. Upload the data in smaller parts." },
  "file.member_required": {
    status: 422,
    retry: "never",
    message: "The archive holds {count} files. Choose one of those that are listed, or upload them one by one.",
  },
  "file.member_unknown": { status: 422, retry: "never", message: "The archive holds no file called {name}. Choose one of those that are listed." },
  "file.encrypted": { status: 422, retry: "never", message: "{name} is protected by a password. Save it without one and upload it again." },
  "file.malformed": { status: 422, retry: "never", message: "The file is not valid {format} (line {line}): {reason}. Correct that place and upload it again." },
  "file.sheet_unknown": { status: 422, retry: "never", message: "The workbook has no sheet called {name}. Choose one of: {sheets}." },
  "file.rows_not_found": { status: 422, retry: "never", message: "No rows were found: {reason}." },
  "file.too_many_columns": {
    status: 422,
    retry: "never",
    message: "The file has {columns} columns, more than the {limit} a dataset may have. Check the delimiter, or leave columns out.",
  },
  "file.too_many_rejected": {
    status: 422,
    retry: "never",
    message:
      "The import was stopped after {count} rows that do not fit, the first on line {line}: {reason}. Nothing was loaded; correct the file or the settings, or raise the limit.",
  },
  "file.option_invalid": { status: 422, retry: "never", message: "The setting {option} cannot be used: {reason}." },
  "file.unbalanced": {
    status: 422,
    retry: "never",
    message:
      "The file has {records} records, but {loaded} could be read and {rejected} set aside. Nothing was loaded; tell an administrator which file it was.",
  },
  "csv.empty": { status: 422, retry: "never", message: "The file is empty. Choose a file with at least a header line." },
  "csv.not_text": { status: 422, retry: "never", message: "The file is not a text file: {reason}. Export the data as CSV in UTF-8 and upload that." },
  "csv.not_utf8": {
    status: 422,
    retry: "never",
    message: "The file is not valid UTF-8 (first fault at byte {offset}, line {line}). Save it as UTF-8 and upload it again.",
  },
  "csv.too_many_columns": {
    status: 422,
    retry: "never",
    message: "The first line has {columns} columns, more than the {limit} a dataset may have. Check the delimiter.",
  },
  "csv.unclosed_quote": {
    status: 422,
    retry: "never",
    message: "A quote opened on line {line} is never closed, so the rest of the file cannot be read. Correct that line.",
  },
  "csv.unbalanced": {
    status: 422,
    retry: "never",
    message: "The file has {scanned} records, but only {loaded} could be read and {rejected} set aside. Nothing was loaded; check the quotes and line ends.",
  },
  "lake.name_invalid": { status: 400, retry: "never", message: "{name} cannot be the name of a stored table: use lower-case letters, digits and underscores." },
  "lake.table_exists": { status: 409, retry: "reread", message: "There is already a stored table of this name." },
  "lake.table_not_found": { status: 404, retry: "never", message: "There is no stored data under this name." },
  "lake.ref_not_found": { status: 404, retry: "never", message: "There is no branch or tag named {name}." },
  "lake.ref_exists": { status: 409, retry: "reread", message: "There is already a branch or tag named {name}." },
  "lake.ref_invalid": { status: 422, retry: "never", message: "This branch or tag cannot be set: {reason}." },
  "lake.not_fast_forward": {
    status: 409,
    retry: "reread",
    message: "The branch {name} has moved on since the other one left it. Apply the changes to it again instead.",
  },
  "lake.schema_change_invalid": { status: 422, retry: "never", message: "The columns cannot be changed like this: {reason}." },
  "lake.layout_invalid": { status: 422, retry: "never", message: "The table cannot be partitioned or sorted like this: {reason}." },
  "lake.property_invalid": { status: 422, retry: "never", message: "{name} cannot be set as a property of a table." },
  "lake.snapshot_not_found": { status: 404, retry: "never", message: "This version is not kept any more." },
  "lake.commit_conflict": {
    status: 409,
    retry: "reread",
    message: "Somebody else published to this dataset at the same moment. Nothing was lost; look at the new version and try again.",
  },
  "lake.already_published": { status: 409, retry: "never", message: "This import was published before. Its rows are in the dataset once." },
  "lake.columns_mismatch": { status: 422, retry: "never", message: "The file's columns do not fit the dataset: {reason}." },
  "lake.duplicate_keys": { status: 422, retry: "never", message: "{count} keys occur more than once. Keys have to identify rows." },
  "lake.null_keys": { status: 422, retry: "never", message: "{count} rows have no value in a key column. Keys have to identify rows." },
  "lake.keys_missing": { status: 422, retry: "never", message: "Rows cannot be matched: {reason}." },
  "lake.too_many_partitions": {
    status: 422,
    retry: "never",
    message: "The rows belong into more than {limit} partitions. Partition the dataset by something coarser.",
  },
  "lake.values_mismatch": { status: 422, retry: "never", message: "Some values do not fit the dataset's column types." },
  "lake.unsupported": { status: 422, retry: "never", message: "This stored table cannot be read or written here: {reason}." },
  "lake.plan_invalid": { status: 500, retry: "never", message: "The read was refused because its plan does not fit the table: {reason}." },
  "lake.read_invalid": { status: 422, retry: "never", message: "These rows cannot be read: {reason}." },
  "lake.diff_invalid": { status: 422, retry: "never", message: "These rows cannot be compared: {reason}." },
  "lake.cursor_invalid": { status: 400, retry: "never", message: "The page cursor is not valid. Start again from the first page." },
  "dataset.not_found": { status: 404, retry: "never", message: "There is no such dataset, or it is not shared with you." },
  "dataset.name_taken": { status: 409, retry: "never", message: "A dataset named {name} exists already. Choose another name." },
  "dataset.not_ready": { status: 409, retry: "later", message: "The dataset has no data yet: its first import is still running or has failed." },
  "dataset.version_not_found": { status: 404, retry: "never", message: "The dataset has no version {version}." },
  "upload.empty": { status: 400, retry: "never", message: "The file is empty. Choose a file with at least a header line." },
  "upload.missing_file": { status: 400, retry: "never", message: "Send the file as the last part of the form, named `file`." },
  "database.unavailable": { status: 503, retry: "later", message: "The database cannot be reached right now. Nothing was changed; try again in a moment." },
  "database.locked": {
    status: 503,
    retry: "later",
    message: "The data directory {directory} is in use by process {pid} ({command}). Stop that program first, or set GRANARY_DATA to another directory.",
  },
  "database.unsupported_platform": {
    status: 500,
    retry: "never",
    message: "There is no built-in PostgreSQL for {platform}, or its package is not installed. Set DATABASE_URL to a PostgreSQL 18 server.",
  },
  "database.no_account": {
    status: 500,
    retry: "never",
    message:
      "The built-in PostgreSQL cannot run as user id {uid}, which has no name on this system. Run as a named user, or set DATABASE_URL to a PostgreSQL 18 server.",
  },
  "database.directory_unreachable": {
    status: 500,
    retry: "never",
    message:
      "PostgreSQL has to run as the user {user} here, who cannot enter {directory}. Set GRANARY_DATA to a directory below /var/lib, or set DATABASE_URL.",
  },
  "database.socket_directory_taken": {
    status: 500,
    retry: "never",
    message: "{directory} belongs to somebody else. Remove it, or set GRANARY_DATA to a directory with a shorter path.",
  },
  "database.not_a_cluster": {
    status: 500,
    retry: "never",
    message: "{directory} holds files but no database. Move them away, or set GRANARY_DATA to another directory.",
  },
  "database.other_major_version": {
    status: 500,
    retry: "never",
    message:
      "The database in {directory} was made by PostgreSQL {found}; this program brings {expected}. Back it up with the program version that made it, and restore the backup with this one.",
  },
  "database.start_failed": { status: 500, retry: "later", message: "The built-in PostgreSQL did not start. {detail}" },
  "database.newer": {
    status: 500,
    retry: "never",
    message: "The database is at migration {found}, this program knows migrations up to {known}. Start the newer program version again.",
  },
  "database.migration_invalid": { status: 500, retry: "never", message: "The migration {migration} cannot be used: {detail}." },
  "database.migration_changed": {
    status: 500,
    retry: "never",
    message: "The migration {migration} was applied with another text than the one in this program. Put the applied text back and write a new migration.",
  },
  "database.migration_failed": { status: 500, retry: "never", message: "The migration {migration} failed and was undone: {detail}" },
  "backup.damaged": { status: 500, retry: "never", message: "The backup in {directory} cannot be used: {detail}." },
  "backup.other_schema": {
    status: 500,
    retry: "never",
    message: "The backup was made at migration {found}, the database is at {expected}. Restore with the program version that made it, then upgrade.",
  },
  "backup.hidden_rows": {
    status: 500,
    retry: "never",
    message: "Row-level security would leave rows of {table} out of the backup. Give granary_system a policy that sees them, or back up as a superuser.",
  },
  "backup.target_not_empty": { status: 409, retry: "never", message: "The database already holds rows in {table}. Restore into an empty one." },
  "backup.directory_not_empty": { status: 409, retry: "never", message: "{directory} is not empty. Choose a new directory for the backup." },
  "backup.inside_data": { status: 409, retry: "never", message: "{directory} lies inside {data}, which the backup copies. Choose a directory elsewhere." },
  "installation.absent": {
    status: 404,
    retry: "never",
    message: "There is no installation in {directory}. Set GRANARY_DATA, or DATABASE_URL, to the one you mean.",
  },
  "installation.in_use": {
    status: 409,
    retry: "later",
    message: "The database is in use by {sessions}. Stop every server and worker of this installation first.",
  },
  "restore.data_exists": {
    status: 409,
    retry: "never",
    message: "The installation in {directory} holds data. Add --replace to replace it; a backup of it is taken first.",
  },
  "restore.not_confirmed": {
    status: 409,
    retry: "never",
    message: "Nothing was changed, because it was not confirmed. Confirm it on a terminal, or add --yes.",
  },
  "restore.other_place": {
    status: 409,
    retry: "never",
    message:
      "The tables of the backup name their files below {storage}. Set GRANARY_STORAGE to {storage} for this restore and from then on, so that they are found there.",
  },
  "restore.other_storage": {
    status: 409,
    retry: "never",
    message: "The backup holds the files of its tables, but GRANARY_STORAGE names {storage}. Unset it to restore the files onto this machine.",
  },
  "job.not_found": { status: 404, retry: "never", message: "There is no such job, or it belongs to another workspace." },
  "job.ended": { status: 409, retry: "reread", message: "The job has already {state}. There is nothing to cancel." },
  "job.not_ended": { status: 409, retry: "reread", message: "The job is {state}. Only a failed or cancelled job can be tried again." },
  "job.already_queued": { status: 409, retry: "reread", message: "The same work is already waiting or running as another job." },
  "job.cancelled": { status: 409, retry: "never", message: "The job was cancelled." },
  "job.deadline": { status: 504, retry: "later", message: "The job did not finish within {seconds} s and was stopped." },
  "job.lease_lost": { status: 409, retry: "later", message: "Another worker has taken over this job. Nothing was changed by this one." },
  "job.worker_lost": {
    status: 500,
    retry: "later",
    message: "The process that ran this job ended {attempts} times before the job was done. Tell an administrator; trying again may do the same.",
  },
  "job.handler_mismatch": { status: 500, retry: "never", message: "The jobs and their handlers do not fit: {detail}." },
  "job.schedule_invalid": { status: 422, retry: "never", message: "The schedule {cron} in {timeZone} cannot be used: {reason}." },
  "realtime.topic_unknown": { status: 404, retry: "never", message: "There is nothing to follow by this name." },
  "realtime.too_many_topics": { status: 409, retry: "never", message: "One connection follows at most {limit} topics. Stop following some first." },
  "realtime.message_invalid": { status: 400, retry: "never", message: "The message could not be read." },
  "server.stopping": { status: 503, retry: "later", message: "The server is stopping. Try again in a moment." },
  internal: { status: 500, retry: "later", message: "Something went wrong on our side. The request id helps an administrator find out why." },
} as const satisfies Record<string, ErrorSpec>;

export type ErrorCode = keyof typeof ERRORS;

export function errorSpec(code: string): ErrorSpec {
  return Object.hasOwn(ERRORS, code) ? ERRORS[code as ErrorCode] : ERRORS.internal;
}

/** Builds the error to throw for a catalogue entry; parameters fill the message's placeholders. */
export function problem(code: ErrorCode, params: Readonly<Record<string, unknown>> = {}, options: Omit<AppErrorOptions, "params"> = {}): AppError {
  const message = ERRORS[code].message.replace(/\{(\w+)\}/g, (_, name: string) => String(params[name] ?? ""));
  return new AppError(code, message, { ...options, params });
}
