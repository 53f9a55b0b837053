import { problem } from "@granary/protocol";
import type { CsvFile, JoinKind, JsonFile, LineEnd, ParquetField, ParquetFiles, Relation } from "../relation.ts";
import type { TypedName } from "../types.ts";
import { type NodePrinters, type Printer, printList } from "./printer.ts";
import { printCount, printName, printNames, printReadPath, printTableName, printText } from "./text.ts";
import { printType } from "./types.ts";

/** A line that grows past this is set aside as a rejected row instead of being buffered whole. */
const MAX_CSV_RECORD_BYTES = 16 * 1024 * 1024;
/** Smaller buffers made reading slower. */
const LEAST_CSV_RECORD_BYTES = 2 * 1024 * 1024;

/**
 * Left to itself the engine takes the first line end it meets, even inside quotes. Told that lines end in CR LF it
 * reads nothing as soon as a quoted value holds another line end, so such files must not come here.
 */
const LINE_ENDS = { lf: ", new_line = '\\n'", cr: ", new_line = '\\r'", crlf: "" } as const satisfies Record<LineEnd, string>;

const JOINS: Readonly<Record<JoinKind, string>> = {
  inner: "JOIN",
  left: "LEFT JOIN",
  right: "RIGHT JOIN",
  full: "FULL JOIN",
  semi: "SEMI JOIN",
  anti: "ANTI JOIN",
  cross: "CROSS JOIN",
  positional: "POSITIONAL JOIN",
};

function printPaths(paths: readonly string[]): string {
  if (paths.length === 0) throw problem("engine.statement_invalid", { reason: "no file is given to read from" });
  return `[${paths.map(printReadPath).join(", ")}]`;
}

function printFieldMap(fields: readonly ParquetField[]): string {
  const entries = fields.map(
    (field) => `${printCount(field.fieldId)}: {name: ${printText(field.name)}, type: ${printText(printType(field.type))}, default_value: NULL}`,
  );
  return `MAP {${entries.join(", ")}}`;
}

function printParquet(node: ParquetFiles): string {
  const read = `read_parquet(${printPaths(node.paths)}${node.fields === undefined ? "" : `, schema = ${printFieldMap(node.fields)}`})`;
  const places = [
    ...(node.fileNameAs === undefined ? [] : [`filename AS ${printName(node.fileNameAs)}`]),
    ...(node.rowPositionAs === undefined ? [] : [`file_row_number AS ${printName(node.rowPositionAs)}`]),
    // Unsigned by itself, which would make sums with it 128 bits wide.
    ...(node.fileIndexAs === undefined ? [] : [`CAST(file_index AS BIGINT) AS ${printName(node.fileIndexAs)}`]),
  ];
  return places.length === 0 ? read : `(SELECT *, ${places.join(", ")} FROM ${read})`;
}

function printColumnTypes(columns: readonly TypedName[]): string {
  if (columns.length === 0) throw problem("engine.statement_invalid", { reason: "a file needs at least one column" });
  return `{${columns.map((item) => `${printText(item.name)}: ${printText(printType(item.type))}`).join(", ")}}`;
}

/** What the engine is to expect of a line: twice as much as was counted, for it is the other of two readers. */
const longestLine = ({ longestRecord = MAX_CSV_RECORD_BYTES }: CsvFile): number =>
  Math.min(MAX_CSV_RECORD_BYTES, Math.max(LEAST_CSV_RECORD_BYTES, 2 * longestRecord));

function printCsv(node: CsvFile): string {
  const longest = longestLine(node);
  const quote = printText(node.dialect.quote);
  return [
    `read_csv(${printPaths([node.path])}, auto_detect = false, columns = ${printColumnTypes(node.columns)}, delim = ${printText(node.dialect.delimiter)}`,
    `quote = ${quote}, escape = ${quote}, header = ${node.dialect.header ? "true" : "false"}, strict_mode = true, null_padding = false, comment = ''`,
    `ignore_errors = false, allow_quoted_nulls = false, nullstr = ${printText(node.nullText ?? "")}`,
    // By itself the engine would take 16 times the longest line for its buffers, which doubled its memory and its time.
    `max_line_size = ${printCount(longest)}, buffer_size = ${printCount(2 * longest)}, encoding = 'utf-8', compression = 'none'${LINE_ENDS[node.lineEnd]})`,
  ].join(", ");
}

function printJson(node: JsonFile): string {
  if (node.layout === "array" && node.onFault === "null") throw problem("engine.statement_invalid", { reason: "faults cannot be passed over in a JSON array" });
  const format = node.layout === "array" ? "array" : "newline_delimited";
  const faults = node.onFault === "null" ? "true" : "false";
  return `read_json(${printPaths([node.path])}, auto_detect = false, format = '${format}', records = true, columns = ${printColumnTypes(node.columns)}, ignore_errors = ${faults}, compression = 'uncompressed')`;
}

function printValues(node: Extract<Relation, { kind: "values" }>, print: Printer): string {
  if (node.columns.length === 0) throw problem("engine.statement_invalid", { reason: "values need at least one column" });
  if (node.rows.some((row) => row.length !== node.columns.length)) throw problem("engine.statement_invalid", { reason: "a row has not one value per column" });
  const types = node.columns.map((item) => printType(item.type));
  if (node.rows.length === 0)
    return `(SELECT ${node.columns.map((item, index) => `CAST(NULL AS ${types[index]}) AS ${printName(item.name)}`).join(", ")} WHERE FALSE)`;
  const rows = node.rows.map((row) => `(${row.map((value, index) => `CAST(${print.expression(value)} AS ${types[index]})`).join(", ")})`);
  return `(SELECT * FROM (VALUES ${rows.join(", ")}) AS "rows"(${printNames(node.columns.map((item) => item.name))}))`;
}

function printJoin(node: Extract<Relation, { kind: "join" }>, print: Printer): string {
  if (!Object.hasOwn(JOINS, node.join)) throw problem("engine.statement_invalid", { reason: "the kind of a join is not known" });
  if ((node.on === undefined) !== (node.join === "cross" || node.join === "positional"))
    throw problem("engine.statement_invalid", { reason: "every join but a cross or positional one needs a condition" });
  const on = node.on === undefined ? "" : ` ON ${print.expression(node.on)}`;
  return `(${print.relation(node.left)} ${JOINS[node.join]} ${print.relation(node.right)}${on})`;
}

function printUnnest(node: Extract<Relation, { kind: "unnest" }>, print: Printer): string {
  const names = printNames([node.column, ...(node.ordinal === undefined ? [] : [node.ordinal])]);
  const elements = `unnest(${printList([node.list], print)})${node.ordinal === undefined ? "" : " WITH ORDINALITY"} AS ${printName(node.as)}(${names})`;
  const join = node.keepEmpty === true ? `LEFT JOIN ${elements} ON TRUE` : `CROSS JOIN ${elements}`;
  return `(${print.relation(node.relation)} ${join})`;
}

export const RELATIONS: NodePrinters<Relation> = {
  table: (node) => printTableName(node.name),
  query: (node, print) => `(${print.query(node.query)})`,
  alias: (node, print) => {
    const columns = node.columns === undefined ? "" : `(${printNames(node.columns)})`;
    return `${print.relation(node.relation)} AS ${printName(node.as)}${columns}`;
  },
  join: printJoin,
  unnest: printUnnest,
  values: printValues,
  sequence: (node) => `(SELECT range AS position FROM range(${printCount(node.length)}))`,
  parquetFiles: (node) => printParquet(node),
  parquetFooter: (node) => `parquet_metadata(${printPaths([node.path])})`,
  parquetSchema: (node) => `parquet_schema(${printPaths(node.paths)})`,
  csvFile: (node) => printCsv(node),
  jsonFile: (node) => printJson(node),
};
