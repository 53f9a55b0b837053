import { problem } from "@granary/protocol";
import type { CopyFormat, CsvFormat, FieldIds, ManyFiles, ParquetFormat, Statement } from "../statement.ts";
import { type NodePrinters, printNode } from "./printer.ts";
import { printCount, printName, printNames, printPath, printTableName, printText } from "./text.ts";

const OWN_ID = "__duckdb_field_id";

function printFieldIds(ids: FieldIds): readonly string[] {
  return Object.entries(ids).map(([name, field]) => {
    if (name === OWN_ID) throw problem("engine.statement_invalid", { reason: `${OWN_ID} is no name of a column` });
    if (typeof field === "number") return `${printName(name)}: ${printCount(field)}`;
    return `${printName(name)}: {${[`${OWN_ID}: ${printCount(field.id)}`, ...printFieldIds(field.children)].join(", ")}}`;
  });
}

function printManyFiles(files: ManyFiles): readonly string[] {
  const pattern = `FILENAME_PATTERN ${printText(files.namePattern)}`;
  if (!/^[\w{}-]+$/.test(files.namePattern))
    throw problem("engine.statement_invalid", { reason: "a pattern of file names holds more than letters and digits" });
  if ("maxBytes" in files) return [`FILE_SIZE_BYTES ${printCount(files.maxBytes)}`, pattern, "OVERWRITE_OR_IGNORE true"];
  return [`PARTITION_BY (${printNames(files.partitionBy)})`, "WRITE_PARTITION_COLUMNS true", pattern, "OVERWRITE_OR_IGNORE true"];
}

function printParquetFormat(format: ParquetFormat): string {
  const keyValues = Object.entries(format.keyValues ?? {}).map(([name, value]) => `${printName(name)}: ${printText(value)}`);
  const options = [
    `FORMAT parquet, COMPRESSION ${format.compression === "zstd" ? "zstd" : "snappy"}, ROW_GROUP_SIZE ${printCount(format.rowGroupRows)}, RETURN_STATS`,
    ...(format.fieldIds === undefined ? [] : [`FIELD_IDS {${printFieldIds(format.fieldIds).join(", ")}}`]),
    ...(keyValues.length === 0 ? [] : [`KV_METADATA {${keyValues.join(", ")}}`]),
    ...(format.files === undefined ? [] : printManyFiles(format.files)),
  ];
  return options.join(", ");
}

function printCsvFormat(format: CsvFormat): string {
  const { delimiter = ",", quote = '"' } = format;
  if (!/^[\t -~]$/.test(delimiter) || !/^[!-~]$/.test(quote) || delimiter === quote) {
    throw problem("engine.statement_invalid", { reason: "a delimiter and a quote are two different ASCII characters" });
  }
  const options = [
    `FORMAT csv, HEADER ${(format.header ?? true) ? "true" : "false"}, DELIMITER ${printText(delimiter)}`,
    `QUOTE ${printText(quote)}, ESCAPE ${printText(quote)}, NULLSTR ${printText(format.nullText ?? "")}`,
    `NEW_LINE '${format.lineEnd === "lf" ? "\\n" : "\\r\\n"}'`,
    ...(format.quoteAll === true ? ["FORCE_QUOTE *"] : []),
  ];
  return options.join(", ");
}

const FORMATS: NodePrinters<CopyFormat> = {
  parquet: (format) => printParquetFormat(format),
  csv: (format) => printCsvFormat(format),
  json: (format) => `FORMAT json, ARRAY ${format.layout === "array" ? "true" : "false"}`,
};

export const STATEMENTS: NodePrinters<Statement> = {
  query: (node, print) => print.query(node.query),
  copy: (node, print) => `COPY (${print.query(node.query)}) TO ${printPath(node.path)} (${printNode(FORMATS, node.format, print)})`,
  createTable: (node, print) => `CREATE TEMP TABLE ${printTableName(node.name)} AS ${print.query(node.query)}`,
  createView: (node, print) => `CREATE TEMP VIEW ${printTableName(node.name)} AS ${print.query(node.query)}`,
  dropTable: (node) => `DROP TABLE temp.${printTableName(node.name)}`,
  dropView: (node) => `DROP VIEW temp.${printTableName(node.name)}`,
};
