import { isAppError } from "@granary/kernel";
import { type CheckStep, problem } from "@granary/protocol";

interface PgError extends Error {
  readonly code?: string;
}

const TLS = /SSL|TLS|certificate|self.signed|altnames/i;

interface Reading {
  readonly step: CheckStep["name"];
  readonly reason: string;
}

const isTls = ({ code = "", message }: PgError): boolean => code.startsWith("CERT_") || code.startsWith("ERR_TLS") || TLS.test(`${code} ${message}`);

function signInFault(fault: PgError): Reading | undefined {
  const { code = "", message } = fault;
  if (code === "28P01" || (code === "28000" && !/pg_hba/.test(message))) return { step: "credentials", reason: "the user name or the password is wrong" };
  if (code === "28000") return { step: "credentials", reason: "it lets this user not in from here (pg_hba.conf)" };
  if (code === "3D000") return { step: "database", reason: "there is no such database" };
  if (code === "42501") return { step: "permission", reason: "the user may not do that" };
  if (/SASL|password/i.test(message) && code === "") return { step: "credentials", reason: "it asks for a password, and none is set" };
  if (isTls(fault)) return { step: "encryption", reason: `the encrypted connection failed: ${message}` };
  return undefined;
}

const isLost = (code: string): boolean => code === "" || /^(08|57P|(ECONNRESET|EPIPE|ETIMEDOUT|ECONNABORTED|EHOSTUNREACH)$)/.test(code);
const SQLSTATE = /^[0-9A-Z]{5}$/;

/** What PostgreSQL or the way to it said, as a problem; details, which may quote rows, are left out. */
export function postgresFault(error: unknown, host: string, stream: string): Error {
  if (isAppError(error)) return error;
  const fault = error as PgError;
  const { code = "" } = fault;
  const known = signInFault(fault);
  if (known !== undefined) return problem("connection.refused", { reason: known.reason, stage: known.step }, { cause: error });
  if (code === "42P01" || code === "3F000") return problem("connection.stream_not_found", { stream }, { cause: error });
  if (isLost(code)) return problem("connection.lost", { host, reason: "the server ended it, or the way to it broke", stage: "network" }, { cause: error });
  if (!SQLSTATE.test(code)) return fault;
  if (/^(53|40|55)/.test(code)) return problem("connection.lost", { host, reason: `it has trouble of its own (${code})`, sqlstate: code }, { cause: error });
  return problem("connection.refused", { reason: `${fault.message} (${code})`, sqlstate: code }, { cause: error });
}
