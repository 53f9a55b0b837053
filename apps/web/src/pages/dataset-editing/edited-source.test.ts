import { expect, it } from "vitest";
import { listSource } from "../../kit/grid/index.ts";
import { editCells, editsOf, rowIdOf, toggleRow } from "./edit-state.ts";
import { EditedSource } from "./edited-source.ts";

const ROWS = [
  { cells: ["1", "Lamp"], key: ["1"] },
  { cells: ["2", "Chair"], key: ["2"] },
];
const source = () =>
  new EditedSource(
    listSource(2, (index) => ROWS[index]),
    ["id", "name"],
  );
const target = (key: string) => ({ rowId: rowIdOf([key]), key: [key] });

it("shows rows as they are to be, and tells which cells are edited", () => {
  const edited = source();
  edited.setEdits(toggleRow(editCells(editsOf([]), [{ target: target("2"), column: "name", value: "Stool", original: "Chair" }]), target("1")).rows);
  expect(edited.row(0)?.tone).toBe("removed");
  expect(edited.row(1)).toMatchObject({ cells: ["2", "Stool"], original: ["2", "Chair"], tones: [undefined, "changed"] });
});

it("puts added rows before the others and counts them", () => {
  const edited = source();
  edited.setEdits(new Map([["new-1", { op: "add", cells: { name: "Desk" } }]]));
  expect(edited.state().rows).toBe(3);
  expect(edited.row(0)?.cells).toEqual([null, "Desk"]);
  expect(edited.row(1)?.cells).toEqual(["1", "Lamp"]);
});

it("answers the same row as long as nothing of it changes", () => {
  const edited = source();
  const before = edited.row(0);
  edited.setEdits(editCells(editsOf([]), [{ target: target("2"), column: "name", value: "Stool", original: "Chair" }]).rows);
  expect(edited.row(0)).toBe(before);
});
