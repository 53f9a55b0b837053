import type { Query, SandboxParameter } from "@granary/engine";
import type { DocumentCheck } from "@granary/graph";
import { isAppError } from "@granary/kernel";
import type { GraphColumn, GraphFault, GraphType, NodeOf, PipelineDocument } from "@granary/protocol";
import type { Ctx } from "../../context/index.ts";
import { sqlTypeOf } from "../../graph-queries/index.ts";

const TYPES: readonly (readonly [RegExp, GraphType])[] = [
  [/\[\d*\]$|^(JSON|STRUCT|MAP)/, "json"],
  [/^(TINYINT|SMALLINT|INTEGER|BIGINT|UTINYINT|USMALLINT|UINTEGER)$/, "integer"],
  [/^(UBIGINT|HUGEINT|UHUGEINT)$/, "decimal(38,0)"],
  [/^(FLOAT|DOUBLE)$/, "number"],
  [/^BOOLEAN$/, "boolean"],
  [/^DATE$/, "date"],
  [/^TIME$/, "time"],
  [/^TIMESTAMP WITH TIME ZONE$/, "timestamptz"],
  [/^TIMESTAMP/, "timestamp"],
  [/^UUID$/, "uuid"],
  [/^BLOB$/, "binary"],
];

/** The type on an edge of a type the engine names; what has none of its own goes as text. */
function graphTypeOfEngine(type: string): GraphType {
  const [, precision, scale] = /^DECIMAL\((\d+),(\d+)\)$/.exec(type) ?? [];
  if (precision !== undefined && scale !== undefined) return `decimal(${Number(precision)},${Number(scale)})`;
  return TYPES.find(([pattern]) => pattern.test(type))?.[1] ?? "text";
}

const emptyTable = (columns: readonly GraphColumn[]): Query => ({
  kind: "select",
  items: columns.map(({ name }) => ({ expression: { kind: "column", name }, as: name })),
  from: { kind: "values", columns: columns.map(({ name, type }) => ({ name, type: sqlTypeOf(type) })), rows: [] },
});

/** Values of parameters as a person's query takes them, numbers and truth values as such. */
export function sqlParameters(
  { parameters }: PipelineDocument,
  values: Readonly<Record<string, string | null>>,
  used: readonly string[],
): Record<string, SandboxParameter> {
  const wanted = parameters.filter(({ name }) => used.includes(name));
  return Object.fromEntries(
    wanted.map(({ name, type }): [string, SandboxParameter] => {
      const value = values[name] ?? null;
      if (value === null) return [name, null];
      return [name, type === "integer" || type === "number" ? Number(value) : type === "boolean" ? value === "true" : value];
    }),
  );
}

/** The columns a node's SQL gives over tables like its inputs; undefined while the columns of an input are not known. */
export async function describeSql(
  ctx: Ctx,
  { document, node }: { readonly document: PipelineDocument; readonly node: NodeOf<"sql"> },
  { columns, inputs }: DocumentCheck,
): Promise<{ readonly columns: readonly GraphColumn[] } | { readonly fault: GraphFault } | undefined> {
  const relations: Record<string, Query> = {};
  for (const port of node.settings.inputs) {
    const [source] = inputs[node.id]?.[port] ?? [];
    const found = source === undefined ? undefined : columns[source.node]?.[source.port];
    if (found === undefined || found.length === 0) return undefined;
    relations[port] = emptyTable(found);
  }
  try {
    const { signal, services } = ctx;
    const sql = node.settings.text;
    const { parameters: used } = await services.engine.checkSql(sql, signal);
    const standard = Object.fromEntries(document.parameters.map((parameter) => [parameter.name, parameter.default]));
    const parameters = sqlParameters(document, standard, used);
    await using result = await services.engine.sandbox({ sql, relations, files: [], parameters, signal, limits: { maxRows: 1 } });
    return { columns: result.columns.map(({ name, type }) => ({ name, type: graphTypeOfEngine(type) })) };
  } catch (error) {
    if (!isAppError(error) || !error.code.startsWith("sql.")) throw error;
    return { fault: { severity: "error", code: error.code, message: error.message, node: node.id, path: "text" } };
  }
}
