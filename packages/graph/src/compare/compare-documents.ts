import type { PipelineDifference, PipelineDocument, PipelineNode } from "@granary/protocol";
import { canonicalJson } from "../canonical.ts";
import { byKey, isArray, isObject, type Json, keyFieldOf } from "./json.ts";

type Change = PipelineDifference["settings"][number];

const isSame = (a: unknown, b: unknown): boolean => canonicalJson(a) === canonicalJson(b);

/** A setting's value as people read it. */
function shown(value: Json | undefined): string | null {
  if (value === undefined || value === null) return null;
  if (typeof value === "string") return value;
  if (isArray(value) && value.every((entry) => typeof entry !== "object" || entry === null)) return value.map(String).join(", ");
  return typeof value === "object" ? canonicalJson(value) : String(value);
}

const below = (path: string, name: string): string => (path === "" ? name : `${path}.${name}`);

function compareEntries(path: string, from: ReadonlyMap<string, Json>, to: ReadonlyMap<string, Json>): readonly Change[] {
  const changes = [...new Set([...from.keys(), ...to.keys()])].flatMap((key) => compareJson(below(path, key), from.get(key), to.get(key)));
  const common = (map: ReadonlyMap<string, Json>, other: ReadonlyMap<string, Json>): string => [...map.keys()].filter((key) => other.has(key)).join(", ");
  const [before, after] = [common(from, to), common(to, from)];
  return before === after ? changes : [...changes, { path: below(path, "order"), from: before, to: after }];
}

const entriesOf = (value: { readonly [name: string]: Json }): ReadonlyMap<string, Json> =>
  new Map(
    Object.entries(value)
      .filter(([, each]) => each !== undefined)
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );

/** What differs between two values, entries of lists told apart by their names. */
function compareJson(path: string, from: Json | undefined, to: Json | undefined): readonly Change[] {
  if (isSame(from, to)) return [];
  if (isObject(from) && isObject(to)) return compareEntries(path, entriesOf(from), entriesOf(to));
  if (isArray(from) && isArray(to)) {
    const field = keyFieldOf(from, to);
    if (field !== undefined) return compareEntries(path, byKey(from, field), byKey(to, field));
  }
  return [{ path, from: shown(from), to: shown(to) }];
}

type NodeChange = PipelineDifference["nodes"][number];

function compareNode(from: PipelineNode, to: PipelineNode): NodeChange | [] {
  const about = { id: to.id, title: to.title, kind: to.kind };
  const parts = ({ kind, keepOutput, note, settings, title }: PipelineNode): Json => ({
    ...(settings as unknown as { readonly [name: string]: Json }),
    kind,
    keepOutput,
    note,
    title,
  });
  const settings = compareJson("", parts(from), parts(to));
  if (settings.length > 0) return { ...about, change: "changed", settings: [...settings] };
  return isSame(from.position, to.position) ? [] : { ...about, change: "moved", settings: [] };
}

function compareNodes(from: readonly PipelineNode[], to: readonly PipelineNode[]): readonly NodeChange[] {
  const before = new Map(from.map((node) => [node.id, node]));
  const after = new Map(to.map((node) => [node.id, node]));
  const whole = ({ id, kind, title }: PipelineNode, change: "added" | "removed"): NodeChange => ({ id, kind, title, change, settings: [] });
  return [
    ...to.flatMap((node) => {
      const old = before.get(node.id);
      return old === undefined ? whole(node, "added") : compareNode(old, node);
    }),
    ...from.filter((node) => !after.has(node.id)).map((node) => whole(node, "removed")),
  ];
}

type Ends = PipelineDocument["edges"][number];
const end = (node: string, port: string, usual: string): string => (port === usual ? node : `${node}.${port}`);
const endsOf = ({ from, fromPort, to, toPort }: Ends) => ({ from: end(from, fromPort, "out"), to: end(to, toPort, "in") });

function compareEdges(from: readonly Ends[], to: readonly Ends[]): PipelineDifference["edges"] {
  const keys = (edges: readonly Ends[]): ReadonlySet<string> => new Set(edges.map((edge) => canonicalJson(endsOf(edge))));
  const [before, after] = [keys(from), keys(to)];
  return [
    ...to.filter((edge) => !before.has(canonicalJson(endsOf(edge)))).map((edge) => ({ ...endsOf(edge), change: "added" as const })),
    ...from.filter((edge) => !after.has(canonicalJson(endsOf(edge)))).map((edge) => ({ ...endsOf(edge), change: "removed" as const })),
  ];
}

type Trigger = PipelineDocument["triggers"][number];

/** A trigger in a few words. */
function triggerText(trigger: Trigger): string {
  const off = trigger.enabled ? "" : " (off)";
  if (trigger.kind === "schedule") return `${trigger.cron.join(" and ")} ${trigger.timeZone}${off}`;
  if (trigger.kind === "dataset") return `${trigger.when} of ${trigger.datasets.join(", ")} changed${off}`;
  if (trigger.kind === "pipeline") return `${trigger.when} of ${trigger.pipelines.join(", ")} ended: ${trigger.on}${off}`;
  return `webhook${off}`;
}

function compareTriggers(from: readonly Trigger[], to: readonly Trigger[]): PipelineDifference["triggers"] {
  const before = new Map(from.map((trigger) => [trigger.id, trigger]));
  const after = new Map(to.map((trigger) => [trigger.id, trigger]));
  return [...new Set([...after.keys(), ...before.keys()])].flatMap((id): PipelineDifference["triggers"] => {
    const [old, young] = [before.get(id), after.get(id)];
    if (isSame(old, young)) return [];
    const change = old === undefined ? "added" : young === undefined ? "removed" : "changed";
    return [{ id, change, from: old === undefined ? null : triggerText(old), to: young === undefined ? null : triggerText(young) }];
  });
}

/** Of the document besides nodes, edges and triggers. */
function settingsOf({ comments, description, name, parameters, settings, tags, tests }: PipelineDocument): Json {
  return { name, description, tags, parameters, tests, comments, settings } as unknown as Json;
}

const counted = (count: number, word: string): string => `${count} ${word}${count === 1 ? "" : "s"}`;

function summary({ edges, nodes, settings, triggers }: Omit<PipelineDifference, "text">): string {
  const parts: string[] = [];
  for (const change of ["added", "removed", "changed", "moved"] as const) {
    const count = nodes.filter((node) => node.change === change).length;
    if (count > 0) parts.push(`${parts.length === 0 ? counted(count, "node") : count} ${change}`);
  }
  for (const change of ["added", "removed"] as const) {
    const count = edges.filter((edge) => edge.change === change).length;
    if (count > 0) parts.push(`${counted(count, "edge")} ${change}`);
  }
  if (triggers.length > 0) parts.push("schedule changed");
  if (settings.some(({ path }) => path !== "name")) parts.push("settings changed");
  if (settings.some(({ path }) => path === "name")) parts.push("renamed");
  return parts.length === 0 ? "nothing changed" : parts.join(", ");
}

/** What differs between two documents, in the words of pipelines: from the first to the second. */
export function compareDocuments(from: PipelineDocument, to: PipelineDocument): PipelineDifference {
  const difference = {
    nodes: [...compareNodes(from.nodes, to.nodes)],
    edges: compareEdges(from.edges, to.edges),
    triggers: compareTriggers(from.triggers, to.triggers),
    settings: [...compareJson("", settingsOf(from), settingsOf(to))],
  };
  return { ...difference, text: summary(difference) };
}
