import { rm } from "node:fs/promises";
import type { GraphColumn, NodeOf, PipelineDocument, TransformationDefinition } from "@granary/protocol";
import { problem } from "@granary/protocol";
import type { DocumentCheck, PortSource } from "@granary/graph";
import type { Ctx } from "../../context/index.ts";
import { spoolResult } from "../../sql-console/index.ts";
import { sqlParameters } from "../checking/index.ts";
import { sqlTypeOf } from "../../graph-queries/index.ts";
import { findFunction } from "./find-function.ts";
import { type SampleFiles, selectColumns } from "./sample-files.ts";

const SQL_DEADLINE_MS = 30_000;

/** What the nodes of a sample are computed with. */
export interface SampleRun {
  readonly ctx: Ctx;
  readonly files: SampleFiles;
  readonly document: PipelineDocument;
  readonly check: DocumentCheck;
  readonly parameters: Readonly<Record<string, string | null>>;
  readonly limit: number;
}

export const sourcesOf = ({ check }: Pick<SampleRun, "check">, node: string, port: string): readonly PortSource[] => check.inputs[node]?.[port] ?? [];

function sourceOf(run: SampleRun, node: string, port: string): PortSource {
  const [source] = sourcesOf(run, node, port);
  if (source === undefined) throw problem("pipeline.invalid", {}, { issues: [{ path: `nodes.${node}`, message: `Nothing comes in at ${port}.` }] });
  return source;
}

const outColumns = ({ check }: SampleRun, node: string): readonly GraphColumn[] => check.columns[node]?.["out"] ?? [];

/** Runs a node's SQL over its inputs, in the walls of the SQL console. */
export async function runSqlNode(run: SampleRun, node: NodeOf<"sql">): Promise<void> {
  const { ctx, files, limit } = run;
  const { engine, lake } = ctx.services;
  const sources = node.settings.inputs.map((port) => [port, sourceOf(run, node.id, port)] as const);
  const relations = Object.fromEntries(
    sources.map(([port, source]) => [port, selectColumns(files.columnsOf(source.node, source.port), files.relation(source.node, source.port))]),
  );
  const { parameters: used } = await engine.checkSql(node.settings.text, ctx.signal);
  const spooled = files.path(`${node.id}.rows`);
  const path = files.path(`${node.id}.out.parquet`);
  await using result = await engine.sandbox({
    sql: node.settings.text,
    relations,
    files: sources.map(([, source]) => files.pathOf(source.node, source.port)),
    parameters: sqlParameters(run.document, run.parameters, used),
    limits: { deadlineMs: SQL_DEADLINE_MS, maxRows: limit * 10 },
    signal: ctx.signal,
  });
  await spoolResult(spooled, result, () => undefined);
  const columns = outColumns(run, node.id);
  await lake.exportResult({
    from: spooled,
    columns: columns.map(({ name, type }) => ({ name, sqlType: sqlTypeOf(type) })),
    format: { kind: "parquet" },
    to: path,
    signal: ctx.signal,
  });
  await rm(spooled, { force: true });
  files.note(node.id, "out", columns, path);
}

function argumentsOf({ settings, id }: NodeOf<"function">, definition: TransformationDefinition, columns: readonly GraphColumn[]) {
  return definition.arguments.map(({ name }) => {
    const wanted = settings.inputs[name] ?? name;
    const found = columns.find((column) => column.name === wanted);
    if (found === undefined)
      throw problem("pipeline.invalid", {}, { issues: [{ path: `nodes.${id}.inputs.${name}`, message: `There is no column ${wanted}.` }] });
    return { name, column: found.name, type: found.type };
  });
}

/** Runs a node's own function over its input. */
export async function runFunctionNode(run: SampleRun, node: NodeOf<"function">): Promise<void> {
  const { ctx, files } = run;
  const source = sourceOf(run, node.id, "in");
  const columns = files.columnsOf(source.node, source.port);
  const { function: name, version, outputs, onFault } = node.settings;
  const { definition } = await findFunction(ctx, name, version);
  const path = files.path(`${node.id}.out.parquet`);
  await ctx.services.engine.runFunction({
    body: definition.body,
    arguments: argumentsOf(node, definition, columns),
    outputs,
    from: [files.pathOf(source.node, source.port)],
    columns: columns.map((column) => column.name),
    to: path,
    onFault,
    signal: ctx.signal,
  });
  files.note(node.id, "out", outColumns(run, node.id), path);
}

/** Lets what comes in through, as gates do with rows that pass: samples are too small to be judged as a whole. */
export function passOn(run: SampleRun, node: string, port: string): void {
  const source = sourceOf(run, node, "in");
  run.files.note(node, port, run.files.columnsOf(source.node, source.port), run.files.pathOf(source.node, source.port));
}
