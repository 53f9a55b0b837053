import { describe, expect, it } from "vitest";
import { addRow, differing, editCells, editsOf, isNewRow, newRowId, redo, rowIdOf, toggleRow, undo } from "./edit-state.ts";

const NONE = editsOf([]);
const target = { rowId: rowIdOf(["7"]), key: ["7"] };
const price = (value: string | null) => ({ target, column: "price", value, original: "10" });

describe("editing cells", () => {
  it("keeps what differs from the dataset", () =>
    expect(editCells(NONE, [price("12")]).rows.get(target.rowId)).toEqual({ op: "modify", key: ["7"], cells: { price: "12" } }));
  it("forgets a cell that is put back, and with its last cell the row", () => {
    const edited = editCells(NONE, [price("12"), { target, column: "name", value: null, original: "Lamp" }]);
    const back = editCells(edited, [price("10")]);
    expect(back.rows.get(target.rowId)).toEqual({ op: "modify", key: ["7"], cells: { name: null } });
    expect(editCells(back, [{ target, column: "name", value: "Lamp", original: "Lamp" }]).rows.size).toBe(0);
  });
  it("leaves deleted rows as they are", () => {
    const gone = toggleRow(NONE, target);
    expect(editCells(gone, [price("12")])).toBe(gone);
  });
});

describe("rows", () => {
  it("are added with cells of their own", () => {
    const rowId = newRowId();
    const added = editCells(addRow(NONE, rowId), [{ target: { rowId, key: null }, column: "sku", value: "A-9", original: null }]);
    expect(isNewRow(rowId)).toBe(true);
    expect(added.rows.get(rowId)).toEqual({ op: "add", cells: { sku: "A-9" } });
    expect(toggleRow(added, { rowId, key: null }).rows.size).toBe(0);
  });
  it("are deleted, and come back", () => {
    const gone = toggleRow(editCells(NONE, [price("12")]), target);
    expect(gone.rows.get(target.rowId)).toEqual({ op: "delete", key: ["7"] });
    expect(toggleRow(gone, target).rows.size).toBe(0);
  });
});

describe("going back and forth", () => {
  it("undoes a whole block at once and does it again", () => {
    const other = { rowId: rowIdOf(["8"]), key: ["8"] };
    const pasted = editCells(NONE, [price("12"), { target: other, column: "price", value: "5", original: "4" }]);
    const back = undo(pasted);
    expect([...back.rows]).toEqual([]);
    expect([...redo(back).rows]).toEqual([...pasted.rows]);
    expect(differing(pasted.rows, back.rows)).toEqual([target.rowId, other.rowId]);
  });
  it("stops at the ends, and forgets the way forth after another edit", () => {
    expect(undo(NONE)).toEqual(NONE);
    const again = editCells(undo(editCells(NONE, [price("12")])), [price("13")]);
    expect(redo(again)).toEqual(again);
  });
});
