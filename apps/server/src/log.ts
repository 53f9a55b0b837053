import { mkdirSync, renameSync, statSync } from "node:fs";
import { join } from "node:path";
import { errorForLog } from "@granary/protocol";
import { type LevelWithSilent, pino, type Logger as PinoLogger } from "pino";
import { logContext } from "./log-context.ts";

const SECRET_NAMES = ["password", "newPassword", "currentPassword", "token", "accessToken", "refreshToken", "secret", "code"];
const SECRET_PATHS = [...SECRET_NAMES, ...SECRET_NAMES.map((name) => `*.${name}`), "headers.authorization", "headers.cookie", 'headers["x-api-key"]'];
const ROTATE_BYTES = 50_000_000;

/** How what is logged is written; see {@link errorForLog}. */
export const LOG_SERIALIZERS = { err: errorForLog } as const;

interface LogOptions {
  readonly level: LevelWithSilent;
  readonly name: string;
  /** A directory for `granary.log`; undefined logs to standard output. */
  readonly directory: string | undefined;
}

/** Keeps one older log beside a log that has grown large. */
function rotate(path: string): void {
  try {
    if (statSync(path).size > ROTATE_BYTES) renameSync(path, `${path}.1`);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
  }
}

function destination(directory: string | undefined) {
  if (directory === undefined) return pino.destination({ dest: 1, sync: true });
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const path = join(directory, "granary.log");
  rotate(path);
  return pino.destination({ dest: path, append: true, sync: true });
}

/** The program's logger: JSON lines with the request's or job's id on every one secrets redacted, and no values of tables. */
export function createLog(options: LogOptions): PinoLogger {
  return pino(
    {
      name: options.name,
      level: options.level,
      base: { pid: process.pid },
      mixin: () => ({ ...logContext.getStore() }),
      serializers: LOG_SERIALIZERS,
      redact: { paths: SECRET_PATHS, censor: "[redacted]" },
      timestamp: pino.stdTimeFunctions.isoTime,
    },
    destination(options.directory),
  );
}
