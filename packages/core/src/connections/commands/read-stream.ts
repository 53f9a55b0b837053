import type { Connector, ConnectorContext, StreamAddress } from "@granary/connectors";
import type { ConfigValues, ConnectorKind, DiscoveredStream, GraphColumn } from "@granary/protocol";
import type { Ctx } from "../../context/index.ts";
import { keepChangedSecrets } from "../outside/open-connection.ts";
import { reach } from "../outside/reach.ts";
import { readSample } from "../outside/read-sample.ts";
import { requireConnection } from "../queries/read-connections.ts";
import { requireStreamConfig } from "../stream-config.ts";
import { fullSettings } from "../settings.ts";

const TIMEOUT_MS = 60_000;
const SAMPLE_ROWS = 100;

interface StreamInput {
  readonly namespace: string | null;
  readonly name: string;
  readonly config: ConfigValues;
}

async function withStream<T>(
  ctx: Ctx,
  idOrName: string,
  input: StreamInput,
  work: (connector: Connector, context: ConnectorContext, stream: StreamAddress) => Promise<T>,
): Promise<T> {
  const row = await requireConnection(ctx, idOrName);
  const kind = row.kind as ConnectorKind;
  const stream = { namespace: input.namespace, name: input.name, config: requireStreamConfig(kind, input.config) };
  const saveConfig = (config: ConfigValues) => keepChangedSecrets(ctx, row.id, config);
  return reach(ctx, { kind, config: fullSettings(ctx, row), timeoutMs: TIMEOUT_MS, saveConfig }, (connector, context) => work(connector, context, stream));
}

/** What one stream is like: as the source tells it, or by its first rows where it does not. */
export function discoverStream(ctx: Ctx, idOrName: string, input: StreamInput): Promise<DiscoveredStream> {
  return withStream(ctx, idOrName, input, async (connector, context, stream) => {
    const found = await connector.discoverStream(context, stream);
    if (found.columns.length > 0) return found;
    const { columns } = await readSample(ctx, connector, context, { stream, columns: [], limit: SAMPLE_ROWS });
    return { ...found, columns: columns.map((column) => ({ ...column, nullable: true, sourceType: column.type })) };
  });
}

interface Preview {
  readonly columns: GraphColumn[];
  readonly rows: (string | null)[][];
  readonly warnings: string[];
}

/** The first rows of a stream; nothing of them is kept. */
export function previewStream(
  ctx: Ctx,
  idOrName: string,
  input: StreamInput & { readonly columns: readonly string[]; readonly limit: number },
): Promise<Preview> {
  return withStream(ctx, idOrName, input, async (connector, context, stream) => {
    const { columns, rows, warnings } = await readSample(ctx, connector, context, { stream, columns: input.columns, limit: input.limit });
    return { columns: [...columns], rows: rows.map((row) => [...row]), warnings: [...warnings] };
  });
}
