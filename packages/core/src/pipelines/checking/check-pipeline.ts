import { checkDocument, type DocumentCheck, RUN_PARAMETERS } from "@granary/graph";
import { type GraphColumn, type GraphFault, type PipelineDocument, problem } from "@granary/protocol";
import type { Ctx, TxCtx } from "../../context/index.ts";
import { workspaceMaskKey } from "../../access/index.ts";
import { compileGraph, nodeSql } from "../../graph-queries/index.ts";
import { parseDocument } from "../files/index.ts";
import { describeSql } from "./describe-sql.ts";
import { findKnown, type Known } from "./known-schemas.ts";
import { triggerFaults } from "./trigger-faults.ts";

export interface Checked extends DocumentCheck {
  readonly known: Known;
}

/** What is wrong with a document; SQL nodes go by the columns they had when they were looked at last. */
export async function checkFaults(ctx: Ctx | TxCtx, document: PipelineDocument, pipelineId?: string): Promise<GraphFault[]> {
  const known = await findKnown(ctx, document);
  return [...known.faults, ...checkDocument(document, known).faults, ...(await triggerFaults(ctx, document, pipelineId))];
}

/** As `checkFaults`, with the columns of SQL nodes as the engine finds them. `pipelineId` is the pipeline it is of, once there is one. */
export async function checkWhole(ctx: Ctx, document: PipelineDocument, pipelineId?: string): Promise<Checked> {
  let known = await findKnown(ctx, document);
  let checked = checkDocument(document, known);
  const faults: GraphFault[] = [...known.faults];
  for (const id of checked.order) {
    const node = document.nodes.find((item) => item.id === id);
    if (node?.kind !== "sql" || node.settings.text === "") continue;
    const described = await describeSql(ctx, { document, node }, checked);
    if (described === undefined) continue;
    if ("fault" in described) {
      faults.push(described.fault);
      continue;
    }
    known = { ...known, sources: { ...known.sources, [id]: described.columns } };
    checked = checkDocument(document, known);
  }
  return { ...checked, known, faults: [...faults, ...checked.faults, ...(await triggerFaults(ctx, document, pipelineId))] };
}

export interface CheckAnswer {
  faults: GraphFault[];
  columns: Record<string, Record<string, GraphColumn[]>>;
  sql: Record<string, string>;
}

const plain = (columns: DocumentCheck["columns"]): CheckAnswer["columns"] =>
  Object.fromEntries(
    Object.entries(columns).map(([node, ports]) => [node, Object.fromEntries(Object.entries(ports).map(([port, list]) => [port, [...list]]))]),
  );

/** The statement of every node that is one; empty while the document has faults. */
function sqlOf(ctx: Ctx, document: PipelineDocument, { known, faults }: Checked): Record<string, string> {
  if (faults.some(({ severity }) => severity === "error")) return {};
  const standard = Object.fromEntries(document.parameters.map((parameter) => [parameter.name, parameter.default]));
  const parameters = { ...Object.fromEntries(Object.keys(RUN_PARAMETERS).map((name) => [name, null])), ...standard };
  const compiled = compileGraph({ document, known, parameters, maskKey: workspaceMaskKey(ctx.services.config.secrets.maskKey, ctx.workspaceId) });
  return Object.fromEntries(
    document.nodes.flatMap(({ id }) => {
      const text = nodeSql(compiled, id);
      return text === undefined ? [] : [[id, text]];
    }),
  );
}

/** Faults of a document, the columns on its edges and the SQL of its nodes. */
export async function checkPipeline(ctx: Ctx, document: PipelineDocument): Promise<CheckAnswer> {
  const checked = await checkWhole(ctx, document);
  return { faults: [...checked.faults], columns: plain(checked.columns), sql: sqlOf(ctx, document, checked) };
}

/** Refuses to run a document with faults. Throws `pipeline.invalid`, listing them. */
export async function requireSound(ctx: Ctx, document: PipelineDocument, pipelineId?: string): Promise<Checked> {
  const checked = await checkWhole(ctx, document, pipelineId);
  const errors = checked.faults.filter(({ severity }) => severity === "error");
  if (errors.length === 0) return checked;
  const issues = errors.map(({ node, path, message }) => {
    const place = node === null ? "document" : `nodes.${node}`;
    return { path: path === null ? place : `${place}.${path}`, message };
  });
  throw problem("pipeline.invalid", {}, { issues });
}

/** Reads a file into a document and tells what is wrong with it. */
export async function parsePipeline(ctx: Ctx, text: string): Promise<{ document: PipelineDocument; faults: GraphFault[] }> {
  const document = parseDocument(text);
  return { document, faults: await checkFaults(ctx, document) };
}
