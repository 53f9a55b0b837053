import { type PipelineDocument, pipelineDocument } from "@granary/protocol";

type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

const isObject = (value: Json): value is { readonly [name: string]: Json } => typeof value === "object" && value !== null && !Array.isArray(value);

function sorted(value: Json): Json {
  if (Array.isArray(value)) return (value as readonly Json[]).map(sorted);
  if (!isObject(value)) return value;
  const names = Object.keys(value).sort();
  return Object.fromEntries(names.filter((name) => value[name] !== undefined).map((name) => [name, sorted(value[name] as Json)]));
}

/** One text for equal values whatever the order of their fields: for digests and for comparing. */
export const canonicalJson = (value: unknown): string => JSON.stringify(sorted((value ?? null) as Json));

/** One text for equal documents. */
export const canonical = (document: PipelineDocument): string => canonicalJson(document);

/** Fields at the head of objects in files, in this order; others follow as they are. */
const FIRST = ["format", "id", "kind", "name", "title", "description", "tags", "from", "fromPort", "to", "toPort", "settings"];

function isDefault(value: Json, preset: Json): boolean {
  return canonicalJson(value) === canonicalJson(preset);
}

function withoutDefaults(value: Json, preset: Json | undefined): Json {
  if (!isObject(value)) return value;
  const presets = preset !== undefined && isObject(preset) ? preset : {};
  const kept = Object.entries(value).filter(([name, each]) => presets[name] === undefined || !isDefault(each, presets[name] as Json));
  return Object.fromEntries(kept.map(([name, each]) => [name, withoutDefaults(each, presets[name])]));
}

function ordered(value: Json): Json {
  if (Array.isArray(value)) return (value as readonly Json[]).map(ordered);
  if (!isObject(value)) return value;
  const place = (name: string): number => (FIRST.includes(name) ? FIRST.indexOf(name) : FIRST.length);
  const names = Object.keys(value).sort((a, b) => place(a) - place(b));
  return Object.fromEntries(names.map((name) => [name, ordered(value[name] as Json)]));
}

/** Presets of nodes and of the document that a file need not repeat. */
const NODE_PRESETS: Json = { title: "", note: "", keepOutput: false };
const EDGE_PRESETS: Json = { fromPort: "out", toPort: "in" };

/**
 * A document as files hold it: in an order for people, and without what it says by default. Reading it back with
 * `pipelineDocument` gives the same document.
 */
export function fileForm(document: PipelineDocument): Record<string, unknown> {
  const presets = pipelineDocument.parse({ name: document.name }) as unknown as Json;
  const { nodes, edges, ...rest } = document as unknown as Record<string, Json> & { nodes: readonly Json[]; edges: readonly Json[] };
  const head = withoutDefaults(rest as Json, presets) as Record<string, Json>;
  const body = {
    nodes: nodes.map((node) => withoutDefaults(node, NODE_PRESETS)),
    edges: edges.map((edge) => withoutDefaults(edge, EDGE_PRESETS)),
  };
  return ordered({ ...head, format: document.format, name: document.name, ...body } as Json) as Record<string, unknown>;
}
