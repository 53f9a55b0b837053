import type { GraphColumn, NodeKind, NodeOf, PipelineDocument, PipelineNode } from "@granary/protocol";
import { checkDocument, type DocumentCheck, environmentOf, type PortSource } from "./check-document.ts";
import { checkExpression } from "./expression/index.ts";
import {
  type Environment,
  type ExpressionUse,
  findColumn,
  joinedColumns,
  type KnownSchemas,
  measureUse,
  ROW_USE,
  scopeOf,
  selectedColumns,
  sidesOf,
  WINDOW_USE,
} from "./nodes/index.ts";

/** A column of a node whose rows come from outside the pipeline. */
export interface SourceColumn {
  readonly node: string;
  readonly column: string;
}

export interface ColumnLineage {
  readonly column: string;
  /** `direct`: the value as it was, or brought to another type; `derived`: computed of it. */
  readonly sources: readonly (SourceColumn & { readonly kind: "direct" | "derived" })[];
}

export interface NodeLineage {
  readonly columns: readonly ColumnLineage[];
  /** Columns that decide which rows there are or in which order: filters, keys of joins and groups, orders. */
  readonly indirect: readonly SourceColumn[];
}

type Kind = "direct" | "derived";
/** Source columns by node and name, and how a value came of them. */
type Sources = ReadonlyMap<string, Kind>;
/** What is known of an output: where each column comes from, and what decided about its rows. */
interface Flow {
  readonly columns: ReadonlyMap<string, Sources>;
  readonly indirect: Sources;
}

const NOWHERE: Sources = new Map();
const EMPTY: Flow = { columns: new Map(), indirect: NOWHERE };

const both = (...all: readonly Sources[]): Sources => {
  const found = new Map<string, Kind>();
  for (const sources of all) for (const [key, kind] of sources) found.set(key, found.get(key) === "derived" ? "derived" : kind);
  return found;
};
const derived = (sources: Sources): Sources => new Map([...sources.keys()].map((key) => [key, "derived"]));

interface Input {
  readonly columns: readonly GraphColumn[];
  readonly flow: Flow;
}

/** One node on the way, with what comes in. */
class Step {
  readonly #inputs: ReadonlyMap<string, readonly Input[]>;
  readonly #environment: Environment;
  readonly out: readonly GraphColumn[];

  constructor(inputs: ReadonlyMap<string, readonly Input[]>, environment: Environment, out: readonly GraphColumn[]) {
    this.#inputs = inputs;
    this.#environment = environment;
    this.out = out;
  }

  input(port = "in"): Input {
    return this.all(port)[0] ?? { columns: [], flow: EMPTY };
  }

  all(port = "in"): readonly Input[] {
    return this.#inputs.get(port) ?? [];
  }

  get everything(): readonly Input[] {
    return [...this.#inputs.values()].flat();
  }

  of(name: string, port = "in"): Sources {
    const { columns, flow } = this.input(port);
    return flow.columns.get(findColumn(columns, name)?.name ?? name) ?? NOWHERE;
  }

  named(names: readonly string[], port = "in"): Sources {
    return both(...names.map((name) => this.of(name, port)));
  }

  /** Where the value of an expression comes from; of a column alone it is that column's. */
  expression(text: string, use: ExpressionUse = ROW_USE): Sources {
    const { columns, checked } = checkExpression(text, scopeOf(this.input().columns, this.#environment, use));
    const sources = both(...columns.map(({ name }) => this.of(name)));
    const isPlain = checked?.expression.kind === "column" || (checked?.expression.kind === "cast" && checked.expression.operand.kind === "column");
    return isPlain ? sources : derived(sources);
  }

  joinCondition(text: string): Sources {
    const [left, right] = [this.input("left"), this.input("right")];
    const { columns } = checkExpression(text, scopeOf(sidesOf(left.columns, right.columns), this.#environment, ROW_USE));
    return both(...columns.map(({ name, side }) => this.of(name, side)));
  }

  /** All columns as they came in, some of them computed, with more that decided about the rows. */
  flow(computed: Readonly<Record<string, Sources>> = {}, more: Sources = NOWHERE): Flow {
    const made = new Map(Object.entries(computed).map(([name, sources]) => [name.toLowerCase(), sources]));
    const columns = new Map(this.out.map(({ name }) => [name, made.get(name.toLowerCase()) ?? this.of(name)]));
    return { columns, indirect: this.indirect(more) };
  }

  indirect(more: Sources): Sources {
    return both(...this.everything.map(({ flow }) => flow.indirect), more);
  }
}

const named = (entries: readonly (readonly [string, Sources])[]): Readonly<Record<string, Sources>> => Object.fromEntries(entries);
const columnsOf = (keys: readonly { readonly column: string }[]): readonly string[] => keys.map(({ column }) => column);

function joinFlow({ settings }: NodeOf<"join">, step: Step): Flow {
  const [left, right] = [step.input("left"), step.input("right")];
  const sourceOf = ({ from, side }: ReturnType<typeof joinedColumns>[number]): Sources => {
    const pair = settings.on.find((each) => each.left.toLowerCase() === from.name.toLowerCase());
    if (side === "right") return step.of(from.name, "right");
    return side === "both" && settings.kind !== "left" && settings.kind !== "inner"
      ? both(step.of(from.name, "left"), step.of(pair?.right ?? from.name, "right"))
      : step.of(from.name, "left");
  };
  const columns = new Map(joinedColumns(settings, left.columns, right.columns).map((joined) => [joined.name, sourceOf(joined)]));
  const keys = settings.on.map((pair) => both(step.of(pair.left, "left"), step.of(pair.right, "right")));
  const condition = settings.condition === undefined ? NOWHERE : step.joinCondition(settings.condition);
  return { columns, indirect: step.indirect(both(...keys, condition)) };
}

function lookupFlow({ settings }: NodeOf<"lookup">, step: Step): Flow {
  const taken = named(settings.take.map(({ from, to }) => [to ?? from, step.of(from, "table")] as const));
  const keys = settings.on.map(({ column, key }) => both(step.of(column), step.of(key, "table")));
  return step.flow(taken, both(...keys, step.named(columnsOf(settings.firstBy ?? []), "table")));
}

function unionFlow({ settings }: NodeOf<"union">, step: Step): Flow {
  const inputs = step.all();
  const sourceAt = ({ columns, flow }: Input, name: string, index: number): Sources => {
    const found = settings.match === "position" ? columns[index] : findColumn(columns, name);
    return (found === undefined ? undefined : flow.columns.get(found.name)) ?? NOWHERE;
  };
  const columns = new Map(step.out.map(({ name }, index) => [name, both(...inputs.map((input) => sourceAt(input, name, index)))]));
  return { columns, indirect: step.indirect(settings.distinct ? both(...columns.values()) : NOWHERE) };
}

function unpivotFlow({ settings }: NodeOf<"unpivot">, step: Step): Flow {
  return step.flow({ [settings.nameTo]: NOWHERE, [settings.valueTo]: step.named(settings.columns) });
}

function pivotFlow({ settings }: NodeOf<"pivot">, step: Step): Flow {
  const keys = both(step.named(settings.by), step.of(settings.column));
  const measure = derived(step.expression(settings.measure, measureUse(settings.by)));
  return step.flow(named(settings.values.map(({ name }) => [name, measure] as const)), keys);
}

function flattenFlow({ settings }: NodeOf<"flatten">, step: Step): Flow {
  const source = step.of(settings.column);
  const kept = new Set(step.input().columns.map(({ name }) => name.toLowerCase()));
  const isMade = (name: string): boolean => !kept.has(name.toLowerCase()) || (!settings.keepColumn && name.toLowerCase() === settings.column.toLowerCase());
  return step.flow(
    named(step.out.filter(({ name }) => isMade(name)).map(({ name }) => [name, derived(source)] as const)),
    settings.into === "rows" ? source : NOWHERE,
  );
}

/** Of what cannot be looked into: every column may come of every column that came in. */
function unknownFlow(step: Step): Flow {
  const all = derived(both(...step.everything.flatMap(({ flow }) => [...flow.columns.values()])));
  return { columns: new Map(step.out.map(({ name }) => [name, all])), indirect: step.indirect(NOWHERE) };
}

function windowFlow({ settings }: NodeOf<"window">, step: Step): Flow {
  const around = step.named([...settings.partitionBy, ...columnsOf(settings.orderBy)]);
  const computed = settings.columns.map(({ expression, name }) => [name, derived(both(step.expression(expression, WINDOW_USE), around))] as const);
  return step.flow(named(computed));
}

function mapFlow({ settings }: NodeOf<"map">, step: Step): Flow {
  const sourceOf = ({ expression, from }: (typeof settings.fields)[number]): Sources =>
    expression === undefined ? (from === undefined ? NOWHERE : step.of(from)) : step.expression(expression);
  return step.flow(named(settings.fields.map((field) => [field.to, sourceOf(field)] as const)));
}

function functionFlow({ settings }: NodeOf<"function">, step: Step): Flow {
  const read = derived(step.named(Object.values(settings.inputs)));
  return step.flow(named(settings.outputs.map(({ name }) => [name, read] as const)));
}

type Flows = { readonly [K in NodeKind]?: (node: NodeOf<K>, step: Step) => Flow };

/** Kinds that are left out hand every column and row on. */
const FLOWS: Flows = {
  filter: ({ settings }, step) => step.flow({}, step.expression(settings.condition)),
  branch: ({ settings }, step) => step.flow({}, both(...settings.branches.map(({ condition }) => step.expression(condition)))),
  derive: ({ settings }, step) => step.flow(named(settings.columns.map(({ expression, name }) => [name, step.expression(expression)] as const))),
  select: ({ settings }, step) => step.flow(named(selectedColumns(settings, step.input().columns).map(({ from, to }) => [to, step.of(from.name)] as const))),
  map: mapFlow,
  sort: ({ settings }, step) => step.flow({}, step.named(columnsOf(settings.by))),
  join: joinFlow,
  lookup: lookupFlow,
  union: unionFlow,
  aggregate: ({ settings }, step) => {
    const measures = settings.measures.map(({ expression, name }) => [name, derived(step.expression(expression, measureUse(settings.by)))] as const);
    return step.flow(named(measures), step.named(settings.by));
  },
  deduplicate: ({ settings }, step) => step.flow({}, step.named([...settings.by, ...columnsOf(settings.orderBy)])),
  pivot: pivotFlow,
  unpivot: unpivotFlow,
  window: windowFlow,
  flatten: flattenFlow,
  sql: (_, step) => unknownFlow(step),
  function: functionFlow,
  mask: ({ settings }, step) => step.flow(named(settings.columns.map(({ column }) => [column, derived(step.of(column))] as const))),
};

const isSource = ({ kind }: PipelineNode): boolean => kind.startsWith("source_");
const keyOf = (node: string, column: string): string => JSON.stringify([node, column]);
const columnOf = (key: string): SourceColumn => {
  const [node = "", column = ""] = JSON.parse(key) as readonly string[];
  return { node, column };
};

function sourceFlow(node: string, columns: readonly GraphColumn[]): Flow {
  return { columns: new Map(columns.map(({ name }) => [name, new Map([[keyOf(node, name), "direct" as const]])])), indirect: NOWHERE };
}

/** Columns that a destination is given, which are those that come in. */
function columnsInto(check: DocumentCheck, sources: readonly PortSource[]): readonly GraphColumn[] {
  const [first] = sources;
  return first === undefined ? [] : (check.columns[first.node]?.[first.port] ?? []);
}

function presented({ columns, indirect }: Flow): NodeLineage {
  return {
    columns: [...columns].map(([column, sources]) => ({ column, sources: [...sources].map(([key, kind]) => ({ ...columnOf(key), kind })) })),
    indirect: [...indirect.keys()].map(columnOf),
  };
}

interface Known {
  readonly check: DocumentCheck;
  readonly environment: Environment;
  readonly flows: ReadonlyMap<string, Flow>;
}

function flowOf(node: PipelineNode, { check, environment, flows }: Known): Flow {
  const ports = Object.entries(check.inputs[node.id] ?? {});
  const inputs = new Map(
    ports.map(
      ([port, sources]) => [port, sources.map((source): Input => ({ columns: columnsInto(check, [source]), flow: flows.get(source.node) ?? EMPTY }))] as const,
    ),
  );
  const out = Object.values(check.columns[node.id] ?? {})[0] ?? columnsInto(check, ports[0]?.[1] ?? []);
  if (isSource(node)) return sourceFlow(node.id, out);
  const step = new Step(inputs, environment, out);
  const find = FLOWS[node.kind] as ((node: PipelineNode, step: Step) => Flow) | undefined;
  return find?.(node, step) ?? step.flow();
}

/**
 * Where the columns of every node come from: which columns of sources, as they were or computed, and which others decided about the rows. Exact,
 * for it is read from the graph; of `sql` nodes every input column counts. Destinations have the columns that come in.
 */
export function lineageOf(
  document: PipelineDocument,
  known: KnownSchemas = {},
  check: DocumentCheck = checkDocument(document, known),
): ReadonlyMap<string, NodeLineage> {
  const environment = environmentOf(document, known);
  const nodes = new Map(document.nodes.map((node) => [node.id, node]));
  const flows = new Map<string, Flow>();
  for (const id of check.order) {
    const node = nodes.get(id);
    if (node !== undefined) flows.set(id, flowOf(node, { check, environment, flows }));
  }
  return new Map([...flows].map(([id, flow]) => [id, presented(flow)]));
}
