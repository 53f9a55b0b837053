import type { NodeSample, PipelineDocument } from "@granary/protocol";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { sampleDocument } from "../../../api/pipeline-builder.ts";
import { useBuilder } from "../builder-context.ts";

const TYPING_MS = 900;

/** A node with all that its rows come from: what a sample of it depends on. */
function upstreamOf(document: PipelineDocument, id: string): PipelineDocument {
  const wanted = new Set([id]);
  const waiting = [id];
  while (waiting.length > 0) {
    const at = waiting.pop();
    for (const { from, to } of document.edges) {
      if (to !== at || wanted.has(from)) continue;
      wanted.add(from);
      waiting.push(from);
    }
  }
  const nodes = document.nodes.filter((node) => wanted.has(node.id)).map(({ position: _, ...node }) => ({ ...node, note: "" }));
  return {
    ...document,
    nodes: nodes as PipelineDocument["nodes"],
    edges: document.edges.filter(({ to, from }) => wanted.has(to) && wanted.has(from)),
    comments: [],
    tests: [],
    triggers: [],
  };
}

export interface Sample {
  readonly items: readonly NodeSample[] | undefined;
  readonly error: unknown;
  readonly isLoading: boolean;
  /** The rows are of the pipeline as it was before the last edits. */
  readonly isStale: boolean;
  /** Faults stand against it. */
  readonly isBlocked: boolean;
  readonly again: () => void;
}

/** Rows at a node, by port; read again a moment after what they depend on has changed. */
export function useSample(id: string | undefined): Sample {
  const { document, checked } = useBuilder();
  const part = useMemo(() => (id === undefined ? undefined : upstreamOf(document, id)), [document, id]);
  const text = useMemo(() => JSON.stringify(part ?? null), [part]);
  const [settled] = useDebouncedValue(text, TYPING_MS);
  const names = new Set(part?.nodes.map((node) => node.id));
  const isBlocked = checked.faults.some(({ severity, node }) => severity === "error" && (node === null || names.has(node)));
  const isSettled = settled === text;
  const query = useQuery({
    queryKey: ["pipeline-sample", id, settled],
    queryFn: ({ signal }) => sampleDocument(JSON.parse(settled) as PipelineDocument, id ?? "", signal),
    enabled: id !== undefined && isSettled && !isBlocked,
    placeholderData: (before, last) => (last?.queryKey[1] === id ? keepPreviousData(before) : undefined),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 300_000,
    retry: false,
  });
  return {
    items: query.data?.items.filter(({ node }) => node === id),
    error: query.error,
    isLoading: query.isFetching,
    isStale: query.data !== undefined && (query.isPlaceholderData || !isSettled || isBlocked),
    isBlocked,
    again: () => void query.refetch(),
  };
}
