import type { ConfigValues, GraphColumn } from "@granary/protocol";
import { type Description, isNode, type Node } from "./parse-description.ts";
import { columnsOf, isList, propertiesOf } from "./read-columns.ts";

/** An endpoint that lists things, as a stream of a REST connection. */
export interface Endpoint {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly summary: string;
  readonly config: ConfigValues;
  readonly columns: readonly GraphColumn[];
}

const MAX_ENDPOINTS = 1_000;
const LIKELY_LISTS = /^(data|items|results|records|value|values|rows|entries|list|content)$/i;
const NEXT_CURSOR = /^(next_?cursor|next_?page_?token|next_?token|cursor)$/i;
const NEXT_LINK = /^(next|next_?link|next_?url|next_?page_?url)$/i;

interface Records {
  readonly path: string;
  readonly items: unknown;
}

/** Where an answer has its list: the answer itself, or one of its properties. */
function findRecords(description: Description, schema: Node): Records | undefined {
  if (isList(schema)) return { path: "", items: schema.items };
  const lists = [...propertiesOf(description, schema)].filter(([, property]) => isList(property));
  const [found] = lists.toSorted(([left], [right]) => Number(LIKELY_LISTS.test(right)) - Number(LIKELY_LISTS.test(left)));
  return found === undefined ? undefined : { path: found[0], items: found[1]?.items };
}

function parametersOf(description: Description, path: Node, operation: Node): readonly Node[] {
  const all = [path.parameters, operation.parameters].flatMap((list) => (Array.isArray(list) ? (list as readonly unknown[]) : []));
  return all.map((parameter) => description.at(parameter)).filter((parameter) => parameter !== undefined);
}

/** Properties two levels deep by their path: where cursors and links stand. */
function placesOf(description: Description, schema: Node): readonly (readonly [path: string, name: string])[] {
  return [...propertiesOf(description, schema)].flatMap(([name, property]) => [
    [name, name] as const,
    ...[...propertiesOf(description, property)].map(([inner]) => [`${name}.${inner}`, inner] as const),
  ]);
}

function guessPagination(names: readonly string[], places: readonly (readonly [string, string])[]): ConfigValues {
  const find = (pattern: RegExp): string | undefined => names.find((name) => pattern.test(name));
  const size = find(/^(limit|per_?page|page_?size|size|count|max_?results|\$top)$/i);
  const cursorParameter = find(/^(cursor|page_?token|starting_?after|after|next_?token)$/i);
  const cursor = places.find(([, name]) => NEXT_CURSOR.test(name));
  if (cursorParameter !== undefined && cursor !== undefined) return { kind: "cursor", parameter: cursorParameter, path: cursor[0] };
  const link = places.find(([, name]) => NEXT_LINK.test(name));
  if (link !== undefined) return { kind: "next_link", path: link[0] };
  const offset = find(/^(offset|skip|start|\$skip)$/i);
  if (offset !== undefined && size !== undefined) return { kind: "offset", parameter: offset, sizeParameter: size };
  const page = find(/^(page|page_?number|page_?no)$/i);
  return page === undefined ? { kind: "none" } : { kind: "page", parameter: page, ...(size === undefined ? {} : { sizeParameter: size }) };
}

function answerOf(description: Description, operation: Node): Node | undefined {
  const responses = isNode(operation.responses) ? operation.responses : {};
  const status = Object.keys(responses).find((key) => /^2(\d\d|XX)$/i.test(key)) ?? "default";
  const content = description.at(responses[status])?.content;
  const media = isNode(content) ? Object.entries(content).find(([type]) => /\bjson\b/i.test(type))?.[1] : undefined;
  return description.at(description.at(media)?.schema);
}

const textOf = (value: unknown): string => (typeof value === "string" ? value.slice(0, 500) : "");

function readEndpoint(description: Description, path: string, item: Node): Endpoint | undefined {
  const operation = description.at(item.get);
  const schema = operation === undefined ? undefined : answerOf(description, operation);
  // A place in the path would need a value for every request.
  if (operation === undefined || schema === undefined || path.includes("{")) return undefined;
  const records = findRecords(description, schema);
  if (records === undefined) return undefined;
  const query = parametersOf(description, item, operation).filter((parameter) => parameter.in === "query");
  const names = query.map(({ name }) => String(name));
  const since = names.find((name) => /(since|updated_?(after|from|min)|modified_?(after|from|since))/i.test(name));
  const config: ConfigValues = {
    path,
    ...(records.path === "" ? {} : { records: records.path }),
    pagination: guessPagination(names, placesOf(description, schema)),
    ...(since === undefined ? {} : { cursorParameter: since }),
  };
  const name = path.split("/").findLast((part) => part !== "") ?? path;
  return {
    name,
    method: "GET",
    path,
    summary: textOf(operation.summary) || textOf(operation.description),
    config,
    columns: columnsOf(description, records.items),
  };
}

/** Endpoints that list things and need nothing in their path. */
export function readEndpoints(description: Description): readonly Endpoint[] {
  const paths = isNode(description.root.paths) ? description.root.paths : {};
  const found = Object.entries(paths).flatMap(([path, item]): Endpoint[] => {
    const node = description.at(item);
    const endpoint = node === undefined ? undefined : readEndpoint(description, path, node);
    return endpoint === undefined ? [] : [endpoint];
  });
  return found.slice(0, MAX_ENDPOINTS);
}
