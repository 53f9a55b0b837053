import type { SchemaDocument } from "@granary/protocol";
import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api } from "./client.ts";
import { compact, keyset } from "./list.ts";
import { saveFile } from "./save-file.ts";

/** The columns of a version of a dataset; `at` is its newest one, so that they are asked for again when it changes. */
export const schemaQuery = (dataset: string, version: string | undefined, at: number) =>
  queryOptions({
    queryKey: ["datasets", "schema", dataset, version, at],
    queryFn: ({ signal }) => api.call("datasets.schema", { params: { dataset }, query: compact({ version }), signal }),
    retry: false,
  });

export const schemaHistoryQuery = (dataset: string) =>
  infiniteQueryOptions({
    queryKey: ["datasets", "schema-history", dataset],
    queryFn: ({ pageParam, signal }) => api.call("datasets.schemaHistory", { params: { dataset }, query: compact({ cursor: pageParam }), signal }),
    ...keyset,
  });

/** Columns as they are to be, and the schema version they were edited from. */
export interface SchemaRequest {
  readonly dataset: string;
  readonly document: SchemaDocument;
  readonly version: number;
}

/** Asks what a document would change and which rows stand against it. */
export function useTrySchema() {
  return useMutation({
    mutationFn: ({ dataset, document, version }: SchemaRequest) =>
      api.call("datasets.applySchemaDocument", { params: { dataset }, query: { dryRun: "true" }, body: document, version }),
  });
}

export function useApplySchema() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ dataset, document, version, reason }: SchemaRequest & { readonly reason: string }) =>
      api.call("datasets.applySchemaDocument", { params: { dataset }, query: { confirm: "true", reason }, body: document, version }),
    onSettled: () => client.invalidateQueries({ queryKey: ["datasets"] }),
  });
}

/** Saves the columns as a document. */
export async function saveSchemaDocument(dataset: string, name: string): Promise<void> {
  const document = await api.call("datasets.schemaDocument", { params: { dataset } });
  const stream = new Blob([`${JSON.stringify(document, undefined, 2)}\n`]).stream();
  await saveFile({ stream, fileName: `${name}.schema.json`, contentType: "application/json", size: undefined }, `${name}.schema.json`);
}
