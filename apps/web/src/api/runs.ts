import type { CallRequest } from "@granary/client";
import type { RunLogLine, RunState } from "@granary/protocol";
import { infiniteQueryOptions, keepPreviousData, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api } from "./client.ts";
import { compact, keyset } from "./list.ts";
import { saveFile } from "./save-file.ts";

export type RunId = CallRequest<"runs.get">["params"]["run"];

export interface RunChoice {
  readonly state?: RunState[] | undefined;
  readonly pipeline?: string | undefined;
  readonly cause?: string[] | undefined;
  readonly from?: string | undefined;
  readonly until?: string | undefined;
  readonly q?: string | undefined;
  readonly limit?: number;
}

export const runsQuery = (choice: RunChoice) =>
  infiniteQueryOptions({
    queryKey: ["runs", "list", choice],
    queryFn: ({ pageParam, signal }) => api.call("runs.list", { query: compact({ ...choice, cursor: pageParam }), signal }),
    ...keyset,
    placeholderData: keepPreviousData,
  });

export const pipelineRunsQuery = (pipeline: string, state?: RunState[]) =>
  infiniteQueryOptions({
    queryKey: ["runs", "of", pipeline, state],
    queryFn: ({ pageParam, signal }) => api.call("pipelines.runs", { params: { pipeline }, query: compact({ state, cursor: pageParam }), signal }),
    ...keyset,
  });

export const runQuery = (run: RunId) =>
  queryOptions({ queryKey: ["runs", "one", run], queryFn: ({ signal }) => api.call("runs.get", { params: { run }, signal }) });

export const runEventsQuery = (run: RunId) =>
  queryOptions({ queryKey: ["runs", "events", run], queryFn: ({ signal }) => api.call("runs.events", { params: { run }, signal }) });

export interface LogChoice {
  readonly level?: RunLogLine["level"] | undefined;
  readonly node?: string | undefined;
  readonly q?: string | undefined;
}

const LINES_AT_ONCE = 1_000;

/** A run's log in order. Its pages go on behind the last line that was read, so that a growing log is never read twice. */
export const runLogQuery = (run: RunId, choice: LogChoice) =>
  infiniteQueryOptions({
    queryKey: ["run-log", run, choice],
    queryFn: ({ pageParam, signal }) =>
      api.call("runs.logs", { params: { run }, query: compact({ ...choice, after: pageParam, limit: LINES_AT_ONCE }), signal }),
    initialPageParam: 0,
    getNextPageParam: (page: { readonly items: readonly RunLogLine[]; readonly next: number | null }, _all: unknown, after: number) =>
      page.items.at(-1)?.seq ?? after,
    staleTime: Number.POSITIVE_INFINITY,
  });

export const rejectsQuery = (run: RunId, node?: string) =>
  infiniteQueryOptions({
    queryKey: ["runs", "rejects", run, node],
    queryFn: ({ pageParam, signal }) => api.call("runs.rejects", { params: { run }, query: compact({ node, cursor: pageParam }), signal }),
    ...keyset,
  });

export const stepOutputQuery = (run: RunId, node: string, port: string) =>
  queryOptions({
    queryKey: ["runs", "output", run, node, port],
    queryFn: ({ signal }) => api.call("runs.output", { params: { run, node }, query: { port }, signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });

export const runLineageQuery = (run: RunId) =>
  queryOptions({ queryKey: ["runs", "lineage", run], queryFn: ({ signal }) => api.call("runs.lineage", { params: { run }, signal }) });

function useRunChange<V, R>(mutationFn: (variables: V) => Promise<R>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn,
    onSettled: () => Promise.all([client.invalidateQueries({ queryKey: ["runs"] }), client.invalidateQueries({ queryKey: ["pipelines"] })]),
  });
}

type Body<I extends "runs.retry" | "runs.replay"> = NonNullable<CallRequest<I>["body"]>;

export const useCancelRun = () => useRunChange((run: RunId) => api.call("runs.cancel", { params: { run } }));
export const usePauseRun = () => useRunChange((run: RunId) => api.call("runs.pause", { params: { run } }));
export const useResumeRun = () => useRunChange((run: RunId) => api.call("runs.resume", { params: { run } }));
export const useRetryRun = () =>
  useRunChange(({ run, body }: { readonly run: RunId; readonly body: Body<"runs.retry"> }) => api.call("runs.retry", { params: { run }, body }));
export const useRollBackRun = () => useRunChange((run: RunId) => api.call("runs.rollBack", { params: { run } }));
export const useReplayRun = () =>
  useRunChange(({ run, body }: { readonly run: RunId; readonly body: Body<"runs.replay"> }) => api.call("runs.replay", { params: { run }, body }));

/** Hands the file a run wrote to the browser. */
export async function downloadRunFile(run: RunId, node: string, label: string): Promise<void> {
  await saveFile(await api.download("runs.file", { params: { run, node } }), label);
}
