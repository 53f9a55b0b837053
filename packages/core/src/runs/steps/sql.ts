import { rm } from "node:fs/promises";
import type { SandboxParameter } from "@granary/engine";
import { type NodeOf, problem } from "@granary/protocol";
import { spoolResult, sqlTypeOf as sqlTypeOfResult } from "../../sql-console/index.ts";
import { rereadStep } from "../carry-out/end-step.ts";
import type { Work } from "../carry-out/work.ts";
import { engineNameOf } from "../engine-names.ts";
import { newFile, settleFile } from "../folder.ts";
import { graphTypeOf } from "../graph-types.ts";
import { inputsOf } from "./rows-at.ts";
import type { StepResult } from "./step-result.ts";

const MAX_ROWS = 1_000_000_000;

/** Parameters of the run as a query names them, numbers and truth values as such. */
function parametersOf(work: Work): Record<string, SandboxParameter> {
  return Object.fromEntries(
    work.document.parameters.map(({ name, type }): [string, SandboxParameter] => {
      const value = work.row.parameters[name] ?? null;
      if (value === null) return [name, null];
      if (type === "integer" || type === "number") return [name, Number(value)];
      return [name, type === "boolean" ? value === "true" : value];
    }),
  );
}

/** Runs a person's query over what comes in, in the same walls as the SQL console: it can read nothing else. */
export async function runSql(work: Work, node: NodeOf<"sql">): Promise<StepResult> {
  const inputs = await inputsOf(work, node.id);
  const relations = Object.fromEntries(inputs.map(({ edge, rows }) => [edge.toPort, rows.query]));
  const files = [...new Set(inputs.flatMap(({ rows }) => rows.files))];
  const { saveTimeoutS } = work.ctx.services.config.sql;
  const { engine, lake, config } = work.ctx.services;
  const used = (await engine.checkSql(node.settings.text, work.signal)).parameters;
  const parameters = Object.fromEntries(Object.entries(parametersOf(work)).filter(([name]) => used.includes(name)));
  const limits = { deadlineMs: saveTimeoutS * 1_000, maxRows: MAX_ROWS, maxBytes: config.uploadLimitBytes };
  await using result = await engine.sandbox({ sql: node.settings.text, relations, files, limits, parameters, signal: work.signal });
  const { path, absolute } = await newFile(work.folder, node.id, "out.parquet");
  const spooled = `${absolute}.rows`;
  try {
    const kept = await spoolResult(spooled, result, (rows) => void rereadStep(work, { node: node.id }, { rows_out: rows }));
    if (kept.cut !== undefined) throw problem("sql.too_large_to_store", { limit: config.uploadLimitBytes });
    const columns = kept.columns.map((column) => ({ name: column.name, sqlType: sqlTypeOfResult(column) }));
    await lake.exportResult({ from: spooled, columns, format: { kind: "parquet" }, to: absolute, work: "job", signal: work.signal });
    const { bytes } = await settleFile(absolute);
    const typed = columns.map(({ name, sqlType }) => ({ name, type: graphTypeOf(engineNameOf(sqlType)) }));
    const out = { files: [{ path, rows: kept.rows, bytes }], columns: typed, rows: kept.rows };
    return {
      output: { runId: work.row.id, ports: { out } },
      fields: { rows_out: kept.rows, bytes, ports: { out: kept.rows }, columns: typed, sql: node.settings.text },
    };
  } finally {
    await rm(spooled, { force: true });
  }
}
