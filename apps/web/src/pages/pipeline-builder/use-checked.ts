import { checkDocument } from "@granary/graph";
import { type GraphFault, pipelineDocument, type PipelineDocument } from "@granary/protocol";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useDeferredValue, useMemo } from "react";
import { documentCheckQuery } from "../../api/pipeline-builder.ts";
import type { Checked } from "./builder-context.ts";
import { useOwnFunctions } from "./use-own-functions.ts";

const SERVER_CHECK_MS = 900;

/** What keeps a document from being kept at all, such as a column without a name. */
function shapeFaults(document: PipelineDocument): GraphFault[] {
  const read = pipelineDocument.safeParse(document);
  if (read.success) return [];
  return read.error.issues.map(({ path, message }) => {
    const node = path[0] === "nodes" && typeof path[1] === "number" ? document.nodes[path[1]] : undefined;
    const within = node === undefined ? path : path.slice(path[2] === "settings" ? 3 : 2);
    return {
      severity: "error",
      code: "document.invalid",
      message: `${message.charAt(0).toUpperCase()}${message.slice(1)}`,
      node: node?.id ?? null,
      path: within.join("."),
    };
  });
}

/** Columns of SQL nodes that nobody wrote down, as the server found them. */
function foundColumns({ nodes }: PipelineDocument, columns: Checked["columns"] | undefined) {
  const found = nodes.flatMap(({ id, kind, settings }) => {
    const out = kind === "sql" && settings.schema.length === 0 ? columns?.[id]?.["out"] : undefined;
    return out === undefined ? [] : [[id, out] as const];
  });
  return Object.fromEntries(found);
}

/** Faults and columns of a document: at once by the same rules the server has, and a moment later by the server, who knows what is there. */
export function useChecked(document: PipelineDocument): Checked {
  const late = useDeferredValue(document);
  const functions = useOwnFunctions(document);
  const shape = useMemo(() => shapeFaults(late), [late]);
  const [asked] = useDebouncedValue(document, SERVER_CHECK_MS);
  const { data: server, isPlaceholderData } = useQuery({
    ...documentCheckQuery(asked),
    enabled: shape.length === 0 && document.nodes.length > 0,
    placeholderData: keepPreviousData,
  });
  const local = useMemo(() => checkDocument(late, { functions, sources: foundColumns(late, server?.columns) }), [late, functions, server]);
  const isCurrent = asked === document && !isPlaceholderData;
  return useMemo(() => {
    const sql = server?.sql ?? {};
    if (server !== undefined && isCurrent && shape.length === 0) return { faults: server.faults, columns: { ...local.columns, ...server.columns }, sql };
    return { faults: [...shape, ...local.faults], columns: { ...server?.columns, ...local.columns }, sql };
  }, [shape, local, server, isCurrent]);
}
