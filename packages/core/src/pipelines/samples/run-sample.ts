import { isAppError } from "@granary/kernel";
import { type DocumentCheck, outputPortsOf, RUN_PARAMETERS } from "@granary/graph";
import type { GraphFault, NodeSample, PipelineDocument, PipelineNode, PipelineTest } from "@granary/protocol";
import { workspaceMaskKey } from "../../access/index.ts";
import type { Ctx } from "../../context/index.ts";
import { checkWhole } from "../checking/index.ts";
import { type CompiledGraph, compileGraph, nodeSql, relationName } from "../../graph-queries/index.ts";
import { fillForTest, fillSource, isSource } from "./fill-sources.ts";
import { passOn, runFunctionNode, runSqlNode, type SampleRun, sourcesOf } from "./run-outside.ts";
import { SampleFiles, selectColumns } from "./sample-files.ts";

/** A document run on samples: which nodes have rows, and why others have none. */
export interface SampledDocument {
  readonly files: SampleFiles;
  readonly faults: readonly GraphFault[];
  /** By node. */
  readonly failed: ReadonlyMap<string, string>;
  readonly nodes: readonly PipelineNode[];
  readonly check: DocumentCheck;
  sqlOf(node: string): string | null;
}

export interface SampleOptions {
  readonly limit: number;
  readonly parameters: Readonly<Record<string, string | null>>;
  readonly test?: PipelineTest | undefined;
  /** Only these and what they need; all when empty. */
  readonly nodes: readonly string[];
}

/** Nodes with faults and all that read of them, by why. */
function broken({ faults, order, inputs }: DocumentCheck & { readonly faults: readonly GraphFault[] }, document: PipelineDocument): Map<string, string> {
  const found = new Map<string, string>();
  for (const { severity, node, message } of faults) if (severity === "error" && node !== null && !found.has(node)) found.set(node, message);
  for (const { id } of document.nodes) if (!order.includes(id) && !found.has(id)) found.set(id, "The edges lead in a circle.");
  for (const id of order) {
    const before = Object.values(inputs[id] ?? {}).flat();
    if (!found.has(id) && before.some(({ node }) => found.has(node))) found.set(id, UPSTREAM);
  }
  return found;
}

function neededFor(wanted: readonly string[], { inputs }: DocumentCheck): ReadonlySet<string> {
  const needed = new Set<string>();
  const visit = (id: string): void => {
    if (needed.has(id)) return;
    needed.add(id);
    for (const source of Object.values(inputs[id] ?? {}).flat()) visit(source.node);
  };
  for (const id of wanted) visit(id);
  return needed;
}

const without = (document: PipelineDocument, left: (id: string) => boolean): PipelineDocument => ({
  ...document,
  nodes: document.nodes.filter(({ id }) => !left(id)),
  edges: document.edges.filter(({ from, to }) => !left(from) && !left(to)),
});

async function computeNode(run: SampleRun, compiled: CompiledGraph, node: PipelineNode): Promise<void> {
  if (node.kind === "sql") return runSqlNode(run, node);
  if (node.kind === "function") return runFunctionNode(run, node);
  if (node.kind === "gate") return passOn(run, node.id, "out");
  if (node.kind.startsWith("to_")) return passOn(run, node.id, "in");
  const { files, check } = run;
  const named = Object.keys(check.inputs[node.id] ?? {}).flatMap((port) =>
    sourcesOf(run, node.id, port).map((source) => ({
      name: relationName(source.node, source.port),
      query: selectColumns(files.columnsOf(source.node, source.port), files.relation(source.node, source.port)),
    })),
  );
  const distinct = [...new Map(named.map((item) => [item.name, item])).values()];
  for (const port of outputPortsOf(node)) {
    const query = compiled.queries.get(node.id)?.[port];
    if (query !== undefined)
      await files.keep(node.id, port, check.columns[node.id]?.[port] ?? [], distinct.length === 0 ? query : { kind: "with", named: distinct, query });
  }
}

async function fill(run: SampleRun, node: PipelineNode, test: PipelineTest | undefined): Promise<boolean> {
  if (!isSource(node)) return false;
  const { ctx, files, limit, check } = run;
  const filling = { ctx, files, limit, columns: check.columns[node.id]?.["out"] ?? [] };
  await (test === undefined || (node.kind === "source_rows" && test.inputs[node.id] === undefined)
    ? fillSource(filling, node)
    : fillForTest(filling, node, test));
  return true;
}

function valuesOf(ctx: Ctx, { parameters }: PipelineDocument, given: Readonly<Record<string, string | null>>): Record<string, string | null> {
  const own = parameters.map(({ name, default: standard }) => [name, given[name] ?? standard] as const);
  const built = Object.keys(RUN_PARAMETERS).map(
    (name) => [name, name === "run_started_at" ? ctx.services.clock.now().toISOString() : (given[name] ?? null)] as const,
  );
  return Object.fromEntries([...built, ...own]);
}

const UPSTREAM = "Something it reads has a fault.";

/** Why a node has no rows; what is wrong with the sample as a whole is thrown. */
function reasonOf(error: unknown): string {
  if (!isAppError(error) || error.code === "engine.cancelled") throw error;
  if (error.code !== "engine.statement_failed" || !(error.cause instanceof Error)) return error.message;
  return error.cause.message.split("\n")[0] ?? error.message;
}

async function runNodes(run: SampleRun, compiled: CompiledGraph, test: PipelineTest | undefined): Promise<ReadonlyMap<string, string>> {
  const failed = new Map<string, string>();
  for (const id of compiled.check.order) {
    const node = run.document.nodes.find((item) => item.id === id);
    const before = Object.values(compiled.check.inputs[id] ?? {}).flat();
    if (before.some((source) => failed.has(source.node))) failed.set(id, UPSTREAM);
    else if (node !== undefined) {
      try {
        if (!(await fill(run, node, test))) await computeNode(run, compiled, node);
      } catch (error) {
        failed.set(id, reasonOf(error));
      }
    }
  }
  return failed;
}

/** Computes what it can of a document on the first rows of its sources. The files are the caller's to dispose of. */
export async function runSample(
  ctx: Ctx,
  document: PipelineDocument,
  { limit, parameters: given, test, nodes: wanted }: SampleOptions,
): Promise<SampledDocument> {
  const checked = await checkWhole(ctx, document);
  const faulty = broken(checked, document);
  const needed = wanted.length === 0 ? undefined : neededFor(wanted, checked);
  const sound = without(document, (id) => faulty.has(id) || needed?.has(id) === false);
  const parameters = valuesOf(ctx, document, given);
  const maskKey = workspaceMaskKey(ctx.services.config.secrets.maskKey, ctx.workspaceId);
  const compiled = compileGraph({ document: sound, known: checked.known, parameters, maskKey });
  await using starting = new AsyncDisposableStack();
  const files = starting.use(await SampleFiles.open(ctx));
  const ran = await runNodes({ ctx, files, document: sound, check: compiled.check, parameters, limit }, compiled, test);
  starting.move();
  const failed = new Map([...faulty, ...ran]);
  return { files, faults: checked.faults, failed, nodes: document.nodes, check: checked, sqlOf: (node) => nodeSql(compiled, node) ?? null };
}

/** Ports of a node to look at: what comes out, or what a destination takes. */
export const shownPorts = (node: PipelineNode): readonly NodeSample["port"][] => (node.kind.startsWith("to_") ? ["in"] : outputPortsOf(node));
