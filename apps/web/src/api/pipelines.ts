import type { CallRequest } from "@granary/client";
import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api } from "./client.ts";
import { compact, keyset } from "./list.ts";
import { saveFile } from "./save-file.ts";

export interface PipelineChoice {
  readonly q?: string | undefined;
  readonly tag?: string[] | undefined;
  readonly state?: "failing" | "running" | "scheduled" | undefined;
}

export const pipelinesQuery = (choice: PipelineChoice) =>
  infiniteQueryOptions({
    queryKey: ["pipelines", "list", choice],
    queryFn: ({ pageParam, signal }) => api.call("pipelines.list", { query: compact({ ...choice, cursor: pageParam }), signal }),
    ...keyset,
  });

export const pipelineQuery = (pipeline: string) =>
  queryOptions({ queryKey: ["pipelines", "one", pipeline], queryFn: ({ signal }) => api.call("pipelines.get", { params: { pipeline }, signal }) });

export const templatesQuery = () =>
  queryOptions({
    queryKey: ["pipeline-templates"],
    queryFn: ({ signal }) => api.call("pipelines.templates", { signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });

export const pipelineVersionsQuery = (pipeline: string) =>
  infiniteQueryOptions({
    queryKey: ["pipelines", "versions", pipeline],
    queryFn: ({ pageParam, signal }) => api.call("pipelines.versions", { params: { pipeline }, query: compact({ cursor: pageParam }), signal }),
    ...keyset,
  });

/** The document of one version; it never changes. */
export const pipelineVersionQuery = (pipeline: string, number: number) =>
  queryOptions({
    queryKey: ["pipelines", "version", pipeline, number],
    queryFn: ({ signal }) => api.call("pipelines.version", { params: { pipeline, number }, signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });

/** What version `number` changed against another one. */
export const pipelineCompareQuery = (pipeline: string, number: number, against: number) =>
  queryOptions({
    queryKey: ["pipelines", "compare", pipeline, number, against],
    queryFn: ({ signal }) => api.call("pipelines.compare", { params: { pipeline, number }, query: { with: against }, signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });

type Schedule = CallRequest<"pipelines.nextRuns">["body"];

/** When a schedule is due, in words and times. */
export const nextRunsQuery = (schedule: Schedule) =>
  queryOptions({
    queryKey: ["next-runs", schedule],
    queryFn: ({ signal }) => api.call("pipelines.nextRuns", { body: schedule, signal }),
    staleTime: 60_000,
    retry: false,
  });

export const streamStatesQuery = (pipeline: string, node: string) =>
  infiniteQueryOptions({
    queryKey: ["pipelines", "states", pipeline, node],
    queryFn: ({ pageParam, signal }) => api.call("pipelines.states", { params: { pipeline, node }, query: compact({ cursor: pageParam }), signal }),
    ...keyset,
  });

export const backfillsQuery = (pipeline: string) =>
  infiniteQueryOptions({
    queryKey: ["pipelines", "backfills", pipeline],
    queryFn: ({ pageParam, signal }) => api.call("pipelines.backfills", { params: { pipeline }, query: compact({ cursor: pageParam }), signal }),
    ...keyset,
  });

type BackfillId = CallRequest<"backfills.get">["params"]["backfill"];
const PARTS_AT_ONCE = 200;

export const partitionsQuery = (backfill: BackfillId) =>
  infiniteQueryOptions({
    queryKey: ["pipelines", "partitions", backfill],
    queryFn: ({ pageParam, signal }) =>
      api.call("backfills.partitions", { params: { backfill }, query: compact({ cursor: pageParam, limit: PARTS_AT_ONCE }), signal }),
    ...keyset,
  });

function usePipelineChange<V, R>(mutationFn: (variables: V) => Promise<R>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn,
    onSuccess: () => Promise.all([client.invalidateQueries({ queryKey: ["pipelines"] }), client.invalidateQueries({ queryKey: ["runs"] })]),
  });
}

type Of<B> = { readonly pipeline: string; readonly body: B };
type Body<I extends "pipelines.create" | "pipelines.update" | "pipelines.execute" | "pipelines.backfill"> = NonNullable<CallRequest<I>["body"]>;

export const useCreatePipeline = () => usePipelineChange((body: Body<"pipelines.create">) => api.call("pipelines.create", { body }));
export const useRunPipeline = () =>
  usePipelineChange(({ pipeline, body }: Of<Body<"pipelines.execute">>) => api.call("pipelines.execute", { params: { pipeline }, body }));
export const useEnablePipeline = () =>
  usePipelineChange(({ pipeline, enabled }: { readonly pipeline: string; readonly enabled: boolean }) =>
    api.call("pipelines.setEnabled", { params: { pipeline }, body: { enabled } }),
  );
export const useRestorePipeline = () =>
  usePipelineChange(({ pipeline, number }: { readonly pipeline: string; readonly number: number }) =>
    api.call("pipelines.restore", { params: { pipeline, number } }),
  );
export const useStartBackfill = () =>
  usePipelineChange(({ pipeline, body }: Of<Body<"pipelines.backfill">>) => api.call("pipelines.backfill", { params: { pipeline }, body }));
export const useActOnBackfill = () =>
  usePipelineChange(({ backfill, action }: { readonly backfill: BackfillId; readonly action: "pause" | "resume" | "cancel" | "retry" }) =>
    api.call("backfills.act", { params: { backfill, action } }),
  );

type Stream = { readonly pipeline: string; readonly node: string };
export const useResetStream = () => usePipelineChange((params: Stream) => api.call("pipelines.resetState", { params }));
export const useUndoStream = () => usePipelineChange((params: Stream) => api.call("pipelines.undoState", { params }));

export const useRotateHook = () => usePipelineChange((pipeline: string) => api.call("pipelines.rotateHook", { params: { pipeline } }));

/** What was deleted is not read again: its page is left. */
export function useDeletePipeline() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (pipeline: string) => api.call("pipelines.delete", { params: { pipeline } }),
    onSuccess: () => client.invalidateQueries({ queryKey: ["pipelines", "list"] }),
  });
}

export const useFillTemplate = () =>
  useMutation({
    mutationFn: ({ template, values }: { readonly template: string; readonly values: Readonly<Record<string, unknown>> }) =>
      api.call("pipelines.fromTemplate", { params: { template }, body: { values } }),
  });
export const useReadPipelineFile = () => useMutation({ mutationFn: (text: string) => api.call("pipelines.parse", { body: { text } }) });

/** Saves a pipeline as a file for git. */
export async function exportPipeline(pipeline: string, name: string, format: "yaml" | "json"): Promise<void> {
  await saveFile(await api.download("pipelines.export", { params: { pipeline }, query: { format } }), `${name}.${format}`);
}
