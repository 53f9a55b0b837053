import { call, caseWhen, cast, type Expression, literal, type Query, type SelectItem, structPack } from "@granary/engine";
import type { GraphColumn } from "@granary/protocol";
import { column } from "@granary/engine";
import { castTo } from "./casts.ts";
import { type NodeInputs, select } from "./context.ts";

/** Why a row does not fit: the first of these that is true. */
export interface RejectRule {
  readonly when: Expression;
  readonly column: string | null;
  readonly reason: string;
}

const text = ({ name, type }: GraphColumn): Expression => castTo({ value: column(name), from: type, to: "text", onFault: "fail" });

/** A row as a JSON object of texts, as rejects are kept. */
function rowAsJson(columns: readonly GraphColumn[]): Expression {
  const fields = columns.map((each) => ({ name: each.name, value: each.type === "binary" ? call("encode_hex", column(each.name)) : text(each) }));
  return cast(call("to_json", structPack(fields)), { kind: "text" });
}

const anyOf = (rules: readonly RejectRule[]): Expression => ({ kind: "logical", operator: "or", operands: rules.map((rule) => rule.when) });

const TRUE = literal(true);
const isTrue = (condition: Expression): Expression => ({ kind: "comparison", operator: "is not distinct from", left: condition, right: TRUE });
export const isNotTrue = (condition: Expression): Expression => ({ kind: "comparison", operator: "is distinct from", left: condition, right: TRUE });

/** The rows that fit, and those that do not with the reason. */
export function withRejects(inputs: NodeInputs, items: readonly SelectItem[], rules: readonly RejectRule[]): Readonly<Record<"out" | "rejected", Query>> {
  const condition = anyOf(rules);
  return { out: select(items, inputs.table(), { where: isNotTrue(condition) }), rejected: rejectedRows(inputs, rules) };
}

/** The rows for which a rule is true. */
export function rejectedRows(inputs: NodeInputs, rules: readonly RejectRule[]): Query {
  const pick = (of: (rule: RejectRule) => string | null): Expression =>
    caseWhen(
      rules.map((rule) => ({ when: rule.when, then: cast(literal(of(rule)), { kind: "text" }) })),
      cast(literal(null), { kind: "text" }),
    );
  return select(
    [
      { expression: pick((rule) => rule.column), as: "column" },
      { expression: pick((rule) => rule.reason), as: "reason" },
      { expression: rowAsJson(inputs.one().columns), as: "row" },
    ],
    inputs.table(),
    { where: isTrue(anyOf(rules)) },
  );
}
