import type { RouteId } from "@granary/protocol";
import type { RouteEntry } from "./route-entry.ts";
import { ROUTE_TABLE } from "./routes.gen.ts";

/** The header that names the workspace a request is about, by id or slug. */
export const WORKSPACE_HEADER = "granary-workspace";

/** The parts of a call that decide its address and headers. */
export interface CallParts {
  readonly params?: unknown;
  readonly query?: unknown;
  readonly body?: unknown;
  /** The `version` of the object as it was read; sent as If-Match. */
  readonly version?: number | undefined;
  /** Makes a repeated POST answer what the first one did. Chosen at random when absent. */
  readonly idempotencyKey?: string | undefined;
}

/** Where a request comes from: the same for every call of one client. */
export interface Sender {
  readonly baseUrl: string;
  readonly token: string | undefined;
  readonly workspace: string | undefined;
}

export function routeEntry(id: RouteId): RouteEntry {
  return ROUTE_TABLE[id];
}

function fillPath(path: string, params: unknown): string {
  const values = (params ?? {}) as Readonly<Record<string, unknown>>;
  return path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined || value === null || value === "") throw new TypeError(`the path ${path} needs the parameter ${name}`);
    return encodeURIComponent(String(value));
  });
}

function queryText(query: unknown): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries((query ?? {}) as Readonly<Record<string, unknown>>)) {
    for (const part of Array.isArray(value) ? value : [value]) {
      if (part !== undefined && part !== null) search.append(name, String(part));
    }
  }
  const text = search.toString();
  return text === "" ? "" : `?${text}`;
}

/** The absolute (or, with an empty base, root-relative) address of a call. */
export function addressOf(id: RouteId, parts: CallParts, baseUrl: string): string {
  return `${baseUrl}/api/v1${fillPath(routeEntry(id)[1], parts.params)}${queryText(parts.query)}`;
}

/** The headers of a call, without those of its body. */
export function headersOf(id: RouteId, parts: CallParts, sender: Sender): Record<string, string> {
  const headers: Record<string, string> = { accept: "application/json" };
  if (sender.token !== undefined) headers["authorization"] = `Bearer ${sender.token}`;
  if (sender.workspace !== undefined) headers[WORKSPACE_HEADER] = sender.workspace;
  if (parts.version !== undefined) headers["if-match"] = `"${parts.version}"`;
  if (routeEntry(id)[0] === "POST") headers["idempotency-key"] = parts.idempotencyKey ?? newKey();
  return headers;
}

/** crypto.randomUUID exists only on https and localhost; a server on a plain local address must work too. */
function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
