import { problem } from "@granary/protocol";
import type { CopyFormat, LineEnd, ParquetField, Query, Relation, SelectQuery, Statement } from "../query.ts";
import { printExpression } from "./print-expression.ts";
import { printName, printText, printType } from "./text.ts";

/** A line that grows past this is set aside as a rejected row instead of being buffered whole. */
const MAX_CSV_RECORD_BYTES = 16 * 1024 * 1024;
/** By itself the engine would take 16 times the longest line, which doubled its memory and its time. */
const CSV_BUFFER_BYTES = 2 * MAX_CSV_RECORD_BYTES;

const textList = (values: readonly string[]): string => `[${values.map(printText).join(", ")}]`;

function printFieldMap(fields: readonly ParquetField[]): string {
  const entries = fields.map(
    (field) => `${printCount(field.fieldId)}: {name: ${printText(field.name)}, type: ${printText(printType(field.type))}, default_value: NULL}`,
  );
  return `MAP {${entries.join(", ")}}`;
}

function printCount(value: number): string {
  if (!Number.isSafeInteger(value) || value < 0) throw problem("engine.statement_invalid", { reason: `${value} is not a count` });
  return String(value);
}

/**
 * Left to itself the engine takes the first line end it meets, even inside quotes. Told that lines end in CR LF it
 * reads nothing as soon as a quoted value holds another line end, so such files must not come here.
 */
const LINE_ENDS = { lf: ", new_line = '\\n'", cr: ", new_line = '\\r'", crlf: "" } as const satisfies Record<LineEnd, string>;

type RelationPrinters = { readonly [K in Relation["kind"]]: (node: Extract<Relation, { kind: K }>) => string };

const RELATIONS: RelationPrinters = {
  table: (node) => printName(node.name),
  query: (node) => `(${printQuery(node.query)})`,
  sequence: (node) => `(SELECT range AS position FROM range(${printCount(node.length)}))`,
  parquetFiles: (node) => {
    const schema = node.fields === undefined ? "" : `, schema = ${printFieldMap(node.fields)}`;
    return `read_parquet(${textList(node.paths)}${schema})`;
  },
  parquetFooter: (node) => `parquet_metadata(${printText(node.path)})`,
  csvFile: (node) => {
    const columns = node.columns.map((name) => `${printText(name)}: 'VARCHAR'`).join(", ");
    const quote = printText(node.dialect.quote);
    // rejects_limit 0 keeps all of them: nothing may be dropped without being counted.
    return [
      `read_csv(${textList([node.path])}, auto_detect = false, columns = {${columns}}, delim = ${printText(node.dialect.delimiter)}`,
      `quote = ${quote}, escape = ${quote}, header = ${node.dialect.header}, strict_mode = true, null_padding = false, comment = ''`,
      `store_rejects = true, rejects_limit = 0, allow_quoted_nulls = false, nullstr = ''`,
      `max_line_size = ${MAX_CSV_RECORD_BYTES}, buffer_size = ${CSV_BUFFER_BYTES}, encoding = 'utf-8', compression = 'none'${LINE_ENDS[node.lineEnd]})`,
    ].join(", ");
  },
  rejectedRows: () => "reject_errors",
};

const printRelation = (node: Relation): string => (RELATIONS[node.kind] as (node: Relation) => string)(node);

function printSelect(node: SelectQuery): string {
  if (node.items.length === 0) throw problem("engine.statement_invalid", { reason: "a select needs at least one column" });
  const items = node.items.map((item) => `${printExpression(item.expression)} AS ${printName(item.as)}`).join(", ");
  const where = node.where === undefined ? "" : ` WHERE ${printExpression(node.where)}`;
  const group = node.groupBy === undefined ? "" : ` GROUP BY ${node.groupBy.map(printExpression).join(", ")}`;
  const order = node.orderBy?.map((key) => `${printExpression(key.expression)} ${key.direction === "desc" ? "DESC" : "ASC"} NULLS LAST`) ?? [];
  const limit = node.limit === undefined ? "" : ` LIMIT ${printCount(node.limit)}`;
  return `SELECT ${items} FROM ${printRelation(node.from)}${where}${group}${order.length === 0 ? "" : ` ORDER BY ${order.join(", ")}`}${limit}`;
}

/** DuckDB's text of a query. */
function printQuery(node: Query): string {
  if (node.kind === "select") return printSelect(node);
  if (node.queries.length === 0) throw problem("engine.statement_invalid", { reason: "a union needs at least one query" });
  return node.queries.map((query) => `(${printQuery(query)})`).join(" UNION ALL ");
}

function printEntries(entries: Readonly<Record<string, string | number>>): string {
  const printed = Object.entries(entries).map(([name, value]) => `${printName(name)}: ${typeof value === "number" ? printCount(value) : printText(value)}`);
  return `{${printed.join(", ")}}`;
}

function printFormat(format: CopyFormat): string {
  if (format.kind === "csv") return "FORMAT csv, HEADER true, DELIMITER ',', QUOTE '\"', ESCAPE '\"', NULLSTR '', NEW_LINE '\\r\\n'";
  const options = [
    `FORMAT parquet, COMPRESSION ${format.compression === "zstd" ? "zstd" : "snappy"}, ROW_GROUP_SIZE ${printCount(format.rowGroupRows)}, RETURN_STATS`,
  ];
  if (format.fieldIds !== undefined) options.push(`FIELD_IDS ${printEntries(format.fieldIds)}`);
  if (format.keyValues !== undefined) options.push(`KV_METADATA ${printEntries(format.keyValues)}`);
  return options.join(", ");
}

/** DuckDB's text of a statement: the only way SQL text comes to be in the platform. */
export function printStatement(node: Statement): string {
  if (node.kind === "query") return printQuery(node.query);
  return `COPY (${printQuery(node.query)}) TO ${printText(node.path)} (${printFormat(node.format)})`;
}
