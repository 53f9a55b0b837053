import type { TaskContext } from "../../process/tasks.ts";
import { Fault } from "../../fault.ts";
import { type FileWarning, RejectSink, type RejectOptions, RowSpool, type SpooledColumn, type SpooledRows, TOO_LONG } from "../spool/index.ts";
import { MAX_COLUMNS, nameColumns } from "../spool/name-columns.ts";
import { encode, scalarText } from "./encode.ts";
import { flatten } from "./flatten.ts";
import type { NestedRecord, Node } from "./node.ts";
import { type Plan, planOf, Shape } from "./shape.ts";

export interface SpoolNestedInput {
  /** The file's records in order; read twice. */
  readonly open: () => AsyncIterable<readonly NestedRecord[]>;
  readonly target: string;
  readonly rejects: RejectOptions;
  readonly maxRecords?: number;
  readonly nested: "keep" | "flatten";
  /** XML: elements are lists as soon as one record repeats them, and all scalars are text of no known kind. */
  readonly isXml: boolean;
}

const NOTHING_HELD = "it holds half of a surrogate pair or a NUL character, which no text can hold";
const UNHOLDABLE = /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f][0-9a-f]{2})/i;

interface Column {
  readonly key: string;
  readonly plan: Plan;
}

async function* limited(input: SpoolNestedInput): AsyncGenerator<readonly NestedRecord[]> {
  let left = input.maxRecords ?? Number.POSITIVE_INFINITY;
  for await (const batch of input.open()) {
    yield batch.length > left ? batch.slice(0, left) : batch;
    left -= batch.length;
    if (left <= 0) return;
  }
}

const valueOf = (record: NestedRecord, input: SpoolNestedInput): ReadonlyMap<string, Node> | undefined =>
  record.value === undefined || input.nested === "keep" ? record.value : flatten(record.value);

function shapeOf(shapes: Map<string, Shape>, key: string): Shape {
  const shape = shapes.get(key) ?? new Shape();
  shapes.set(key, shape);
  if (shapes.size > MAX_COLUMNS) throw new Fault("file.too_many_columns", { columns: `more than ${MAX_COLUMNS}`, limit: MAX_COLUMNS });
  return shape;
}

async function findColumns(input: SpoolNestedInput, context: TaskContext): Promise<readonly Column[]> {
  const shapes = new Map<string, Shape>();
  for await (const batch of limited(input)) {
    context.signal.throwIfAborted();
    for (const record of batch) {
      for (const [key, node] of valueOf(record, input) ?? []) shapeOf(shapes, key).add(node);
    }
  }
  return [...shapes].map(([key, shape]) => ({ key, plan: planOf(shape, { wrapsSingle: input.isXml }) }));
}

function describe(columns: readonly Column[], isXml: boolean): readonly SpooledColumn[] {
  const keys = new Set(columns.map((column) => column.key));
  const shown = columns.map(({ key }) => (isXml && key.startsWith("@") && !keys.has(key.slice(1)) ? key.slice(1) : key));
  return nameColumns(shown, columns.length).map((name, index): SpooledColumn => {
    const { plan } = columns[index] as Column;
    if (plan.kind === "list" || plan.kind === "struct") return { ...name, proof: "fixed", type: plan.type, isNested: true };
    if (plan.kind === "json") return { ...name, proof: "none" };
    if (plan.kind === "string") return { ...name, proof: isXml ? "any" : "dates" };
    return { ...name, proof: "fixed", type: plan.type };
  });
}

function warningsOf(columns: readonly Column[], named: readonly SpooledColumn[]): readonly FileWarning[] {
  return columns.flatMap(({ plan }, index) => {
    if (plan.kind !== "json" || !plan.isMixed) return [];
    const column = named[index]?.name ?? "";
    return [{ code: "kinds_mixed", message: `The values of ${column} are of different kinds, so they are kept as JSON text.`, column }];
  });
}

/** One row as a JSON object for the engine; undefined when some text in it cannot be stored. */
function rowText(record: NestedRecord, value: ReadonlyMap<string, Node>, columns: readonly Column[]): string | undefined {
  const parts: string[] = [`"line":${record.line}`];
  for (const [index, { key, plan }] of columns.entries()) {
    const node = value.get(key) ?? null;
    if (node === null) continue;
    const isScalar = plan.kind === "string" || plan.kind === "number" || plan.kind === "boolean";
    parts.push(`"c${index}":${isScalar ? JSON.stringify(scalarText(node)) : encode(node, plan)}`);
  }
  const text = `{${parts.join(",")}}`;
  return text.includes("\\u") && UNHOLDABLE.test(text) ? undefined : text;
}

async function writeRows(input: SpoolNestedInput, columns: readonly Column[], context: TaskContext): Promise<Omit<SpooledRows, "columns" | "warnings">> {
  await using spool = await RowSpool.create(input.target);
  await using rejects = new RejectSink(input.rejects);
  let records = 0;
  for await (const batch of limited(input)) {
    context.signal.throwIfAborted();
    for (const record of batch) {
      records += 1;
      const value = valueOf(record, input);
      const text = value === undefined ? undefined : rowText(record, value, columns);
      if (value === undefined) rejects.reject(record.line, record.fault ?? "it is no record", record.raw());
      else if (text === undefined) rejects.reject(record.line, NOTHING_HELD, record.raw());
      else if (!spool.addText(text)) rejects.reject(record.line, TOO_LONG, record.raw());
    }
    context.onProgress({ bytes: 0, rows: records });
    await spool.flush();
    await rejects.flush();
  }
  await spool.close();
  await rejects.flush();
  return {
    spool: { kind: "json", path: input.target },
    records,
    loaded: spool.rows,
    rejectedCount: rejects.count,
    rejected: rejects.listed,
    isPartial: records >= (input.maxRecords ?? Number.POSITIVE_INFINITY),
  };
}

/** Reads the records of a nested file: once to learn the shape of every column, once to write the rows. */
export async function spoolNested(input: SpoolNestedInput, context: TaskContext): Promise<SpooledRows> {
  const columns = await findColumns(input, context);
  const named = describe(columns, input.isXml);
  const rows = await writeRows(input, columns, context);
  return { ...rows, columns: named, warnings: warningsOf(columns, named) };
}
