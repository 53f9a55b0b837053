import { isAppError } from "@granary/kernel";
import { type CheckStep, problem } from "@granary/protocol";

interface MysqlError extends Error {
  readonly code?: string;
  readonly sqlState?: string;
}

interface Reading {
  readonly step: CheckStep["name"];
  readonly reason: string;
}

const KNOWN: Readonly<Record<string, Reading>> = {
  ER_ACCESS_DENIED_ERROR: { step: "credentials", reason: "the user name or the password is wrong, or the user may not sign in from here" },
  ER_ACCESS_DENIED_NO_PASSWORD_ERROR: { step: "credentials", reason: "the user name or the password is wrong" },
  ER_HOST_NOT_PRIVILEGED: { step: "credentials", reason: "it lets nobody in from here" },
  ER_BAD_DB_ERROR: { step: "database", reason: "there is no such database" },
  ER_DBACCESS_DENIED_ERROR: { step: "permission", reason: "the user may not use this database" },
  ER_TABLEACCESS_DENIED_ERROR: { step: "permission", reason: "the user may not do that with the table" },
  ER_COLUMNACCESS_DENIED_ERROR: { step: "permission", reason: "the user may not read all of these columns" },
  HANDSHAKE_NO_SSL_SUPPORT: { step: "encryption", reason: "it does not offer encrypted connections" },
  HANDSHAKE_SSL_ERROR: { step: "encryption", reason: "the encrypted connection failed; look at its certificate" },
};

const LOST = new Set([
  "PROTOCOL_CONNECTION_LOST",
  "ECONNRESET",
  "EPIPE",
  "ETIMEDOUT",
  "ER_SERVER_SHUTDOWN",
  "ER_CONNECTION_KILLED",
  "ER_QUERY_INTERRUPTED",
  "PROTOCOL_SEQUENCE_TIMEOUT",
]);
const TROUBLE = new Set([
  "ER_CON_COUNT_ERROR",
  "ER_TOO_MANY_USER_CONNECTIONS",
  "ER_USER_LIMIT_REACHED",
  "ER_LOCK_DEADLOCK",
  "ER_LOCK_WAIT_TIMEOUT",
  "ER_DISK_FULL",
  "ER_OUT_OF_RESOURCES",
]);
const TLS = /^(CERT_|ERR_TLS|ERR_SSL|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_)/;

/** What MySQL or the way to it said, as a problem. */
export function mysqlFault(error: unknown, host: string, stream: string): Error {
  if (isAppError(error)) return error;
  const { code = "", message, sqlState } = error as MysqlError;
  const known = TLS.test(code) ? KNOWN.HANDSHAKE_SSL_ERROR : KNOWN[code];
  if (known !== undefined) return problem("connection.refused", { reason: known.reason, stage: known.step }, { cause: error });
  if (code === "ER_NO_SUCH_TABLE" || code === "ER_BAD_TABLE_ERROR") return problem("connection.stream_not_found", { stream }, { cause: error });
  if (LOST.has(code) || code === "")
    return problem("connection.lost", { host, reason: "the server ended it, or the way to it broke", stage: "network" }, { cause: error });
  if (TROUBLE.has(code)) return problem("connection.lost", { host, reason: `it has trouble of its own (${code})`, sqlstate: sqlState }, { cause: error });
  if (!code.startsWith("ER_") && sqlState === undefined) return error as Error;
  return problem("connection.refused", { reason: `${message} (${code})`, sqlstate: sqlState }, { cause: error });
}
