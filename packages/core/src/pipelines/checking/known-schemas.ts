import type { KnownSchemas, OwnFunction } from "@granary/graph";
import type { DiscoveredStream, GraphColumn, GraphFault, GraphType, NodeOf, PipelineDocument, PipelineNode } from "@granary/protocol";
import { sql } from "kysely";
import { mayDo } from "../../access/index.ts";
import type { Ctx, TxCtx } from "../../context/index.ts";
import { type DatasetRow, listDatasetRows } from "../../datasets/index.ts";
import { listOwnFunctions } from "../../graph-queries/index.ts";

type Db = TxCtx["db"];

/** What is there of what a document names, as the caller may know it. */
export interface Known extends KnownSchemas {
  readonly faults: readonly GraphFault[];
}

const STORED: Readonly<Record<string, GraphType>> = {
  boolean: "boolean",
  int: "integer",
  long: "integer",
  float: "number",
  double: "number",
  date: "date",
  time: "time",
  timestamp: "timestamp",
  timestamptz: "timestamptz",
  string: "text",
  uuid: "uuid",
  binary: "binary",
};

/** The type of a stored column in pipelines; nested ones go as JSON. */
function graphTypeOf(storedType: string): GraphType {
  const [, precision, scale] = /^decimal\((\d{1,2}), ?(\d{1,2})\)$/.exec(storedType) ?? [];
  if (precision !== undefined && scale !== undefined) return `decimal(${Number(precision)},${Number(scale)})`;
  return storedType.startsWith("fixed[") ? "binary" : (STORED[storedType] ?? "json");
}

/** Columns of a dataset as their reader sees them: masks that change the type make text of it. */
const columnsOf = (row: DatasetRow): readonly GraphColumn[] =>
  (row.columns ?? []).map(({ name, storedType, masked, type }) => ({ name, type: masked && type === "text" ? "text" : graphTypeOf(storedType) }));

async function findDatasets(ctx: Ctx | TxCtx, names: readonly string[]): Promise<ReadonlyMap<string, DatasetRow>> {
  if (names.length === 0) return new Map();
  const lower = names.map((name) => name.toLowerCase());
  const found = await (ctx.db as Db)
    .selectFrom("datasets")
    .select("id")
    .where("workspace_id", "=", ctx.workspaceId)
    .where("trashed_at", "is", null)
    .where((eb) => eb.or([eb("id", "in", [...names]), eb(eb.fn<string>("lower", ["name"]), "in", lower)]))
    .execute();
  const ids = found.map(({ id }) => id);
  const rows = await listDatasetRows(ctx, ids);
  return new Map(rows.flatMap((row) => [[row.id, row] as const, [row.name.toLowerCase(), row] as const]));
}

interface ConnectionRow {
  readonly id: string;
  readonly name: string;
  readonly streams: readonly DiscoveredStream[] | null;
}

async function findConnections(ctx: Ctx | TxCtx, names: readonly string[]): Promise<ReadonlyMap<string, ConnectionRow>> {
  if (names.length === 0 || !mayDo(ctx.principal, "connection:read")) return new Map();
  const lower = names.map((name) => name.toLowerCase());
  const { rows } = await sql<ConnectionRow>`
    select id, name, streams from connections
    where workspace_id = ${ctx.workspaceId} and (id = any (${[...names]}::text[]) or lower(name) = any (${lower}::text[]))`.execute(ctx.db as Db);
  return new Map(rows.flatMap((row) => [[row.id, row] as const, [row.name.toLowerCase(), row] as const]));
}

interface Things {
  readonly datasets: ReadonlyMap<string, DatasetRow>;
  readonly connections: ReadonlyMap<string, ConnectionRow>;
  readonly functions: readonly OwnFunction[];
  readonly seesConnections: boolean;
}

const lookUp = <T>(found: ReadonlyMap<string, T>, name: string): T | undefined => found.get(name) ?? found.get(name.toLowerCase());

/** What a node names, and whether that is there; undefined where it names nothing. */
function namedBy(
  node: PipelineNode,
  things: Things,
): { readonly what: "connection" | "dataset" | "function"; readonly name: string; readonly isThere: boolean } | undefined {
  switch (node.kind) {
    case "source_stream":
    case "to_connection": {
      const name = node.settings.connection;
      return { what: "connection", name, isThere: !things.seesConnections || lookUp(things.connections, name) !== undefined };
    }
    case "source_dataset":
    case "to_change":
      return { what: "dataset", name: node.settings.dataset, isThere: lookUp(things.datasets, node.settings.dataset) !== undefined };
    case "function": {
      const name = node.settings.function;
      return { what: "function", name, isThere: things.functions.some((item) => item.name === name && item.language === "javascript") };
    }
    default:
      return undefined;
  }
}

function streamColumns({ settings }: NodeOf<"source_stream">, things: Things): readonly GraphColumn[] | undefined {
  const streams = lookUp(things.connections, settings.connection)?.streams ?? [];
  const stream = streams.find(({ namespace, name }) => name === settings.stream.name && namespace === settings.stream.namespace);
  return stream?.columns.map(({ name, type }) => ({ name, type }));
}

function columnsAt(node: PipelineNode, things: Things): readonly GraphColumn[] | undefined {
  if (node.kind === "source_stream") return streamColumns(node, things);
  if (node.kind !== "source_dataset" && node.kind !== "to_dataset" && node.kind !== "to_change") return undefined;
  const row = lookUp(things.datasets, node.settings.dataset);
  return row === undefined || row.data_version === 0 ? undefined : columnsOf(row);
}

/** Looks up what a document names. What the caller may not see is as if it were not there. */
export async function findKnown(ctx: Ctx | TxCtx, { nodes }: PipelineDocument): Promise<Known> {
  const datasets = nodes.flatMap((node) => ("dataset" in node.settings && node.settings.dataset !== "" ? [node.settings.dataset] : []));
  const connections = nodes.flatMap((node) => ("connection" in node.settings && node.settings.connection !== "" ? [node.settings.connection] : []));
  const things: Things = {
    datasets: await findDatasets(ctx, datasets),
    connections: await findConnections(ctx, connections),
    functions: await listOwnFunctions(ctx),
    seesConnections: mayDo(ctx.principal, "connection:read"),
  };
  const sources: Record<string, readonly GraphColumn[]> = {};
  const targets: Record<string, readonly GraphColumn[]> = {};
  const faults: GraphFault[] = [];
  for (const node of nodes) {
    const columns = columnsAt(node, things);
    if (columns !== undefined) (node.kind.startsWith("to_") ? targets : sources)[node.id] = columns;
    const named = namedBy(node, things);
    if (named === undefined || named.isThere || named.name === "") continue;
    const { what, name } = named;
    faults.push({ severity: "error", code: `node.unknown_${what}`, message: `There is no ${what} ${name}, or you may not see it.`, node: node.id, path: what });
  }
  return { sources, targets, functions: things.functions, faults };
}
