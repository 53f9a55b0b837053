import type { PipelineDocument } from "@granary/protocol";
import { canonicalJson } from "../canonical.ts";
import { byKey, isArray, isObject, type Json, type JsonObject, keyFieldOf } from "./json.ts";

export type MergedDocument =
  | { readonly document: PipelineDocument; readonly conflicts?: never }
  /** Ids of nodes that both changed in ways that exclude each other; other parts by their name, such as `settings.timeoutS`. */
  | { readonly document?: never; readonly conflicts: readonly string[] };

type Value = Json | undefined;
/** The three states of one part. */
interface Three<T> {
  readonly base: T;
  readonly mine: T;
  readonly theirs: T;
}

const isSame = (a: Value, b: Value): boolean => (a === undefined) === (b === undefined) && canonicalJson(a) === canonicalJson(b);

const map = <T, U>({ base, mine, theirs }: Three<T>, change: (value: T) => U): Three<U> => ({ base: change(base), mine: change(mine), theirs: change(theirs) });

/** Places where nobody's edit is lost when mine is taken: where a node stands. */
const MINE_WINS = /(^|\.)position$/;

/** Puts both changes together, part by part; parts that both changed differently are noted. */
class Merge {
  readonly conflicts: string[] = [];

  value(path: string, three: Three<Value>): Value {
    const { base, mine, theirs } = three;
    if (isSame(mine, theirs) || isSame(base, theirs)) return mine;
    if (isSame(base, mine)) return theirs;
    if (MINE_WINS.test(path)) return mine;
    if (isObject(base) && isObject(mine) && isObject(theirs)) return this.#object(path, { base, mine, theirs });
    const lists = map(three, (each) => (isArray(each) ? each : each === undefined ? [] : undefined));
    if (lists.base !== undefined && lists.mine !== undefined && lists.theirs !== undefined) {
      const merged = this.#list(path, lists as Three<readonly Json[]>);
      if (merged !== undefined) return merged;
    }
    this.conflicts.push(path);
    return mine;
  }

  #object(path: string, { base, mine, theirs }: Three<JsonObject>): Value {
    const names = [...new Set([...Object.keys(mine), ...Object.keys(theirs)])];
    const merged = names.map(
      (name) => [name, this.value(path === "" ? name : `${path}.${name}`, { base: base[name], mine: mine[name], theirs: theirs[name] })] as const,
    );
    return Object.fromEntries(merged.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
  }

  /** Lists of named things are merged thing by thing; undefined for others. */
  #list(path: string, three: Three<readonly Json[]>): readonly Json[] | undefined {
    const field = keyFieldOf(three.base, three.mine, three.theirs);
    return field === undefined
      ? undefined
      : this.keyed(
          path,
          map(three, (list) => byKey(list, field)),
        );
  }

  keyed(path: string, three: Three<ReadonlyMap<string, Json>>): readonly Json[] {
    return orderOf(three).flatMap((key) => {
      const merged = this.value(
        `${path}.${key}`,
        map(three, (entries) => entries.get(key)),
      );
      return merged === undefined ? [] : [merged];
    });
  }
}

/** Keys in my order, or in theirs where I left it as it was; new ones of the other side behind. */
function orderOf({ base, mine, theirs }: Three<ReadonlyMap<string, Json>>): readonly string[] {
  const common = (keys: ReadonlyMap<string, Json>, other: ReadonlyMap<string, Json>): string =>
    JSON.stringify([...keys.keys()].filter((key) => other.has(key)));
  const isMineAsItWas = common(base, mine) === common(mine, base);
  const [first, second] = isMineAsItWas ? [theirs, mine] : [mine, theirs];
  return [...new Set([...first.keys(), ...second.keys()])];
}

type Edge = PipelineDocument["edges"][number];

const edgesByEnds = (edges: readonly Edge[]): ReadonlyMap<string, Json> => new Map(edges.map((edge) => [canonicalJson(edge), edge as unknown as Json]));
const tagsByName = (tags: readonly string[]): ReadonlyMap<string, Json> => new Map(tags.map((tag) => [tag, tag]));

/** The node a path leads to, or the path itself for what is no node. */
const whereOf = (path: string): string => /^nodes\.([^.]+)/.exec(path)?.[1] ?? path;

/** Nodes that one side took away while the other drew an edge to them. */
function loseEnds({ base, mine, theirs }: Three<PipelineDocument>, edges: readonly Edge[], nodes: ReadonlySet<string>): readonly string[] {
  const known = new Set([...base.edges].map((edge) => canonicalJson(edge)));
  const drawn = new Set([...mine.edges, ...theirs.edges].map((edge) => canonicalJson(edge)).filter((edge) => !known.has(edge)));
  return edges.filter((edge) => drawn.has(canonicalJson(edge))).flatMap((edge) => [edge.from, edge.to].filter((id) => !nodes.has(id)));
}

/**
 * Puts the changes of two people together that both began with `base`: node by node, setting by setting, so that none is lost. Answers
 * conflicts where both changed one setting differently, or one removed what the other changed.
 */
export function mergeDocuments(base: PipelineDocument, mine: PipelineDocument, theirs: PipelineDocument): MergedDocument {
  const merge = new Merge();
  const three: Three<PipelineDocument> = { base, mine, theirs };
  const rest = map(three, ({ edges: _edges, nodes: _nodes, tags: _tags, ...others }) => others as unknown as Json);
  const byId = map(three, ({ nodes }) => new Map(nodes.map((node) => [node.id, node as unknown as Json])));
  const nodes = merge.keyed("nodes", byId) as unknown as PipelineDocument["nodes"];
  const ids = new Set(nodes.map((node) => node.id));
  const edges = merge.keyed(
    "edges",
    map(three, ({ edges: each }) => edgesByEnds(each)),
  ) as unknown as readonly Edge[];
  const tags = merge.keyed(
    "tags",
    map(three, ({ tags: each }) => tagsByName(each)),
  );
  const others = merge.value("", rest) as unknown as Omit<PipelineDocument, "nodes" | "edges" | "tags">;
  const conflicts = [...new Set([...merge.conflicts.map(whereOf), ...loseEnds(three, edges, ids)])];
  if (conflicts.length > 0) return { conflicts };
  const kept = edges.filter((edge) => ids.has(edge.from) && ids.has(edge.to));
  return { document: { ...others, tags: tags as unknown as string[], nodes, edges: kept } };
}
