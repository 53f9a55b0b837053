import type { DiscoveredStream } from "@granary/protocol";
import type { ConnectorContext, StreamAddress } from "../connector.ts";
import { byLikelihood } from "../discovery/index.ts";
import { getRelation, listRelations, type Relation } from "./catalog.ts";
import { configOf, withClient } from "./open-client.ts";
import { graphColumnOf } from "./types.ts";

const GROWING = new Set(["int2", "int4", "int8", "numeric", "date", "timestamp", "timestamptz"]);

function present(relation: Relation): DiscoveredStream {
  const { schema, name, kind, columns, keys, rowEstimate, byteEstimate, comment } = relation;
  const cursors = byLikelihood(
    columns.filter(({ type }) => GROWING.has(type)).map((column) => column.name),
    keys,
  );
  return {
    namespace: schema,
    name,
    kind,
    columns: columns.map((column) => ({ ...graphColumnOf(column), nullable: column.isNullable, sourceType: column.sourceType })),
    keys: [...keys],
    cursors,
    syncModes: cursors.length === 0 ? ["full"] : ["full", "incremental"],
    rowEstimate,
    byteEstimate,
    comment,
  };
}

/** Tables and views the user may read. */
export function discover(context: ConnectorContext): Promise<readonly DiscoveredStream[]> {
  return withClient(context, "", async ({ client }) => (await listRelations(client, configOf(context).schemas ?? [])).map(present));
}

/** One table or view as it is now. */
export function discoverStream(context: ConnectorContext, stream: StreamAddress): Promise<DiscoveredStream> {
  return withClient(context, stream.name, async ({ client }) => present(await getRelation(client, stream)));
}
