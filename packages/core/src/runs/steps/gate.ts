import { call, column, compare, type EngineSession, type Expression, isNull, literal, not, or, over, type Relation, type SelectItem } from "@granary/engine";
import { environmentOf, ROW_USE, scopeOf } from "@granary/graph";
import { type GateCheck, type GraphColumn, type NodeOf, problem } from "@granary/protocol";
import { keepRejects } from "../carry-out/end-step.ts";
import type { Work } from "../carry-out/work.ts";
import { compileCondition } from "../../graph-queries/index.ts";
import { holdRun, type PortOutput } from "../store.ts";
import { parametersOf } from "./compile-node.ts";
import { inputsOf, type Rows } from "./rows-at.ts";
import { MAX_KEPT_REJECTS, type RejectedRow, type StepResult } from "./step-result.ts";
import { selectNames, sizeOf, useEngine, writePort } from "./write-ports.ts";

type RowCheck = Extract<GateCheck, { readonly tolerance: number }>;

const isRowCheck = (check: GateCheck): check is RowCheck => "tolerance" in check;

function nameOf(check: GateCheck): string {
  switch (check.check) {
    case "not_null":
      return `${check.column} is never empty`;
    case "unique":
      return `${check.columns.join(", ")} ${check.columns.length === 1 ? "is" : "are"} unique`;
    case "expression":
      return check.name === "" ? check.expression : check.name;
    case "row_count":
      return `there are ${check.min ?? 0} to ${check.max ?? "any number of"} rows`;
    case "volume_change":
      return "there are about as many rows as the last time";
  }
}

/** True for the rows that break a check. */
function isBroken(work: Work, check: RowCheck, columns: readonly GraphColumn[]): Expression {
  if (check.check === "not_null") return isNull(column(check.column));
  if (check.check === "unique") {
    const key = check.columns.map((name) => column(name));
    return compare(over(call("row_number"), { partitionBy: key }), ">", literal(1));
  }
  const scope = scopeOf(columns, environmentOf(work.document, { functions: work.functions }), ROW_USE);
  const condition = compileCondition(check.expression, scope, { parameters: parametersOf(work) });
  return compare(condition, "is distinct from", literal(true));
}

const flag = (index: number): string => `granary_check_${index}`;

interface Counted {
  readonly total: number;
  readonly broken: readonly number[];
  readonly rejects: readonly RejectedRow[];
  readonly out: PortOutput;
}

/** What is wrong with the checks of a gate, in words; empty where they hold. */
interface Verdict {
  readonly failed: readonly string[];
  /** Of the row checks, those that failed. */
  readonly rowChecks: readonly number[];
  /** Something about the rows as a whole is wrong, which leaving some out does not cure. */
  readonly isWhole: boolean;
}

/** How many rows came through the gate in the last successful run. */
async function lastCount(work: Work, node: string): Promise<number | undefined> {
  const row = await work.ctx.db
    .selectFrom("run_steps as s")
    .innerJoin("runs as r", "r.id", "s.run_id")
    .select("s.rows_in")
    .where("r.pipeline_id", "=", work.row.pipeline_id)
    .where("r.state", "in", ["succeeded", "succeeded_with_warnings"])
    .where("r.is_dry", "=", false)
    .where("s.node", "=", node)
    .where("s.rows_in", "is not", null)
    .orderBy("r.id", "desc")
    .limit(1)
    .executeTakeFirst();
  return row?.rows_in ?? undefined;
}

function isWholeBroken(check: GateCheck, total: number, before: number | undefined): boolean {
  if (check.check === "row_count") return total < (check.min ?? 0) || total > (check.max ?? Number.POSITIVE_INFINITY);
  if (check.check !== "volume_change" || before === undefined || before === 0) return false;
  const change = (total - before) / before;
  return change < -(check.maxDrop ?? Number.POSITIVE_INFINITY) || change > (check.maxGrowth ?? Number.POSITIVE_INFINITY);
}

function judge(checks: readonly GateCheck[], rowChecks: readonly RowCheck[], counted: Pick<Counted, "total" | "broken">, before: number | undefined): Verdict {
  const { total, broken } = counted;
  const failedRows = rowChecks.flatMap((check, index) => ((broken[index] ?? 0) > check.tolerance * total ? [index] : []));
  const whole = checks.filter((check) => isWholeBroken(check, total, before));
  const words = failedRows.map((index) => `${nameOf(rowChecks[index] as RowCheck)} (${broken[index]} of ${total} rows)`);
  return { failed: [...words, ...whole.map((check) => `${nameOf(check)} (${total})`)], rowChecks: failedRows, isWhole: whole.length > 0 };
}

interface Gate {
  readonly node: NodeOf<"gate">;
  readonly rows: Rows;
  readonly rowChecks: readonly RowCheck[];
}

/** The rows with a truth value for each check of rows, true where it is broken. */
interface Flagged {
  readonly names: readonly string[];
  readonly flags: readonly SelectItem[];
  readonly relation: Relation;
}

function flagRows(work: Work, { rows, rowChecks }: Gate): Flagged {
  const names = rows.columns.map(({ name }) => name);
  const flags = rowChecks.map((check, index): SelectItem => ({ expression: isBroken(work, check, rows.columns), as: flag(index) }));
  const from = { kind: "query", query: rows.query } as const;
  return { names, flags, relation: { kind: "query", query: { ...selectNames(from, names), items: [...selectNames(from, names).items, ...flags] } } };
}

async function count(session: EngineSession, { flags, relation }: Flagged): Promise<Pick<Counted, "total" | "broken">> {
  const items = [{ expression: call("count_rows"), as: "total" }, ...flags.map(({ as }) => ({ expression: call("count_if", column(as)), as }))];
  const [first = []] = (await session.run({ kind: "query", query: { kind: "select", items, from: relation } })).rows;
  const [total = 0, ...broken] = first.map(Number);
  return { total, broken };
}

/** The first rows that break a check which failed, with the check. */
async function listBad(
  session: EngineSession,
  { names, flags, relation }: Flagged,
  rowChecks: readonly RowCheck[],
  failed: readonly number[],
): Promise<readonly RejectedRow[]> {
  const where = or(...failed.map((index) => column(flag(index))));
  const { rows } = await session.run({
    kind: "query",
    query: { ...selectNames(relation, [...names, ...flags.map(({ as }) => as)]), where, limit: MAX_KEPT_REJECTS },
  });
  return rows.map((row): RejectedRow => {
    const at = failed.find((index) => row[names.length + index] === true) ?? 0;
    const check = rowChecks[at] as RowCheck;
    const values = Object.fromEntries(names.map((name, index) => [name, row[index] == null ? null : String(row[index])]));
    return { column: check.check === "not_null" ? check.column : null, reason: `Does not hold: ${nameOf(check)}`, row: values };
  });
}

/** Whether what a verdict says stops the run. */
const isStopped = ({ settings: { onFail } }: NodeOf<"gate">, { failed, isWhole }: Verdict): boolean =>
  failed.length > 0 && (onFail === "fail" || (onFail === "quarantine" && isWhole));

/** Looks at the rows, before anything is published, and keeps those that may go on. */
async function look(work: Work, gate: Gate, before: number | undefined): Promise<{ readonly counted: Counted; readonly verdict: Verdict }> {
  const { node, rows, rowChecks } = gate;
  const { onFail, checks } = node.settings;
  const flagged = flagRows(work, gate);
  return useEngine(work, await sizeOf(rows.files), async (session) => {
    const { total, broken } = await count(session, flagged);
    const verdict = judge(checks, rowChecks, { total, broken }, before);
    const failed = verdict.rowChecks;
    const isApart = onFail === "quarantine" && failed.length > 0;
    const all = selectNames({ kind: "query", query: rows.query }, flagged.names);
    const kept = isApart ? { ...selectNames(flagged.relation, flagged.names), where: not(or(...failed.map((index) => column(flag(index))))) } : all;
    const out = isStopped(node, verdict)
      ? { files: [], columns: rows.columns, rows: 0 }
      : { ...(await writePort(work, session, { node: node.id, port: "out" }, kept)), columns: rows.columns };
    const rejects = failed.length > 0 && onFail !== "warn" ? await listBad(session, flagged, rowChecks, failed) : [];
    return { counted: { total, broken, rejects, out }, verdict };
  });
}

/** Looks at rows before anything is published: they stop the run, are kept apart, or are warned of. */
export async function runGate(work: Work, node: NodeOf<"gate">): Promise<StepResult> {
  const [input] = await inputsOf(work, node.id);
  if (input === undefined) throw problem("run.step_failed", { node: node.title || node.id, reason: "nothing comes into it" });
  const gate: Gate = { node, rows: input.rows, rowChecks: node.settings.checks.filter(isRowCheck) };
  const { counted, verdict } = await look(work, gate, await lastCount(work, node.id));
  const { total, rejects, out } = counted;
  const { onFail } = node.settings;
  if (isStopped(node, verdict)) {
    await work.ctx.tx(async (ctx) => {
      await holdRun(ctx.db, work.row.id);
      await keepRejects(ctx, work.row.id, node.id, rejects);
    });
    const issues = verdict.failed.map((message) => ({ path: node.id, message }));
    throw problem("run.gate_failed", { node: node.title || node.id, checks: verdict.failed.join("; ") }, { issues });
  }
  const rejected = onFail === "quarantine" ? total - out.rows : 0;
  return {
    output: { runId: work.row.id, ports: { out } },
    fields: { rows_in: total, rows_out: out.rows, rejected, bytes: out.files[0]?.bytes ?? 0, ports: { out: out.rows }, columns: out.columns },
    warnings: verdict.failed.map((text) => `Does not hold: ${text}`),
    rejects: onFail === "quarantine" ? rejects : [],
  };
}
