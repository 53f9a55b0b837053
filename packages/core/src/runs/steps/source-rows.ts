import { cast, type Expression, literal, type Query, type TypedName } from "@granary/engine";
import { type NodeOf } from "@granary/protocol";
import { sqlTypeOf } from "../graph-types.ts";
import type { Work } from "../carry-out/work.ts";
import type { StepResult } from "./step-result.ts";
import { selectNames, useEngine, writePort } from "./write-ports.ts";

/** Rows somebody typed into the pipeline, as values of their columns' types. */
function writtenRows({ columns, rows }: NodeOf<"source_rows">["settings"]): Query {
  const typed = columns.map(({ name, type }): TypedName => ({ name, type: sqlTypeOf(type) }));
  const cells = (row: readonly (string | null)[]): Expression[] => typed.map(({ type }, index) => cast(literal(row[index] ?? null), type));
  return selectNames(
    { kind: "values", columns: typed, rows: rows.map(cells) },
    columns.map(({ name }) => name),
  );
}

export async function runSourceRows(work: Work, node: NodeOf<"source_rows">): Promise<StepResult> {
  const out = await useEngine(work, 0, (session) => writePort(work, session, { node: node.id, port: "out" }, writtenRows(node.settings)));
  return {
    output: { runId: work.row.id, ports: { out } },
    fields: { rows_out: out.rows, bytes: out.files[0]?.bytes ?? 0, ports: { out: out.rows }, columns: out.columns },
  };
}
