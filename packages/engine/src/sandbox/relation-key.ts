import type { TableVersion } from "./types.ts";

/** Names match as in the engine: without regard to the case of ASCII letters, even quoted ones. */
export const foldName = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());

const keyPart = (name: string): string => (/^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`);

/**
 * The key of a table in `SandboxQuery.relations`, for callers that know a table without having seen a query.
 * `orders`, `sales.orders`, `"order items"`, and with a version `orders at version 3`.
 */
export function relationKey(path: readonly string[], at?: TableVersion): string {
  const name = path.map((part) => keyPart(foldName(part))).join(".");
  return at === undefined ? name : `${name} at ${at.unit} ${at.value}`;
}
