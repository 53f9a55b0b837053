import { type ConfigValues, type DiscoveredStream, PIPELINE_FORMAT, type PipelineDocument, pipelineDocument } from "@granary/protocol";
import { queryOptions, useQuery } from "@tanstack/react-query";
import { api } from "../../api/client.ts";
import type { FirstSource } from "./new-pipeline-search.ts";

const EMPTY: PipelineDocument = pipelineDocument.parse({ format: PIPELINE_FORMAT, name: "New pipeline" });

const firstStreamQuery = ({ connection = "", namespace, stream = "", config }: FirstSource) =>
  queryOptions({
    queryKey: ["first-stream", connection, namespace, stream, config],
    queryFn: ({ signal }) =>
      api.call("connectors.stream", {
        params: { connection },
        body: { name: stream, namespace: namespace ?? null, config: (config ?? {}) as ConfigValues },
        signal,
      }),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });

/** A pipeline with nothing but its source; columns and keys as they were found, if they were. */
function withSource({ connection, namespace, stream, config }: FirstSource, found: DiscoveredStream | undefined): PipelineDocument {
  if (connection === undefined) return EMPTY;
  const settings = {
    connection,
    stream: { namespace: namespace ?? null, name: stream ?? "" },
    config: config ?? {},
    keys: found?.keys ?? [],
    ...(found?.cursors[0] !== undefined && { cursor: found.cursors[0] }),
    schema: (found?.columns ?? []).map(({ name, type }) => ({ name, type })),
  };
  return pipelineDocument.parse({ ...EMPTY, nodes: [{ id: "source", kind: "source_stream", title: stream ?? "", settings }] });
}

/** The document a new pipeline begins with; undefined while its source is looked at. A source that cannot be reached is placed all the same. */
export function useFirstDocument(search: FirstSource): PipelineDocument | undefined {
  const isAsked = search.connection !== undefined && search.stream !== undefined;
  const { data, isLoading } = useQuery({ ...firstStreamQuery(search), enabled: isAsked });
  return isLoading ? undefined : withSource(search, data);
}
