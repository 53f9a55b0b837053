import { open, rm } from "node:fs/promises";
import { problem } from "@granary/protocol";
import type { Engine } from "../engine.ts";
import { call, caseWhen, cast, column, type Expression, isNull, literal, not, type Query, type Relation, type SelectItem, tryCast } from "../sql/index.ts";
import type { EngineSession } from "../process/session.ts";
import { FunctionChild, type FunctionPlace } from "./function-child.ts";
import { lineBatches } from "./line-batches.ts";
import type { FunctionSetup } from "./messages.ts";
import { argumentJson, argumentKind, sqlTypeOf } from "./sql-types.ts";
import type { FunctionDefinition, FunctionReject, FunctionResult, FunctionRun } from "./types.ts";

const BATCH_ROWS = 5_000;
const ROW_GROUP_ROWS = 122_880;
const MAX_REJECTS = 1_000;
const BATCH_DEADLINE_MS = 10_000;
const FAULT = "granary fault";
const PLACE = "granary place";
const text = { kind: "text" } as const;

export const setupOf = ({ body, arguments: given, outputs }: FunctionDefinition): FunctionSetup => ({
  body,
  arguments: given.map(({ name, type }) => ({ name, kind: argumentKind(type) })),
  outputs: outputs.map(({ name, type }) => ({ name, isJson: type === "json" })),
});

function argumentsQuery({ from, arguments: given }: FunctionRun): Query {
  const items = given.map(({ name, column: source, type }): SelectItem => ({ expression: argumentJson(source, type), as: name }));
  return { kind: "select", items: items.length === 0 ? [{ expression: literal(1), as: "_" }] : items, from: { kind: "parquetFiles", paths: from } };
}

async function runBatches(place: FunctionPlace, run: FunctionRun, paths: { readonly input: string; readonly output: string }): Promise<number> {
  const { signal, batchDeadlineMs = BATCH_DEADLINE_MS } = run;
  await using child = await FunctionChild.start(place, setupOf(run), { batchDeadlineMs, signal });
  await using file = await open(paths.output, "w", 0o600);
  let rows = 0;
  for await (const { lines, count } of lineBatches(paths.input, BATCH_ROWS)) {
    await file.write(await child.run(lines, count));
    rows += count;
    run.onProgress?.(rows);
  }
  return rows;
}

const answerName = (index: number): string => `o${index}`;

/** The rows beside their results: columns of the files, results as text, and why a row has none. */
function besideQuery(run: FunctionRun, output: string): Query {
  const answers: Relation = {
    kind: "jsonFile",
    path: output,
    layout: "lines",
    columns: [{ name: "e", type: text }, ...run.outputs.map((_, index) => ({ name: answerName(index), type: text }))],
  };
  const faults = run.outputs.map(({ name, type }, index) => {
    const value = column(answerName(index), "answer");
    const isMisfit = isNull(tryCast(value, sqlTypeOf(type)));
    const reason = call("concat", literal('"'), call("left", value, literal(100)), literal(`" is no ${type} for ${name}`));
    return caseWhen(
      [
        { when: isNull(value), then: literal(null) },
        { when: isMisfit, then: reason },
      ],
      literal(null),
    );
  });
  const items = [
    ...run.columns.map((name) => ({ expression: column(name, "source"), as: name })),
    ...run.outputs.map((_, index) => ({ expression: column(answerName(index), "answer"), as: `granary ${answerName(index)}` })),
    { expression: call("coalesce", column("e", "answer"), ...faults), as: FAULT },
  ];
  const source: Relation = { kind: "alias", relation: { kind: "parquetFiles", paths: run.from }, as: "source" };
  return {
    kind: "select",
    items,
    from: { kind: "join", join: "positional", left: source, right: { kind: "alias", relation: answers, as: "answer" } },
  };
}

const isFault: Expression = not(isNull(column(FAULT)));

function resultQuery(run: FunctionRun, beside: Query): Query {
  const valueOf = (name: string): Expression | undefined => {
    const index = run.outputs.findIndex((output) => output.name === name);
    const output = run.outputs[index];
    return output === undefined ? undefined : tryCast(column(`granary ${answerName(index)}`), sqlTypeOf(output.type));
  };
  const added = run.outputs.filter(({ name }) => !run.columns.includes(name)).map(({ name }) => name);
  const items = [...run.columns, ...added].map((name) => ({ expression: valueOf(name) ?? column(name), as: name }));
  const rows: Query = { kind: "select", items, from: { kind: "query", query: beside } };
  return run.onFault === "null" ? rows : { ...rows, where: isNull(column(FAULT)) };
}

async function readRejects(session: EngineSession, run: FunctionRun, beside: Query): Promise<{ count: number; rejected: FunctionReject[] }> {
  const numbered: Query = {
    kind: "select",
    items: [
      ...run.columns.map((name) => ({ expression: cast(column(name), text), as: name })),
      { expression: column(FAULT), as: FAULT },
      { expression: { kind: "window", call: call("row_number"), partitionBy: [], orderBy: [] }, as: PLACE },
    ],
    from: { kind: "query", query: beside },
  };
  const faulty: Query = {
    kind: "select",
    items: [...run.columns, FAULT, PLACE].map((name) => ({ expression: column(name), as: name })),
    from: { kind: "query", query: numbered },
    where: isFault,
  };
  const counted = await session.run({
    kind: "query",
    query: { kind: "select", items: [{ expression: call("count_rows"), as: "n" }], from: { kind: "query", query: beside }, where: isFault },
  });
  const count = Number(counted.rows[0]?.[0] ?? 0);
  if (count === 0) return { count, rejected: [] };
  const { rows } = await session.run({ kind: "query", query: { ...faulty, limit: run.maxRejects ?? MAX_REJECTS } });
  const rejected = rows.map((values) => ({
    position: Number(values.at(-1)) - 1,
    reason: String(values.at(-2)),
    row: Object.fromEntries(run.columns.map((name, index) => [name, values[index] === null ? null : String(values[index])])),
  }));
  return { count, rejected };
}

async function finish(engine: Engine, run: FunctionRun, output: string, rows: number): Promise<FunctionResult> {
  const beside = besideQuery(run, output);
  return engine.use({ kind: "job", ...(run.signal === undefined ? {} : { signal: run.signal }) }, async (session) => {
    const { count, rejected } = await readRejects(session, run, beside);
    const [first] = rejected;
    if (run.onFault === "fail" && first !== undefined) throw problem("transformation.failed", { reason: `row ${first.position + 1}: ${first.reason}` });
    const format = { kind: "parquet", rowGroupRows: ROW_GROUP_ROWS, compression: "zstd" } as const;
    await session.run({ kind: "copy", query: resultQuery(run, beside), path: run.to, format });
    return { rows: run.onFault === "reject" ? rows - count : rows, rejectedCount: count, rejected };
  });
}

/** Runs a function over files and writes their rows with its results; a table is never in memory. */
export async function runFunction(engine: Engine, place: FunctionPlace, run: FunctionRun): Promise<FunctionResult> {
  const paths = { input: `${run.to}.arguments`, output: `${run.to}.results` };
  const options = { kind: "job", ...(run.signal === undefined ? {} : { signal: run.signal }) } as const;
  try {
    const copy = { kind: "copy", query: argumentsQuery(run), path: paths.input, format: { kind: "json", layout: "lines" } } as const;
    await engine.use(options, (session) => session.run(copy));
    const rows = await runBatches(place, run, paths);
    return await finish(engine, run, paths.output, rows);
  } finally {
    await Promise.all([rm(paths.input, { force: true }), rm(paths.output, { force: true })]);
  }
}
