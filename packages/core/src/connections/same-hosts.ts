import { CONNECTORS, type Secrets } from "@granary/connectors";
import { type ConfigValues, type ConnectorKind, problem } from "@granary/protocol";
import type { Ctx, TxCtx } from "../context/index.ts";
import { fullSettings, openSecrets, prepareSettings } from "./settings.ts";
import type { ConnectionRow } from "./store.ts";

/** Secrets that can be opened; those that cannot any more are entered anew, and an edit must be possible then, too. */
export function openKeptSecrets(ctx: Ctx | TxCtx, row: ConnectionRow): Secrets {
  try {
    return openSecrets(ctx, row);
  } catch {
    return {};
  }
}

/**
 * A kept secret goes only where it was entered for: otherwise whoever may edit a connection could have its secret delivered to themselves.
 * Throws `connection.settings_invalid` that names the secrets to enter anew.
 */
export function requireSameSecretHosts(ctx: Ctx | TxCtx, row: ConnectionRow, sent: ConfigValues): void {
  const before = openKeptSecrets(ctx, row);
  const kind = row.kind as ConnectorKind;
  const { full, secrets } = prepareSettings(kind, sent, before);
  const kept = Object.keys(secrets).filter((path) => secrets[path] === before[path]);
  const { hosts } = CONNECTORS[kind];
  const old = new Set(hosts(fullSettings(ctx, row)).map(({ host, port }) => `${host}:${port}`));
  if (kept.length === 0 || hosts(full).every(({ host, port }) => old.has(`${host}:${port}`))) return;
  const issues = kept.map((path) => ({ path: `body.config.${path}`, message: "has to be entered anew, because the settings lead to another host now" }));
  throw problem("connection.settings_invalid", {}, { issues });
}
