import { Fault } from "../fault.ts";
import type { PreparedSql } from "./prepare-sql.ts";
import { foldName } from "./relation-key.ts";
import { isNode, type TreeNode, textOf } from "./tree.ts";

/** What is known of a query when it fails. */
export interface FailureContext {
  readonly sql: string;
  readonly prepared: PreparedSql;
  readonly files: readonly string[];
  readonly memoryBytes: number;
}

const MIB = 1024 * 1024;

const TYPES =
  "BOOL|BOOLEAN|U?INT(?:8|16|32|64|128)|U?TINYINT|U?SMALLINT|U?INTEGER|U?BIGINT|U?HUGEINT|FLOAT|DOUBLE|DECIMAL(?:\\(\\d+,\\d+\\))?|DATE|TIME|TIMESTAMP|INTERVAL|UUID|BLOB|BIT|JSON|VARCHAR";
const TARGET_TYPE = new RegExp(`(?:\\bto |destination type )(${TYPES})(?:\\[\\])?\\b`);

/** The kinds of failures of values that people can be told about; every other text of the engine about values stays inside. */
const VALUE_FAULTS: readonly (readonly [RegExp, string])[] = [
  [/\b(date|timestamp|time) field\b/, "a text is not a date or time"],
  [/^Overflow in /, "a number became too large for its type; cast to a larger type first"],
  [/out of range/i, "a number is out of the range of its type"],
  [/logarithm|square root/, "a logarithm or root of a number that has none"],
  [/More than one row returned by a subquery/, "a subquery used as a value returned more than one row"],
  [/Malformed JSON/, "a text is not JSON"],
  [/Map keys must be unique/, "the keys of a map repeat"],
  [/Could not parse string .* according to format/, "a text does not fit the date format"],
  [/TimeZone/, "a time zone is not known"],
  [/extract specifier/, "a part of a date is not known"],
  [/type specifier/, "a value does not fit the format text"],
  [/format specifier/, "the format text of a date is not valid"],
  [/blob/i, "bytes are not valid text, or the other way round"],
  [/cannot be indexed|subscript/, "a position in a list is not valid"],
];

const SQL_NAMES: Readonly<Record<string, string>> = {
  BOOL: "BOOLEAN",
  INT8: "TINYINT",
  INT16: "SMALLINT",
  INT32: "INTEGER",
  INT64: "BIGINT",
  INT128: "HUGEINT or UUID",
  UINT8: "UTINYINT",
  UINT16: "USMALLINT",
  UINT32: "UINTEGER",
  UINT64: "UBIGINT",
  UINT128: "UHUGEINT",
};

const memoryLimit = (context: FailureContext): string => `${Math.round(context.memoryBytes / MIB)} MiB`;

/**
 * A value is shown only when no data was read and it stands in the person's own text. With data a text of guesses would be
 * answered: the one that is shown is there.
 */
function ownLiteral(message: string, { prepared, sql }: FailureContext): string {
  if (prepared.used.length > 0) return "";
  const value = /'([^'\n]{1,60})'|"([^"\n]{1,60})"/.exec(message);
  const text = value?.[1] ?? value?.[2];
  return text !== undefined && sql.includes(`'${text}'`) ? ` ('${text}')` : "";
}

function valueFault(type: string, message: string, context: FailureContext): Fault {
  const target = type === "Conversion" ? TARGET_TYPE.exec(message)?.[1] : undefined;
  const known = VALUE_FAULTS.find(([pattern]) => pattern.test(message))?.[1];
  const reason =
    target === undefined ? (known ?? "it does not fit the function or type it is given to") : `it cannot be converted to ${SQL_NAMES[target] ?? target}`;
  return new Fault("sql.value_invalid", { reason: `${reason}${ownLiteral(message, context)}` });
}

const tidy = (message: string): string =>
  message
    .replace(/\n\nLINE \d+:[\s\S]*$/, "")
    .replaceAll(/\s+/g, " ")
    .replace(/\.$/, "")
    .trim()
    .slice(0, 500);

/** Texts of binding speak of names and types only, since no data was read; paths and our own names are looked for all the same. */
function isShowable(message: string, context: FailureContext): boolean {
  return !/granary_|read_parquet|read_csv|\.parquet/.test(message) && !context.files.some((file) => message.includes(file));
}

function columnFault(error: TreeNode, context: FailureContext): Fault {
  const name = textOf(error["name"]);
  const place = context.prepared.columnPlaces.get(foldName(name));
  const candidates = textOf(error["candidates"]).split(",").filter(Boolean).slice(0, 3).join(" or ");
  return new Fault("sql.unknown_column", {
    name,
    ...place,
    place: place === undefined ? "" : ` (line ${place.line}, column ${place.column})`,
    hint: candidates === "" ? "" : ` Did you mean ${candidates}?`,
  });
}

function bindingFault(error: TreeNode, message: string, context: FailureContext): Fault {
  if (textOf(error["error_subtype"]) === "COLUMN_NOT_FOUND" && textOf(error["name"]) !== "") return columnFault(error, context);
  if (!isShowable(message, context)) return new Fault("sql.invalid", { reason: "its parts do not fit together" });
  return new Fault("sql.invalid", { reason: tidy(message) });
}

/** The engine's and JavaScript's ways to say that there was not enough of something. */
function resourceFault(message: string, context: FailureContext): Fault {
  if (/No space left|max_temp_directory_size|ENOSPC|File too large/i.test(message)) return new Fault("storage.full");
  if (/string longer than|Invalid string length|Array buffer allocation/.test(message)) return new Fault("sql.result_too_large");
  if (/Out of Memory|bad_alloc|allocat/i.test(message)) return new Fault("engine.out_of_memory", { limit: memoryLimit(context) });
  return new Fault("engine.statement_failed");
}

function readError(text: string): TreeNode | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isNode(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const BINDING = /^(Binder|Catalog|Parser)$/;
const VALUES = /^(Conversion|Out of Range|Invalid Input|Not implemented|Invalid Type|Mismatch Type|Divide by Zero|Constraint)$/;

/** What a person is told when a checked query fails: never a value of the data, a path or a setting. */
export function failureOf(thrown: unknown, context: FailureContext): Fault {
  if (thrown instanceof Fault) return thrown;
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  const error = readError(text);
  if (error === undefined) return resourceFault(text, context);
  const type = textOf(error["exception_type"]);
  const message = textOf(error["exception_message"]);
  if (BINDING.test(type)) return bindingFault(error, message, context);
  return VALUES.test(type) ? valueFault(type, message, context) : resourceFault(`${type} ${message}`, context);
}
