import type { CallRequest } from "@granary/client";
import type { PipelineDocument } from "@granary/protocol";
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api } from "./client.ts";

/** What the server knows of a document that is not kept: faults, columns, the SQL of every node. */
export const documentCheckQuery = (document: PipelineDocument) =>
  queryOptions({
    queryKey: ["pipeline-check", document],
    queryFn: ({ signal }) => api.call("pipelines.check", { body: { document }, signal }),
    retry: false,
    gcTime: 30_000,
    staleTime: 60_000,
  });

/** Rows at one node, read from samples of the sources. */
export function sampleDocument(document: PipelineDocument, node: string, signal: AbortSignal) {
  return api.call("pipelines.sample", { body: { document, nodes: [node] }, signal });
}

export const useTestDocument = () =>
  useMutation({
    mutationFn: ({ document, names }: { readonly document: PipelineDocument; readonly names: string[] }) =>
      api.call("pipelines.test", { body: { document, names } }),
  });

/** Keeps another version of a pipeline, made from version `base`. */
export function useSavePipeline() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ pipeline, ...body }: { readonly pipeline: string } & CallRequest<"pipelines.update">["body"]) =>
      api.call("pipelines.update", { params: { pipeline }, body }),
    onSuccess: () => client.invalidateQueries({ queryKey: ["pipelines"] }),
  });
}
