import { printQuery } from "@granary/engine";
import type { CompiledGraph } from "./compile-graph.ts";
import { layOutSql } from "./lay-out-sql.ts";

/** The text of a node's statement for people, each port's under a comment where there are several; undefined for nodes that are none. */
export function nodeSql(compiled: CompiledGraph, node: string): string | undefined {
  const ports = Object.entries(compiled.queries.get(node) ?? {});
  if (ports.length === 0) return undefined;
  return ports.map(([port, query]) => (ports.length === 1 ? layOutSql(printQuery(query)) : `-- ${port}\n${layOutSql(printQuery(query))}`)).join(";\n\n");
}
