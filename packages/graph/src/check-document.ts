import type { GraphColumn, GraphFault, GraphType, PipelineDocument, PipelineEdge, PipelineNode } from "@granary/protocol";
import { checkNode, type Columns, type Environment, type KnownSchemas, NodeContext, type PortColumns } from "./nodes/index.ts";
import { type InputPort, inputPortsOf, outputPortsOf } from "./ports.ts";
import { didYouMean } from "./similar-names.ts";
import { unfinished } from "./unfinished.ts";

/** Parameters every run has, besides the pipeline's own. The interval is null for runs that are for none. */
export const RUN_PARAMETERS: Readonly<Record<string, GraphType>> = {
  run_started_at: "timestamptz",
  interval_start: "timestamptz",
  interval_end: "timestamptz",
};

/** Where a port's rows come from. */
export interface PortSource {
  readonly node: string;
  readonly port: string;
}

export interface DocumentCheck {
  readonly faults: readonly GraphFault[];
  /** By node and output port; a port is left out while its columns are not known. */
  readonly columns: Readonly<Record<string, Readonly<Record<string, readonly GraphColumn[]>>>>;
  /** Every node behind all it reads; those in a circle are left out. */
  readonly order: readonly string[];
  /** What every node reads, by input port. */
  readonly inputs: Readonly<Record<string, Readonly<Record<string, readonly PortSource[]>>>>;
}

/** What expressions of a document may name besides columns. */
export function environmentOf(document: Pick<PipelineDocument, "parameters">, known: KnownSchemas = {}): Environment {
  const own = document.parameters.map((parameter) => [parameter.name, parameter.type] as const);
  return {
    parameters: new Map([...Object.entries(RUN_PARAMETERS), ...own]),
    functions: new Map((known.functions ?? []).map((each) => [each.name, each])),
  };
}

type AddFault = (
  severity: GraphFault["severity"],
  node: string | null,
  fault: { readonly code: string; readonly message: string; readonly path?: string },
) => void;

/** The edges whose ends are there, by the node and port they lead to. */
function wire(document: PipelineDocument, nodes: ReadonlyMap<string, PipelineNode>, add: AddFault): ReadonlyMap<string, ReadonlyMap<string, PortSource[]>> {
  const wired = new Map<string, Map<string, PortSource[]>>([...nodes.keys()].map((id) => [id, new Map()]));
  for (const edge of document.edges) {
    const fault = edgeFault(edge, nodes);
    if (fault !== undefined) {
      add("error", nodes.has(edge.to) ? edge.to : nodes.has(edge.from) ? edge.from : null, { code: "graph.edge", message: fault });
      continue;
    }
    const ports = wired.get(edge.to);
    ports?.set(edge.toPort, [...(ports.get(edge.toPort) ?? []), { node: edge.from, port: edge.fromPort }]);
  }
  return wired;
}

function edgeFault(edge: PipelineEdge, nodes: ReadonlyMap<string, PipelineNode>): string | undefined {
  const [from, to] = [nodes.get(edge.from), nodes.get(edge.to)];
  if (from === undefined || to === undefined)
    return `An edge leads ${from === undefined ? "from" : "to"} ${from === undefined ? edge.from : edge.to}, which is not there.`;
  const outputs = outputPortsOf(from);
  if (!outputs.includes(edge.fromPort)) return `${from.id} has no output ${edge.fromPort}.${didYouMean(edge.fromPort, outputs)}`;
  const inputs = inputPortsOf(to).map((port) => port.name);
  return inputs.includes(edge.toPort) ? undefined : `${to.id} has no input ${edge.toPort}.${didYouMean(edge.toPort, inputs)}`;
}

function checkPort(node: PipelineNode, port: InputPort, count: number, add: AddFault): void {
  if (count === 0)
    add("error", node.id, { code: "graph.input_missing", message: `Nothing comes in${port.name === "in" ? "" : ` at ${port.name}`}: draw an edge to it.` });
  if (count > 1 && !port.isMany)
    add("error", node.id, { code: "graph.input_taken", message: `Several edges lead to ${port.name}, which takes one. Put a union before it.` });
}

function checkUse(document: PipelineDocument, add: AddFault): void {
  const read = new Set(document.edges.map((edge) => edge.from));
  for (const node of document.nodes) {
    if (outputPortsOf(node).length > 0 && !read.has(node.id))
      add("warning", node.id, { code: "graph.unused", message: "Nothing reads what comes out of this." });
  }
  if (document.nodes.length > 0 && !document.nodes.some((node) => node.kind.startsWith("to_")))
    add("warning", null, { code: "graph.no_destination", message: "The pipeline writes nothing: add a destination." });
}

/** Every node behind those it reads, in the document's order where that leaves a choice. */
function orderOf(document: PipelineDocument, wired: ReadonlyMap<string, ReadonlyMap<string, readonly PortSource[]>>): readonly PipelineNode[] {
  const waiting = new Map([...wired].map(([id, ports]) => [id, new Set([...ports.values()].flat().map((source) => source.node))]));
  const readers = new Map<string, string[]>();
  for (const [id, sources] of waiting) for (const source of sources) readers.set(source, [...(readers.get(source) ?? []), id]);
  const nodes = new Map(document.nodes.map((node) => [node.id, node]));
  const ready = [...nodes.keys()].filter((id) => waiting.get(id)?.size === 0);
  const order: PipelineNode[] = [];
  for (const id of ready) {
    const node = nodes.get(id);
    if (node !== undefined) order.push(node);
    for (const reader of readers.get(id) ?? []) {
      const left = waiting.get(reader);
      left?.delete(id);
      if (left?.size === 0) ready.push(reader);
    }
  }
  return order;
}

function checkNames(document: PipelineDocument, add: AddFault): ReadonlyMap<string, PipelineNode> {
  const nodes = new Map<string, PipelineNode>();
  for (const node of document.nodes) {
    if (nodes.has(node.id)) add("error", node.id, { code: "graph.duplicate_node", message: `Two nodes are called ${node.id}.` });
    nodes.set(node.id, node);
  }
  const parameters = new Set<string>();
  for (const { name } of document.parameters) {
    if (parameters.has(name)) add("error", null, { code: "graph.duplicate_parameter", message: `Two parameters are called ${name}.` });
    if (Object.hasOwn(RUN_PARAMETERS, name))
      add("error", null, { code: "graph.parameter_taken", message: `Every run has a parameter ${name} already: choose another name.` });
    parameters.add(name);
  }
  return nodes;
}

/** What is not said yet is told once, as that, and not again as what is wrong with it. */
function checkSettings(node: PipelineNode, inputs: ReadonlyMap<string, readonly Columns[]>, about: ConstructorParameters<typeof NodeContext>[2]): PortColumns {
  const missing = unfinished(node);
  const found: GraphFault[] = [];
  const ports = checkNode(node, new NodeContext(node, inputs, { ...about, faults: found }));
  const paths = new Set(missing.map(({ path }) => path));
  for (const { path, message } of missing) about.faults.push({ severity: "error", code: "node.unfinished", message, node: node.id, path });
  about.faults.push(...found.filter((fault) => fault.path === null || !paths.has(fault.path)));
  return ports;
}

const knownOnly = (ports: Readonly<Record<string, Columns>>): Readonly<Record<string, readonly GraphColumn[]>> =>
  Object.fromEntries(Object.entries(ports).flatMap(([port, columns]) => (columns === undefined ? [] : [[port, columns]])));

/**
 * Checks a document against what is known of the things it names: faults, the columns on every edge, and an order to compute
 * in. Pure, for the canvas and the server; takes milliseconds for hundreds of nodes and never throws.
 */
export function checkDocument(document: PipelineDocument, known: KnownSchemas = {}): DocumentCheck {
  const faults: GraphFault[] = [];
  const add: AddFault = (severity, node, { code, message, path }) => faults.push({ severity, code, message, node, path: path ?? null });
  const nodes = checkNames(document, add);
  const wired = wire(document, nodes, add);
  const order = orderOf({ ...document, nodes: [...nodes.values()] }, wired);
  const environment = environmentOf(document, known);
  const columns = new Map<string, Readonly<Record<string, Columns>>>();
  for (const node of order) {
    const ports = wired.get(node.id) ?? new Map<string, PortSource[]>();
    for (const port of inputPortsOf(node)) checkPort(node, port, ports.get(port.name)?.length ?? 0, add);
    const inputs = new Map([...ports].map(([port, sources]) => [port, sources.map((source) => columns.get(source.node)?.[source.port])]));
    columns.set(node.id, checkSettings(node, inputs, { known, environment, faults }));
  }
  const circle = [...nodes.keys()].filter((id) => !columns.has(id));
  for (const id of circle) add("error", id, { code: "graph.circle", message: `The edges lead in a circle: ${circle.slice(0, 10).join(", ")}.` });
  checkUse(document, add);
  return {
    faults,
    columns: Object.fromEntries([...columns].map(([id, ports]) => [id, knownOnly(ports)])),
    order: order.map((node) => node.id),
    inputs: Object.fromEntries([...wired].map(([id, ports]) => [id, Object.fromEntries(ports)])),
  };
}
