import { NODE_PORTS, type PipelineNode } from "@granary/protocol";

export interface InputPort {
  readonly name: string;
  /** Takes any number of edges. */
  readonly isMany: boolean;
}

/** Where edges into a node end. */
export function inputPortsOf(node: PipelineNode): readonly InputPort[] {
  if (node.kind === "sql") return node.settings.inputs.map((name) => ({ name, isMany: false }));
  return NODE_PORTS[node.kind].inputs.map((name) => ({ name: name.replace("+", ""), isMany: name.endsWith("+") }));
}

/** Where edges out of a node begin. */
export function outputPortsOf(node: PipelineNode): readonly string[] {
  return node.kind === "branch" ? [...node.settings.branches.map((branch) => branch.name), "else"] : NODE_PORTS[node.kind].outputs;
}
