import { aggregate, and, call, column, type EngineSession, type Expression, isNull, literal, not, or, type SelectItem } from "@granary/engine";
import { type ChangeSet, STORED } from "../diff/index.ts";
import { CHANGES, isEffective, isIdentified, isKind, ROW, storedNames, valueIds } from "./names.ts";

/** What a change set holds, as far as a merge depends on it. */
export interface ChangeFacts {
  /** Rows matched by key. */
  readonly added: number;
  readonly removed: number;
  readonly modified: number;
  /** Rows compared whole, for they have no key that identifies them. */
  readonly wholeRows: number;
  /** Field ids of columns with a changed cell, or a value in an added row. */
  readonly touched: ReadonlySet<number>;
}

/** Makes a change set readable as a view of the session, with the place of each row. */
export async function openChanges(session: EngineSession, changeSet: ChangeSet, path: string, name = CHANGES): Promise<void> {
  const names = [ROW, ...storedNames(changeSet, valueIds(changeSet))];
  const items = names.map((item) => ({ expression: column(item), as: item }));
  await session.run({ kind: "createView", name, query: { kind: "select", items, from: { kind: "parquetFiles", paths: [path], rowPositionAs: ROW } } });
}

/** Reads once through the changes of a set. */
export async function changeFacts(session: EngineSession, changeSet: ChangeSet): Promise<ChangeFacts> {
  const isMatched = isIdentified(changeSet);
  const [isAdded, isRemoved, isModified] = ["added", "removed", "modified"].map((kind) => and(isMatched, isKind(undefined, kind))) as [
    Expression,
    Expression,
    Expression,
  ];
  const values = valueIds(changeSet);
  const conditions = [isAdded, isRemoved, and(isModified, isEffective(changeSet)), not(isMatched)];
  const touches = values.map((id) => or(and(isModified, column(STORED.changed(id))), and(isAdded, not(isNull(column(STORED.new(id)))))));
  const counted = conditions.map((filter, index): SelectItem => ({ expression: aggregate("count_rows", [], { filter }), as: `count_${index}` }));
  const flags = touches.map((touch, index): SelectItem => ({ expression: call("coalesce", call("any_true", touch), literal(false)), as: `touched_${index}` }));
  const { rows } = await session.run({ kind: "query", query: { kind: "select", items: [...counted, ...flags], from: { kind: "table", name: CHANGES } } });
  const [row = []] = rows;
  const [added = 0, removed = 0, modified = 0, wholeRows = 0] = row.slice(0, conditions.length).map(Number);
  const touched = values.filter((_, index) => row[conditions.length + index] === true);
  return { added, removed, modified, wholeRows, touched: new Set([...(added > 0 ? changeSet.keys : []), ...touched]) };
}
