import { decimalOf, type GraphType } from "@granary/protocol";
import { call, caseWhen, cast, column, compare, type Expression, isNull, literal, or, type SqlType } from "../sql/index.ts";
import type { ArgumentKind } from "./messages.ts";

const KINDS = {
  text: "text",
  integer: "bigint",
  number: "double",
  boolean: "boolean",
  date: "date",
  time: "time",
  timestamp: "timestamp",
  timestamptz: "timestamptz",
  uuid: "uuid",
  binary: "binary",
  json: "text",
} as const;

export function sqlTypeOf(type: GraphType): SqlType {
  const decimal = decimalOf(type);
  return decimal === undefined ? { kind: KINDS[type as keyof typeof KINDS] } : { kind: "decimal", ...decimal };
}

const text: SqlType = { kind: "text" };
/** Beyond it JavaScript's numbers are no longer exact. */
const SAFE = literal(Number.MAX_SAFE_INTEGER);

/** A column as the JSON that the function's process reads: what JSON cannot say goes as text. */
export function argumentJson(name: string, type: GraphType): Expression {
  const value = column(name);
  const plain = call("to_json", value);
  const asText = call("to_json", cast(value, text));
  if (type === "integer")
    return caseWhen([{ when: compare(call("abs", cast(value, { kind: "decimal", precision: 38, scale: 0 })), ">", SAFE), then: asText }], plain);
  if (type === "number") return caseWhen([{ when: or(isNull(value), call("is_finite", cast(value, { kind: "double" }))), then: plain }], asText);
  if (type === "boolean") return plain;
  if (type === "binary") return call("to_json", call("encode_base64", value));
  if (decimalOf(type) !== undefined) return call("to_json", cast(value, { kind: "double" }));
  return asText;
}

export const argumentKind = (type: GraphType): ArgumentKind => (type === "integer" || type === "number" || type === "json" ? type : "other");
