import { call, cast, column, type Expression } from "@granary/engine";
import { type GraphColumn, type NodeSample, problem } from "@granary/protocol";
import type { Ctx } from "../../context/index.ts";
import { pathsOf } from "../folder.ts";
import { getDocument, listStepRows, requireRunRow, type StepRow } from "../store.ts";
import { seeRows } from "./see-rows.ts";

const asText = ({ name, type }: GraphColumn): Expression => (type === "binary" ? call("encode_hex", column(name)) : cast(column(name), { kind: "text" }));

const NUMBERS = ["integer", "number"];

function profileOf(rows: readonly (readonly (string | null)[])[], { type }: GraphColumn, at: number): NodeSample["profile"][number] {
  const values = rows.flatMap((row) => row[at] ?? []);
  const isNumber = NUMBERS.includes(type) || type.startsWith("decimal");
  const sorted = isNumber ? values.toSorted((left, right) => Number(left) - Number(right)) : values.toSorted();
  return { nulls: rows.length - values.length, distinct: new Set(values).size, min: sorted[0] ?? null, max: sorted.at(-1) ?? null };
}

interface Wanted {
  readonly node: string;
  readonly port: string;
  readonly limit: number;
}

async function readPort(ctx: Ctx, step: StepRow, { node, port, limit }: Wanted): Promise<NodeSample> {
  const kept = step.output?.ports[port];
  if (step.output === null || kept === undefined || kept.files.length === 0) throw problem("run.no_output");
  const paths = pathsOf(ctx.services.config.dataDir, step.output, port);
  const items = kept.columns.map((item) => ({ expression: asText(item), as: item.name }));
  const query = { kind: "select", items, from: { kind: "parquetFiles", paths }, limit } as const;
  const result = await ctx.services.engine
    .use({ kind: "read", signal: ctx.signal }, (session) => session.run({ kind: "query", query }))
    .catch((error: unknown) => {
      throw problem("run.no_output", {}, { cause: error instanceof Error ? error : new Error(String(error)) });
    });
  const rows = result.rows.map((row) => row.map((value) => (value === null ? null : String(value))));
  const profile = kept.columns.map((item, at) => profileOf(rows, item, at));
  return { node, port, columns: [...kept.columns], rows, total: kept.rows, profile, sql: step.sql, fault: null };
}

/** Rows of a step's kept output, for those who see all that feeds it. Throws `run.not_found`, `run.no_output` and `access.denied`. */
export async function readRunOutput(ctx: Ctx, id: string, wanted: Wanted): Promise<NodeSample> {
  const row = await requireRunRow(ctx.db, id);
  const document = await getDocument(ctx.db, row.pipeline_id, row.pipeline_version);
  const step = (await listStepRows(ctx.db, id)).find(({ node }) => node === wanted.node);
  if (step?.output == null) throw problem("run.no_output");
  return seeRows(ctx, { row, document, node: wanted.node }, async () => {
    const answer = await readPort(ctx, step, wanted);
    return { answer, rows: answer.rows.length };
  });
}
