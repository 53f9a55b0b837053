import { ApiError } from "@granary/client";
import type { ConfigSchema, ConfigValues, JsonValue } from "@granary/protocol";
import { asSentence, type ConfigIssue } from "./check-config.ts";
import { isAsked, isKept, isObject, type Path, pathText, propertiesOf } from "./config-values.ts";

/** The issues of a refused request that concern settings, by path within them: `body.config.auth.password` is `auth.password`. */
export function configIssues(error: unknown, field = "config"): readonly ConfigIssue[] {
  if (!(error instanceof ApiError)) return [];
  return error.issues.map(({ path, message }) => ({ path: path.replace(/^body\./, "").replace(new RegExp(`^${field}(\\.|$)`), ""), message }));
}

/** Issues by the field they are shown at, and those no field of the form shows. */
export interface PlacedIssues {
  readonly byPath: ReadonlyMap<string, string>;
  readonly rest: readonly ConfigIssue[];
}

/** Finds each issue's field, or its nearest parent that the form shows; several for one field are all kept. */
export function placeConfigIssues(schema: ConfigSchema, values: ConfigValues, issues: readonly ConfigIssue[]): PlacedIssues {
  const shown = new Set(shownPaths(schema, values, []));
  const byPath = new Map<string, string>();
  const rest: ConfigIssue[] = [];
  for (const issue of issues) {
    const field = nearest(issue.path, shown);
    if (field === undefined) rest.push(issue);
    else byPath.set(field, [byPath.get(field), asSentence(issue.message)].filter((text) => text !== undefined).join(" "));
  }
  return { byPath, rest };
}

function nearest(path: string, shown: ReadonlySet<string>): string | undefined {
  const parts = path.split(".");
  for (let length = parts.length; length > 0; length -= 1) {
    const name = parts.slice(0, length).join(".");
    if (shown.has(name)) return name;
  }
  return undefined;
}

/** Every path a message can stand at. */
function shownPaths(schema: ConfigSchema, values: ConfigValues, path: Path): string[] {
  return Object.entries(propertiesOf(schema, values)).flatMap(([name, field]) =>
    isAsked(field, values) ? [pathText([...path, name]), ...innerPaths(field, values[name], [...path, name])] : [],
  );
}

function innerPaths(schema: ConfigSchema, value: JsonValue | undefined, path: Path): string[] {
  if (schema.type === "object" && isObject(value) && !isKept(value)) return shownPaths(schema, value, path);
  if (schema.type !== "array" || !Array.isArray(value)) return [];
  return value.flatMap((item: JsonValue, index: number) => {
    const at = [...path, index];
    return [pathText(at), ...(schema.items?.type === "object" && isObject(item) ? shownPaths(schema.items, item, at) : [])];
  });
}
