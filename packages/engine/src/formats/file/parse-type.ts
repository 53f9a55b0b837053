import type { SqlType, TypedName } from "../../sql/index.ts";

/** How types of the engine that have no counterpart of ours are read: without loss, as a wider one or as text. */
const NAMES: Readonly<Record<string, SqlType>> = {
  BOOLEAN: { kind: "boolean" },
  TINYINT: { kind: "integer" },
  SMALLINT: { kind: "integer" },
  INTEGER: { kind: "integer" },
  UTINYINT: { kind: "integer" },
  USMALLINT: { kind: "integer" },
  UINTEGER: { kind: "bigint" },
  BIGINT: { kind: "bigint" },
  UBIGINT: { kind: "decimal", precision: 38, scale: 0 },
  FLOAT: { kind: "float" },
  DOUBLE: { kind: "double" },
  DATE: { kind: "date" },
  TIME: { kind: "time" },
  TIMESTAMP: { kind: "timestamp" },
  TIMESTAMP_S: { kind: "timestamp" },
  TIMESTAMP_MS: { kind: "timestamp" },
  "TIMESTAMP WITH TIME ZONE": { kind: "timestamptz" },
  UUID: { kind: "uuid" },
  BLOB: { kind: "binary" },
};

/** The parts of a list of parts, split where no bracket or quote is open. */
function splitParts(text: string): readonly string[] {
  const parts: string[] = [];
  let depth = 0;
  let isQuoted = false;
  let start = 0;
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at];
    if (char === '"') isQuoted = !isQuoted;
    else if (!isQuoted && char === "(") depth += 1;
    else if (!isQuoted && char === ")") depth -= 1;
    else if (!isQuoted && char === "," && depth === 0) {
      parts.push(text.slice(start, at).trim());
      start = at + 1;
    }
  }
  return [...parts, text.slice(start).trim()];
}

function parseField(part: string): TypedName {
  const quoted = /^"((?:[^"]|"")*)"\s+/.exec(part);
  if (quoted !== null) return { name: (quoted[1] ?? "").replaceAll('""', '"'), type: parseType(part.slice(quoted[0].length)) };
  const space = part.indexOf(" ");
  return { name: part.slice(0, space), type: parseType(part.slice(space + 1)) };
}

/** The type that a name of the engine's stands for; text for what has no other counterpart. */
export function parseType(name: string): SqlType {
  if (name.endsWith("[]")) return { kind: "list", element: parseType(name.slice(0, -2)) };
  const decimal = /^DECIMAL\((\d+),\s*(\d+)\)$/.exec(name);
  if (decimal !== null) return { kind: "decimal", precision: Number(decimal[1]), scale: Number(decimal[2]) };
  if (name.startsWith("STRUCT(")) return { kind: "struct", fields: splitParts(name.slice(7, -1)).map(parseField) };
  if (name.startsWith("MAP(")) {
    const [key = "VARCHAR", value = "VARCHAR"] = splitParts(name.slice(4, -1));
    return { kind: "map", key: parseType(key), value: parseType(value) };
  }
  return NAMES[name] ?? { kind: "text" };
}
