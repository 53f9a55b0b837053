import { call, caseWhen, cast, type Expression, literal, not, or, regexMatch, tryCast } from "@granary/engine";
import { type ExpressionType, isList } from "@granary/graph";
import type { GraphType } from "@granary/protocol";
import { sqlTypeOf } from "./types.ts";

type OnFault = "fail" | "null";

interface Cast {
  readonly value: Expression;
  readonly from: ExpressionType;
  readonly to: GraphType;
  readonly onFault: OnFault;
  /** Of texts that become dates and timestamps, as strftime writes it. */
  readonly format?: string | undefined;
}

const TEXT = sqlTypeOf("text");
/** The engine rounds '1.7' to 2, which would lose what was there. */
const WHOLE = "\\s*[+-]?[0-9]+([.]0*)?\\s*";

const plain = ({ value, to, onFault }: Cast): Expression => (onFault === "fail" ? cast(value, sqlTypeOf(to)) : tryCast(value, sqlTypeOf(to)));

/** Looked for first, since a pattern takes several times as long as the cast itself. */
const hasPlaces = (value: Expression): Expression => or(...[".", "e", "E"].map((sign) => call("contains", value, literal(sign))));

function textToInteger(of: Cast): Expression {
  const isOther = caseWhen([{ when: hasPlaces(of.value), then: not(regexMatch(of.value, literal(WHOLE), { extent: "whole" })) }], literal(false));
  const other = of.onFault === "fail" ? literal("") : literal(null);
  return plain({ ...of, value: caseWhen([{ when: isOther, then: other }], of.value) });
}

function parsed(of: Cast): Expression {
  const name = of.onFault === "fail" ? "parse_time" : "try_parse_time";
  return cast(call(name, of.value, literal(of.format ?? "")), sqlTypeOf(of.to));
}

function textToJson({ value, onFault }: Cast): Expression {
  if (onFault === "fail") return cast(call("json_extract", value, literal("$")), TEXT);
  return caseWhen([{ when: call("json_is_valid", value), then: value }], literal(null));
}

const toJson = ({ value }: Cast): Expression => cast(call("to_json", value), TEXT);

function fromText(of: Cast): Expression {
  if (of.to === "integer") return textToInteger(of);
  if (of.to === "json") return textToJson(of);
  if (of.to === "binary") return call("encode_utf8", of.value);
  return of.format !== undefined && /^(date|timestamp)/.test(of.to) ? parsed(of) : plain(of);
}

/** A value of one type as one of another; what does not fit fails, or becomes null. */
export function castTo(of: Cast): Expression {
  const { from, to, value } = of;
  if (from === to) return value;
  if (from === "null" || from === "unknown") return cast(value, sqlTypeOf(to));
  if (isList(from)) return toJson(of);
  if (from === "json") return to === "text" ? value : castTo({ ...of, from: "text", value: call("json_text", value, literal("$")) });
  if (from === "binary" && to === "text") return call("decode_utf8", value);
  if (to === "json" && from !== "text") return toJson(of);
  return from === "text" ? fromText(of) : plain(of);
}
