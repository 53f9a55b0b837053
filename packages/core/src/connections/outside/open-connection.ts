import { type Connector, type ConnectorContext, CONNECTORS } from "@granary/connectors";
import { createNetwork } from "@granary/connectors/network";
import type { ConfigValues, ConnectorKind } from "@granary/protocol";
import type { Ctx } from "../../context/index.ts";
import { requireConnection } from "../queries/read-connections.ts";
import { fullSettings, openSecrets, prepareSettings, storedSettings } from "../settings.ts";
import { holdConnection, keepSettings } from "../store.ts";

/** A connection that is ready to read and write. */
export interface OpenedConnection {
  readonly id: string;
  readonly name: string;
  readonly connector: Connector;
  readonly context: ConnectorContext;
}

/** Keeps settings the other side changed. What somebody edited meanwhile is not overwritten: only secrets are taken over. */
export async function keepChangedSecrets(ctx: Ctx, id: string, config: ConfigValues): Promise<void> {
  await ctx.tx(async (ctx) => {
    const row = await holdConnection(ctx.db, id);
    if (row === undefined) return;
    const { secrets } = prepareSettings(row.kind as ConnectorKind, config, openSecrets(ctx, row));
    const kept = { ...openSecrets(ctx, row), ...secrets };
    await keepSettings(ctx.db, id, storedSettings(ctx, id, { config: row.config as ConfigValues, secrets: kept, full: {} }));
  });
}

/**
 * Opens a connection by its id or name for a run: its secrets are in clear in the context and nowhere else. `folder` is the call's own,
 * for chunks; `signal` ends every call. Throws `connection.not_found`, `connection.secret_missing`.
 */
export async function openConnection(
  ctx: Ctx,
  idOrName: string,
  options: { readonly folder: string; readonly signal: AbortSignal },
): Promise<OpenedConnection> {
  const row = await requireConnection(ctx, idOrName);
  const { privateHosts, folders } = ctx.services.config;
  const context: ConnectorContext = {
    config: fullSettings(ctx, row),
    network: createNetwork({ privateHosts }),
    folder: options.folder,
    sharedFolders: folders,
    signal: options.signal,
    log: ctx.log,
    saveConfig: (config) => keepChangedSecrets(ctx, row.id, config),
  };
  return { id: row.id, name: row.name, connector: CONNECTORS[row.kind as ConnectorKind], context };
}
