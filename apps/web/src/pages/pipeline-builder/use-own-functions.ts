import type { OwnFunction } from "@granary/graph";
import type { PipelineDocument } from "@granary/protocol";
import { useInfiniteQuery, useQueries } from "@tanstack/react-query";
import { useMemo } from "react";
import { transformationQuery, transformationsQuery } from "../../api/functions.ts";
import { itemsOf } from "../../api/list.ts";
import type { FunctionHelp } from "./expression/complete.ts";

/** People's own functions that expressions may call, as the editor offers them. */
export function useOwnHelp(): readonly FunctionHelp[] {
  const { data } = useInfiniteQuery(transformationsQuery());
  return useMemo(
    () =>
      itemsOf(data)
        .filter(({ language }) => language === "sql")
        .map(({ name, signature, description }) => ({ name, category: "Your functions", kind: "scalar", signature, description, example: "", result: "" })),
    [data],
  );
}

/** What the checker has to know of the own functions a document calls. */
export function useOwnFunctions(document: PipelineDocument): readonly OwnFunction[] {
  const { data } = useInfiniteQuery(transformationsQuery());
  const text = useMemo(() => JSON.stringify(document.nodes.map(({ settings }) => settings)), [document.nodes]);
  const called = itemsOf(data).filter(({ name }) => text.includes(name));
  return useQueries({
    queries: called.map(({ name }) => transformationQuery(name)),
    combine: (results) =>
      results.flatMap(({ data: found }) => (found === undefined ? [] : [{ name: found.name, language: found.language, ...found.definition }])),
  });
}
