import { cast, columnsOf, type Expression } from "@granary/engine";
import { problem } from "@granary/protocol";
import { storedColumn, storedFieldId } from "../files/index.ts";
import { checkPlan, jsonText } from "../scan/index.ts";
import type { LakeColumn } from "../table/index.ts";
import { isNested } from "./cells/cell-readings.ts";
import { TEXT } from "./cells/text-parts.ts";
import type { ColumnRule, ProposeInput } from "./types.ts";

/** A column of the dataset as the proposer sees it. */
export interface SeenColumn {
  readonly name: string;
  readonly fieldId: number;
  readonly source: LakeColumn;
  readonly mask: Expression | undefined;
}

/** What somebody who proposes sees of the dataset, and how its rows are matched. */
export interface Proposer {
  readonly seen: readonly SeenColumn[];
  readonly keys: readonly SeenColumn[];
  readonly filter: Expression | undefined;
  readonly rules: ReadonlyMap<number, ColumnRule>;
}

/** Checks what a proposal goes by. Throws `change.hidden_parts` for keys that are hidden or masked, and `lake.plan_invalid`. */
export function proposerOf({ from, plan, keys, rules = [] }: ProposeInput): Proposer {
  const { sources } = checkPlan(from, plan);
  const seen = plan.columns.flatMap(({ name, fieldId, mask }, index): readonly SeenColumn[] => {
    const source = sources[index];
    return source === undefined ? [] : [{ name, fieldId, source, mask }];
  });
  const hidden = (fieldId: number): Error => {
    const name = seen.find((item) => item.fieldId === fieldId)?.name;
    return problem("change.hidden_parts", { what: name === undefined ? "a key column" : `the key column ${name}` });
  };
  const keyColumns = keys.map((fieldId) => {
    const found = seen.find((item) => item.fieldId === fieldId);
    if (found === undefined || found.mask !== undefined) throw hidden(fieldId);
    if (isNested(found.source.sqlType)) throw problem("lake.diff_invalid", { reason: `the key column ${found.name} is made of parts` });
    return found;
  });
  return { seen, keys: keyColumns, filter: plan.filter, rules: new Map(rules.map((rule) => [rule.fieldId, rule])) };
}

/** A stored value as a download writes it. */
export function textOfValue(value: Expression, { sqlType }: LakeColumn): Expression {
  if (sqlType.kind === "text") return value;
  return isNested(sqlType) ? jsonText(value, sqlType) : cast(value, TEXT);
}

/** What the proposer sees in a cell, as a download writes it; over stored columns. */
export const shownText = ({ mask, source, fieldId }: SeenColumn): Expression =>
  mask === undefined ? textOfValue(storedColumn(fieldId), source) : cast(mask, TEXT);

/** The stored columns an expression needs. */
export const fieldsOf = (expression: Expression | undefined): readonly number[] =>
  expression === undefined ? [] : [...columnsOf(expression)].map(storedFieldId);
