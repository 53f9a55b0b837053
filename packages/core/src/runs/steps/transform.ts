import type { EngineSession } from "@granary/engine";
import { outputPortsOf } from "@granary/graph";
import type { Unit } from "../carry-out/plan-units.ts";
import type { Work } from "../carry-out/work.ts";
import type { PortOutput } from "../store.ts";
import { compileNode } from "./compile-node.ts";
import { computedRows, type Rows, rowsAt } from "./rows-at.ts";
import { MAX_KEPT_REJECTS, type RejectedRow, type StepResult } from "./step-result.ts";
import { selectNames, sizeOf, useEngine, writePort } from "./write-ports.ts";

/** Ports of a node that somebody reads; all where nobody reads any, so that there is something to look at. */
function portsOf(work: Work, { node }: Unit): readonly string[] {
  const read = [...new Set(work.document.edges.filter(({ from }) => from === node.id).map(({ fromPort }) => fromPort))];
  return read.length === 0 ? outputPortsOf(node) : read;
}

interface Rejected {
  readonly count: number;
  readonly rows: readonly RejectedRow[];
}

const NONE: Rejected = { count: 0, rows: [] };

/** Counts and lists the rows a node keeps apart: columns `column`, `reason` and `row`, the last a JSON object. */
async function readRejected(session: EngineSession, { query }: Rows): Promise<Rejected> {
  await session.run({ kind: "createTable", name: "granary_rejected", query });
  const from = { kind: "table", name: "granary_rejected" } as const;
  const counted = await session.run({
    kind: "query",
    query: { kind: "select", items: [{ expression: { kind: "call", name: "count_rows", operands: [] }, as: "n" }], from },
  });
  const count = Number(counted.rows[0]?.[0] ?? 0);
  if (count === 0) return NONE;
  const { rows } = await session.run({ kind: "query", query: { ...selectNames(from, ["column", "reason", "row"]), limit: MAX_KEPT_REJECTS } });
  return {
    count,
    rows: rows.map(([column, reason, row]) => ({
      column: column === null ? null : String(column),
      reason: String(reason),
      row: JSON.parse(String(row)) as RejectedRow["row"],
    })),
  };
}

/** How many rows come into a node; unknown where they are computed on the way. */
async function countIn(work: Work, { node, fused }: Unit): Promise<number | null> {
  if (fused.length > 0) return null;
  let sum = 0;
  for (const { from, fromPort } of work.document.edges.filter(({ to }) => to === node.id)) {
    const { count } = await rowsAt(work, from, fromPort);
    if (count === undefined) return null;
    sum += count;
  }
  return sum;
}

/** Computes a node, and those before it that nobody else reads, in one statement a port. */
export async function runTransform(work: Work, unit: Unit): Promise<StepResult> {
  const { node } = unit;
  const compiled = compileNode(work, node.id, portsOf(work, unit));
  const computed: { readonly port: string; readonly rows: Rows }[] = [];
  for (const port of compiled.ports) computed.push({ port: port.port, rows: await computedRows(work, port) });
  const apart = compiled.rejected === undefined ? undefined : await computedRows(work, compiled.rejected);
  const bytes = await sizeOf([...new Set(computed.flatMap(({ rows }) => rows.files))]);
  const { ports, rejected } = await useEngine(work, bytes, async (session) => {
    const written: [string, PortOutput][] = [];
    for (const { port, rows } of computed)
      written.push([port, { ...(await writePort(work, session, { node: node.id, port }, rows.query)), columns: rows.columns }]);
    return { ports: Object.fromEntries(written), rejected: apart === undefined ? NONE : await readRejected(session, apart) };
  });
  const all = Object.values(ports);
  return {
    output: { runId: work.row.id, ports },
    fields: {
      rows_in: await countIn(work, unit),
      rows_out: all.reduce((sum, { rows }) => sum + rows, 0),
      rejected: rejected.count,
      bytes: all.flatMap(({ files }) => files).reduce((sum, file) => sum + file.bytes, 0),
      ports: Object.fromEntries(Object.entries(ports).map(([port, { rows }]) => [port, rows])),
      columns: all[0]?.columns ?? [],
      sql: compiled.sql[node.id] ?? null,
    },
    sql: compiled.sql,
    rejects: rejected.rows,
    warnings: rejected.count > 0 ? [`${rejected.count} rows did not fit and were kept apart`] : [],
  };
}
