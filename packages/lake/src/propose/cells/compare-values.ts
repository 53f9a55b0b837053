import { and, arithmetic, call, cast, compare, type Expression, isNull, literal, not, or, type SqlType } from "@granary/engine";
import type { ColumnRule } from "../types.ts";
import { collapsed, surely, trimmed } from "./text-parts.ts";

const NUMBERS: ReadonlySet<SqlType["kind"]> = new Set(["integer", "bigint", "decimal", "float", "double"]);
const DOUBLE: SqlType = { kind: "double" };

function asCompared(text: Expression, { trim, collapseSpaces, ignoreCase }: ColumnRule): Expression {
  const inner = collapseSpaces === true ? collapsed(text) : text;
  const outer = trim === true ? trimmed(inner) : inner;
  return ignoreCase === true ? call("lower", outer) : outer;
}

function isWithin(left: Expression, right: Expression, { absoluteTolerance, relativeTolerance }: ColumnRule): Expression {
  const [one, other] = [cast(left, DOUBLE), cast(right, DOUBLE)];
  const apart = call("abs", arithmetic(one, "-", other));
  const larger = call("greatest", call("abs", one), call("abs", other));
  const least = [
    ...(absoluteTolerance === undefined ? [] : [compare(apart, "<=", literal(absoluteTolerance))]),
    ...(relativeTolerance === undefined ? [] : [compare(apart, "<=", arithmetic(larger, "*", literal(relativeTolerance)))]),
  ];
  return surely(or(...least));
}

/** Whether two values of a column differ as its rule has it. Null equals null alone. */
export function differs(left: Expression, right: Expression, type: SqlType, rule: ColumnRule | undefined): Expression {
  const plain = (one: Expression, other: Expression): Expression => compare(one, "is distinct from", other);
  if (rule === undefined) return plain(left, right);
  if (type.kind === "text") return plain(asCompared(left, rule), asCompared(right, rule));
  const hasTolerance = rule.absoluteTolerance !== undefined || rule.relativeTolerance !== undefined;
  if (!hasTolerance || !NUMBERS.has(type.kind)) return plain(left, right);
  const areThere = and(not(isNull(left)), not(isNull(right)));
  return and(plain(left, right), not(and(areThere, isWithin(left, right, rule))));
}
