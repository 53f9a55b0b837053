import type { DiscoveredStream } from "@granary/protocol";
import type { ConnectorContext, StreamAddress } from "../connector.ts";
import { byLikelihood } from "../discovery/index.ts";
import { restConfig, restStream } from "./config.ts";
import { ColumnFinder } from "./json.ts";
import { readPages } from "./pages.ts";
import { RestSession } from "./session.ts";

/** What an endpoint is like by its first page. */
export async function discoverStream(context: ConnectorContext, stream: StreamAddress): Promise<DiscoveredStream> {
  const config = restConfig(context.config);
  const finder = new ColumnFinder();
  for await (const records of readPages(new RestSession(context, config), { baseUrl: config.baseUrl, stream: restStream(stream.config), extra: {} })) {
    for (const record of records) finder.add(record);
    break;
  }
  const columns = finder.columns();
  const cursors = columns.filter(({ name, type }) => type === "integer" || (type === "text" && /(_at|date|time|updated|created|modified)/i.test(name)));
  return {
    namespace: stream.namespace,
    name: stream.name,
    kind: "endpoint",
    columns: columns.map((column) => ({ ...column, nullable: true, sourceType: column.type })),
    keys: columns.some(({ name }) => name === "id") ? ["id"] : [],
    cursors: byLikelihood(
      cursors.map(({ name }) => name),
      ["id"],
    ),
    syncModes: ["full", "incremental"],
    rowEstimate: null,
    byteEstimate: null,
    comment: "",
  };
}
