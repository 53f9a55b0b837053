import { join } from "node:path";
import { type GraphColumn, type GraphType, type NodeOf, problem, type TransformationDefinition } from "@granary/protocol";
import { sql } from "kysely";
import { rereadStep } from "../carry-out/end-step.ts";
import type { Work } from "../carry-out/work.ts";
import { newFile, settleFile } from "../folder.ts";
import { inputsOf, type Rows } from "./rows-at.ts";
import { MAX_KEPT_REJECTS, type StepResult } from "./step-result.ts";
import { sizeOf, useEngine, writePort } from "./write-ports.ts";

interface Found {
  readonly name: string;
  readonly definition: TransformationDefinition;
}

/** A function of the library, at the version the node says or else the newest. */
async function findFunction(work: Work, { function: named, version }: NodeOf<"function">["settings"]): Promise<Found> {
  const row = await work.ctx.db
    .selectFrom("transformations as t")
    .innerJoin("transformation_versions as v", "v.transformation_id", "t.id")
    .select(["t.name", sql<TransformationDefinition>`v.definition`.as("definition")])
    .where((eb) => eb.or([eb("t.id", "=", named), eb("t.name", "=", named)]))
    .where("t.language", "=", "javascript")
    .where((eb) => (version === undefined ? eb("v.number", "=", eb.ref("t.version_number")) : eb("v.number", "=", version)))
    .executeTakeFirst();
  if (row === undefined) throw problem("transformation.not_found");
  return row;
}

/** Files of what comes in; rows computed on the way are written first. */
async function filesOf(work: Work, id: string, rows: Rows): Promise<readonly string[]> {
  if (rows.isFiles && rows.files.length > 0) return rows.files;
  const port = await useEngine(work, await sizeOf(rows.files), (session) => writePort(work, session, { node: id, port: "in" }, rows.query));
  return port.files.map(({ path }) => join(work.folder, path));
}

function argumentsOf({ settings, id, title }: NodeOf<"function">, { name, definition }: Found, columns: readonly GraphColumn[]) {
  return definition.arguments.map((argument) => {
    const column = settings.inputs[argument.name] ?? argument.name;
    const found = columns.find((item) => item.name === column);
    if (found === undefined)
      throw problem("run.step_failed", { node: title || id, reason: `${name} needs ${argument.name}, and there is no column ${column}` });
    return { name: argument.name, column, type: found.type };
  });
}

/** Columns that come out: those that came in, with results in place of columns of their names, and new ones behind. */
function outColumns(columns: readonly GraphColumn[], outputs: readonly { readonly name: string; readonly type: GraphType }[]): readonly GraphColumn[] {
  const results = new Map(outputs.map((item) => [item.name, item]));
  const kept = columns.map((item) => results.get(item.name) ?? item);
  return [...kept, ...outputs.filter(({ name }) => !columns.some((item) => item.name === name))];
}

/** Runs a function people wrote over whole rows, in a process that can reach nothing. */
export async function runFunctionNode(work: Work, node: NodeOf<"function">): Promise<StepResult> {
  const { outputs, onFault } = node.settings;
  const found = await findFunction(work, node.settings);
  const [input] = await inputsOf(work, node.id);
  if (input === undefined) throw problem("run.step_failed", { node: node.title || node.id, reason: "nothing comes into it" });
  const { path, absolute } = await newFile(work.folder, node.id, "out.parquet");
  const { rows, rejectedCount, rejected } = await work.ctx.services.engine.runFunction({
    body: found.definition.body,
    arguments: argumentsOf(node, found, input.rows.columns),
    outputs,
    from: await filesOf(work, node.id, input.rows),
    columns: input.rows.columns.map(({ name }) => name),
    to: absolute,
    onFault,
    maxRejects: MAX_KEPT_REJECTS,
    signal: work.signal,
    onProgress: (done) => void rereadStep(work, { node: node.id }, { rows_out: done }),
  });
  const { bytes } = await settleFile(absolute);
  const columns = outColumns(input.rows.columns, outputs);
  return {
    output: { runId: work.row.id, ports: { out: { files: [{ path, rows, bytes }], columns, rows } } },
    fields: { rows_in: rows + rejectedCount, rows_out: rows, rejected: rejectedCount, bytes, ports: { out: rows }, columns },
    rejects: rejected.map(({ reason, row }) => ({ column: null, reason, row })),
    warnings: rejectedCount > 0 ? [`${rejectedCount} rows failed and were kept apart`] : [],
  };
}
