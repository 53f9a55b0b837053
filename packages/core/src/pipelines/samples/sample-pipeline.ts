import { type GraphFault, type NodeSample, type PipelineDocument, problem } from "@granary/protocol";
import type { Ctx } from "../../context/index.ts";
import { type GivenValues, parameterTexts } from "../parameters.ts";
import { readNode } from "./read-node.ts";
import { runSample, shownPorts } from "./run-sample.ts";

export interface SampleRequest {
  readonly document: PipelineDocument;
  readonly nodes: readonly string[];
  readonly rows: number;
  readonly parameters: GivenValues;
  /** A test of the document whose rows stand in for the sources. */
  readonly test?: string | undefined;
}

/** Of a node in an overview of all, and of nodes that were asked for. */
const SHOWN = { all: 100, asked: 500 } as const;

const empty = { columns: [], rows: [], total: null, profile: [] };

/** Runs a document on samples and shows the rows at its nodes; nothing is kept or written. */
export async function samplePipeline(ctx: Ctx, request: SampleRequest): Promise<{ items: NodeSample[]; faults: GraphFault[] }> {
  const { document, nodes, rows: limit } = request;
  const test = document.tests.find(({ name }) => name === request.test);
  if (request.test !== undefined && test === undefined)
    throw problem("request.invalid", {}, { issues: [{ path: "body.test", message: "is no test of the document" }] });
  const parameters = { ...test?.parameters, ...parameterTexts(request.parameters) };
  const sampled = await runSample(ctx, document, { limit, parameters, test, nodes });
  await using files = sampled.files;
  const items: NodeSample[] = [];
  for (const node of sampled.nodes) {
    if (nodes.length > 0 && !nodes.includes(node.id)) continue;
    const about = { node: node.id, sql: sampled.sqlOf(node.id), fault: sampled.failed.get(node.id) ?? null };
    for (const port of shownPorts(node)) {
      const rows = files.has(node.id, port) ? await readNode(files, node.id, port, nodes.length > 0 ? SHOWN.asked : SHOWN.all) : empty;
      items.push({ ...about, port, ...rows });
    }
  }
  return { items, faults: [...sampled.faults] };
}
