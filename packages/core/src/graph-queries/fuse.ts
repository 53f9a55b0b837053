import type { NamedQuery, Query, Relation } from "@granary/engine";
import { column } from "@granary/engine";
import { outputPortsOf, type PortSource } from "@granary/graph";
import type { GraphColumn, PipelineDocument, PipelineNode } from "@granary/protocol";
import { type CompiledGraph, isCompiled } from "./compile-graph.ts";
import { REJECTED_COLUMNS, REJECTED_PORT, select } from "./context.ts";
import { relationName } from "./relation-name.ts";

/** One output that is computed by a statement and kept. */
export interface FusedOutput {
  readonly node: string;
  readonly port: string;
  readonly columns: readonly GraphColumn[];
  /** The nodes whose rows this statement computes on the way, in order, the output's own last. */
  readonly nodes: readonly string[];
  /** The kept outputs and sources it reads. */
  readonly reads: readonly PortSource[];
  /** The statement over what `relationOf` answers for each of `reads`: files, or a plan of a dataset. */
  query(relationOf: (source: PortSource) => Relation): Query;
}

/** Ports of a node that somebody reads or that hold rows kept apart. */
function portsInUse(compiled: CompiledGraph, node: PipelineNode): readonly string[] {
  const read = new Set<string>();
  for (const ports of Object.values(compiled.check.inputs))
    for (const source of Object.values(ports).flat()) if (source.node === node.id) read.add(source.port);
  const queries = compiled.queries.get(node.id) ?? {};
  const ports = outputPortsOf(node).filter((port) => read.has(port));
  return Object.hasOwn(queries, REJECTED_PORT) ? [...ports, REJECTED_PORT] : ports;
}

const sourcesOf = (compiled: CompiledGraph, node: string): readonly PortSource[] => Object.values(compiled.check.inputs[node] ?? {}).flat();

const keyOf = ({ node, port }: PortSource): string => relationName(node, port);

function outputOf(compiled: CompiledGraph, target: PortSource, isRead: (source: PortSource) => boolean): FusedOutput {
  const named = new Map<string, Query>();
  const reads = new Map<string, PortSource>();
  const nodes: string[] = [];
  const visit = (source: PortSource, isTarget: boolean): void => {
    const key = keyOf(source);
    if (named.has(key) || reads.has(key)) return;
    if (!isTarget && isRead(source)) {
      reads.set(key, source);
      return;
    }
    for (const each of sourcesOf(compiled, source.node)) visit(each, false);
    const query = compiled.queries.get(source.node)?.[source.port];
    if (query === undefined) throw new Error(`${source.node} has no statement for ${source.port}`);
    named.set(key, query);
    if (!nodes.includes(source.node)) nodes.push(source.node);
  };
  visit(target, true);
  const columns = columnsOf(compiled, target);
  return { ...target, columns, nodes, reads: [...reads.values()], query: (relationOf) => statement(target, columns, { named, reads, compiled, relationOf }) };
}

const REJECTED: readonly GraphColumn[] = REJECTED_COLUMNS.map((name) => ({ name, type: "text" }));

function columnsOf(compiled: CompiledGraph, { node, port }: PortSource): readonly GraphColumn[] {
  return port === REJECTED_PORT && compiled.check.columns[node]?.[port] === undefined ? REJECTED : (compiled.check.columns[node]?.[port] ?? []);
}

interface StatementParts {
  readonly named: ReadonlyMap<string, Query>;
  readonly reads: ReadonlyMap<string, PortSource>;
  readonly compiled: CompiledGraph;
  readonly relationOf: (source: PortSource) => Relation;
}

const itemsOf = (columns: readonly GraphColumn[]) => columns.map(({ name }) => ({ expression: column(name), as: name }));

function statement(target: PortSource, columns: readonly GraphColumn[], { compiled, named, reads, relationOf }: StatementParts): Query {
  const inputs = [...reads].map(([name, source]): NamedQuery => ({ name, query: select(itemsOf(columnsOf(compiled, source)), relationOf(source)) }));
  const inner = [...named].slice(0, -1).map(([name, query]): NamedQuery => ({ name, query }));
  const last = named.get(keyOf(target)) ?? select(itemsOf(columns), { kind: "table", name: keyOf(target) });
  const all = [...inputs, ...inner];
  return all.length === 0 ? last : { kind: "with", named: all, query: last };
}

/**
 * The statements that compute the kept outputs, each once, in an order in which what one reads was made before. Outputs of sources, `sql`,
 * `function` and `gate` nodes are made elsewhere and are only read here. Destinations read kept outputs.
 */
export function fuse(document: PipelineDocument, compiled: CompiledGraph, kept: ReadonlySet<string>): readonly FusedOutput[] {
  const nodes = new Map(document.nodes.map((node) => [node.id, node]));
  const isMadeElsewhere = (id: string): boolean => !isCompiled(nodes.get(id)?.kind ?? "to_file");
  const isRead = ({ node }: PortSource): boolean => kept.has(node) || isMadeElsewhere(node);
  return compiled.check.order.flatMap((id) => {
    const node = nodes.get(id);
    if (node === undefined || isMadeElsewhere(id)) return [];
    const ports = portsInUse(compiled, node);
    const isLookedAtAlone = ports.every((port) => port === REJECTED_PORT);
    const own = isLookedAtAlone ? [...outputPortsOf(node), ...ports] : ports;
    const wanted = kept.has(id) ? own : ports.filter((port) => port === REJECTED_PORT);
    return wanted.map((port) => outputOf(compiled, { node: id, port }, isRead));
  });
}
