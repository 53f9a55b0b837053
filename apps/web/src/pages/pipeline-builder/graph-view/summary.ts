import type { NodeKind, NodeOf, PipelineNode } from "@granary/protocol";
import { infoOf } from "./node-catalog.ts";

const listed = (names: readonly string[]): string => (names.length <= 3 ? names.join(", ") : `${names.slice(0, 2).join(", ")} and ${names.length - 2} more`);
const counted = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`;

const WRITES = { replace: "replaces all rows", append: "adds the rows", upsert: "updates by key", soft_delete: "updates, marks what is gone" } as const;

const SUMMARIES: { readonly [K in NodeKind]: (settings: NodeOf<K>["settings"]) => string } = {
  source_stream: ({ connection, stream }) => (connection === "" ? "" : `${stream.namespace === null ? "" : `${stream.namespace}.`}${stream.name}`),
  source_dataset: ({ version }) => (version === undefined ? "newest version" : `version ${version}`),
  source_rows: ({ columns, rows }) => `${counted(rows.length, "row")}, ${counted(columns.length, "column")}`,
  filter: ({ condition }) => condition,
  derive: ({ columns }) => listed(columns.map(({ name }) => name).filter((name) => name !== "")),
  select: ({ mode, columns }) =>
    columns.length === 0 ? "" : `${mode} ${listed(columns.map(({ from, to }) => (to === undefined ? from : `${from} → ${to}`)))}`,
  cast: ({ columns }) => listed(columns.map(({ column, type }) => `${column}: ${type}`)),
  map: ({ fields }) => (fields.length === 0 ? "" : counted(fields.length, "field")),
  sort: ({ by }) => listed(by.map(({ column, direction }) => `${column} ${direction === "asc" ? "↑" : "↓"}`)),
  limit: ({ rows, offset }) => `${counted(rows, "row")}${offset > 0 ? ` after ${offset}` : ""}`,
  join: ({ kind, on }) => `${kind}${on.length === 0 ? "" : ` on ${listed(on.map(({ left, right }) => (left === right ? left : `${left} = ${right}`)))}`}`,
  lookup: ({ on, take }) => (take.length === 0 ? "" : `${listed(take.map(({ from }) => from))} by ${listed(on.map(({ column }) => column))}`),
  union: ({ match, distinct }) => `by ${match}${distinct ? ", no duplicates" : ""}`,
  aggregate: ({ by, measures }) => `${listed(measures.map(({ name }) => name))}${by.length === 0 ? "" : ` by ${listed(by)}`}`,
  deduplicate: ({ by, keep }) => `${keep} of ${by.length === 0 ? "equal rows" : listed(by)}`,
  pivot: ({ column, values }) => (column === "" ? "" : `${column} into ${counted(values.length, "column")}`),
  unpivot: ({ columns, nameTo, valueTo }) => (columns.length === 0 ? "" : `${counted(columns.length, "column")} into ${nameTo}, ${valueTo}`),
  window: ({ columns }) => listed(columns.map(({ name }) => name).filter((name) => name !== "")),
  branch: ({ branches }) => listed([...branches.map(({ name }) => name), "else"]),
  flatten: ({ column, into }) => (column === "" ? "" : `${column} into ${into}`),
  sql: ({ text }) => text.replaceAll(/\s+/g, " "),
  function: ({ outputs }) => listed(outputs.map(({ name }) => name)),
  mask: ({ columns }) => listed(columns.map(({ column }) => column)),
  gate: ({ checks }) => (checks.length === 0 ? "" : counted(checks.length, "check")),
  to_dataset: ({ dataset, mode }) => (dataset === "" ? "" : WRITES[mode]),
  to_change: ({ dataset }) => (dataset === "" ? "" : "asks for a review"),
  to_file: ({ name, format }) => `${name} (${format === "json_lines" ? "JSON lines" : format})`,
  to_connection: ({ mode, target }) => String(target["table"] ?? target["path"] ?? target["url"] ?? mode),
};

/** What a node does, in a few words; empty while it is not set up. */
export const summaryOf = (node: PipelineNode): string => (SUMMARIES[node.kind] as (settings: PipelineNode["settings"]) => string)(node.settings);

/** Names that stand for an id, such as of datasets and connections. */
export type NameOf = (reference: string) => string;
export const asWritten: NameOf = (reference) => reference;

/** What a node is called: by people, or by its kind and what it is about. */
export function titleOf(node: PipelineNode, nameOf: NameOf = asWritten): string {
  if (node.title !== "") return node.title;
  if (node.kind === "source_dataset" || node.kind === "to_dataset" || node.kind === "to_change")
    return node.settings.dataset === "" ? infoOf(node.kind).title : nameOf(node.settings.dataset);
  if (node.kind === "source_stream" && node.settings.stream.name !== "") return node.settings.stream.name;
  if (node.kind === "to_connection" && node.settings.connection !== "") return nameOf(node.settings.connection);
  return infoOf(node.kind).title;
}

/** A node in one sentence for those who do not see it. */
export function spokenName(
  node: PipelineNode,
  counts: { readonly inputs: number; readonly outputs: number; readonly faults: number },
  nameOf: NameOf = asWritten,
): string {
  const title = titleOf(node, nameOf);
  const kind = infoOf(node.kind).title;
  const named = title === kind ? kind : `${kind} '${title}'`;
  const parts = [named, counted(counts.inputs, "input"), counted(counts.outputs, "output")];
  if (counts.faults > 0) parts.push(counted(counts.faults, "fault"));
  return parts.join(", ");
}
