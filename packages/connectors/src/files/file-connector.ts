import { problem } from "@granary/protocol";
import type { Connector, ConnectorContext } from "../connector.ts";
import { describeFiles, fileStream } from "./describe-files.ts";
import type { FileStore } from "./file-store.ts";
import { listFiles, readFiles } from "./read-files.ts";
import { formatOf, writeFiles } from "./write-files.ts";

type FileParts = Pick<Connector, "discover" | "discoverStream" | "read" | "deliveryFormat" | "write">;

/** What all connectors of files have in common, over a place that lists, fetches and stores them. */
export function fileConnector(openStore: (context: ConnectorContext) => Promise<FileStore & AsyncDisposable>): Required<FileParts> {
  const withStore = async <T>(context: ConnectorContext, work: (store: FileStore) => Promise<T>): Promise<T> => {
    await using store = await openStore(context);
    return await work(store);
  };
  return {
    discover: (context) => withStore(context, describeFiles),
    discoverStream: (context, stream) =>
      withStore(context, async (store) => {
        const files = await listFiles(store, stream.name);
        if (files.length === 0) throw problem("connection.stream_not_found", { stream: stream.name });
        return fileStream(stream.name, files);
      }),
    read: async function* read(context, request) {
      await using store = await openStore(context);
      yield* readFiles(store, context, request);
    },
    deliveryFormat: formatOf,
    write: (context, request) => withStore(context, (store) => writeFiles(store, context, request)),
  };
}
