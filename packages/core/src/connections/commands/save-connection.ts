import { isUniqueViolation } from "@granary/db";
import { newId } from "@granary/kernel";
import { type ConfigValues, type Connection, type ConnectorKind, problem } from "@granary/protocol";
import type { Ctx, TxCtx } from "../../context/index.ts";
import { requireAllowedHosts } from "../outside/allowed-hosts.ts";
import { presentConnection } from "../present.ts";
import { getConnection, requireConnection } from "../queries/read-connections.ts";
import { openKeptSecrets, requireSameSecretHosts } from "../same-hosts.ts";
import { prepareSettings, type PreparedSettings, storedSettings } from "../settings.ts";
import { type ConnectionRow, holdConnection, insertConnection, updateConnectionRow } from "../store.ts";

interface NewConnection {
  readonly name: string;
  readonly kind: ConnectorKind;
  readonly description: string;
  readonly config: ConfigValues;
}

async function namingTaken<T>(name: string | undefined, change: () => Promise<T>): Promise<T> {
  try {
    return await change();
  } catch (error) {
    if (isUniqueViolation(error, "connections_name_idx")) throw problem("connection.name_taken", { name }, { cause: error });
    throw error;
  }
}

/** Creates a connection. Throws `connection.settings_invalid`, `connection.host_refused`, `connection.name_taken`. */
export async function createConnection(ctx: Ctx, { name, kind, description, config }: NewConnection): Promise<Connection> {
  const settings = prepareSettings(kind, config, {});
  await requireAllowedHosts(ctx, kind, settings.full);
  return namingTaken(name, () =>
    ctx.tx(async (ctx) => {
      const id = newId("connection", ctx.now.getTime());
      await insertConnection(ctx, { id, name, kind, description, ...storedSettings(ctx, id, settings) });
      await ctx.record({
        type: "connection.created",
        subject: { id, label: name },
        data: { kind, config: settings.config, secrets: Object.keys(settings.secrets) },
      });
      return getConnection(ctx, id);
    }),
  );
}

interface ConnectionChange {
  readonly name?: string | undefined;
  readonly description?: string | undefined;
  readonly config?: ConfigValues | undefined;
}

/** Which settings differ, by name; values of open ones are told, of secrets only that they changed. */
function told(
  before: ConnectionRow,
  after: { readonly name: string; readonly description: string },
  settings: PreparedSettings | undefined,
  changedSecrets: readonly string[],
) {
  return {
    before: { name: before.name, description: before.description, config: before.config },
    after: { ...after, config: settings?.config ?? before.config },
    changedSecrets,
  };
}

async function update(ctx: TxCtx, id: string, version: number, change: ConnectionChange): Promise<Connection> {
  const before = await holdConnection(ctx.db, id);
  if (before === undefined) throw problem("connection.not_found");
  if (before.version !== version) throw problem("edit.conflict", { current: presentConnection(ctx.principal, before) });
  const old = change.config === undefined ? {} : openKeptSecrets(ctx, before);
  const settings = change.config === undefined ? undefined : prepareSettings(before.kind as ConnectorKind, change.config, old);
  const fields = { name: change.name ?? before.name, description: change.description ?? before.description };
  await updateConnectionRow(ctx, before.id, { ...fields, settings: settings === undefined ? undefined : storedSettings(ctx, before.id, settings) });
  const paths = [...new Set([...Object.keys(old), ...Object.keys(settings?.secrets ?? {})])];
  const changedSecrets = settings === undefined ? [] : paths.filter((path) => old[path] !== settings.secrets[path]);
  await ctx.record({ type: "connection.updated", subject: { id: before.id, label: fields.name }, data: told(before, fields, settings, changedSecrets) });
  return getConnection(ctx, before.id);
}

/** Changes a connection, if it is still at the version the caller read. Secrets that are sent back as they were read are kept. */
export async function updateConnection(ctx: Ctx, idOrName: string, version: number, change: ConnectionChange): Promise<Connection> {
  const row = await requireConnection(ctx, idOrName);
  if (change.config !== undefined) {
    const kind = row.kind as ConnectorKind;
    await requireAllowedHosts(ctx, kind, prepareSettings(kind, change.config, openKeptSecrets(ctx, row)).full);
    requireSameSecretHosts(ctx, row, change.config);
  }
  return namingTaken(change.name, () => ctx.tx((ctx) => update(ctx, row.id, version, change)));
}
