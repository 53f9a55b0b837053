import type { ConfigValues, ConnectorKind, DiscoveredStream, SchemaComparison } from "@granary/protocol";
import type { Ctx } from "../../context/index.ts";
import { keepChangedSecrets } from "../outside/open-connection.ts";
import { reach } from "../outside/reach.ts";
import { requireConnection } from "../queries/read-connections.ts";
import { fullSettings } from "../settings.ts";
import { type ConnectionRow, findStreams, keepStreams } from "../store.ts";
import { type StreamChange, streamChanges } from "../stream-changes.ts";

const TIMEOUT_MS = 120_000;

export interface DiscoveredSchema {
  readonly items: DiscoveredStream[];
  readonly discoveredAt: string;
  readonly changes: { stream: string; change: StreamChange["change"]; comparison: SchemaComparison | null }[];
}

async function discover(ctx: Ctx, row: ConnectionRow): Promise<DiscoveredSchema> {
  const before = await findStreams(ctx.db, row.id);
  const config: ConfigValues = fullSettings(ctx, row);
  const saveConfig = (changed: ConfigValues) => keepChangedSecrets(ctx, row.id, changed);
  const found = await reach(ctx, { kind: row.kind as ConnectorKind, config, timeoutMs: TIMEOUT_MS, saveConfig }, (connector, context) =>
    connector.discover(context),
  );
  const changes = streamChanges(before, found);
  return ctx.tx(async (ctx) => {
    await keepStreams(ctx.db, row.id, found, ctx.now);
    const counts = { streams: found.length, changed: changes.length };
    await ctx.record({ type: "connection.discovered", subject: { id: row.id, label: row.name }, data: counts });
    return { items: [...found], discoveredAt: ctx.now.toISOString(), changes: [...changes] };
  });
}

/** What can be read from a connection: as it was discovered last, or by asking anew, which tells what changed since. */
export async function getSchema(ctx: Ctx, idOrName: string, query: { readonly refresh: boolean; readonly q?: string | undefined }): Promise<DiscoveredSchema> {
  const row = await requireConnection(ctx, idOrName);
  const known = query.refresh || row.discovered_at === null ? undefined : await findStreams(ctx.db, row.id);
  const schema =
    known === undefined || row.discovered_at === null
      ? await discover(ctx, row)
      : { items: [...known], discoveredAt: row.discovered_at.toISOString(), changes: [] };
  const wanted = query.q?.toLowerCase();
  const isWanted = ({ namespace, name }: DiscoveredStream): boolean => wanted === undefined || `${namespace ?? ""}.${name}`.toLowerCase().includes(wanted);
  return { ...schema, items: schema.items.filter(isWanted) };
}
