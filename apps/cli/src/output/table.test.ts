import { expect, test } from "vitest";
import { displayWidth, fit, plain } from "./cells.ts";
import { type Column, recordText, tableText } from "./table.ts";
import type { Terminal } from "./terminal.ts";

interface Item {
  readonly name: string;
  readonly size: number;
  readonly at: string;
}

const COLUMNS: readonly Column<Item>[] = [
  { title: "Name", of: (item) => item.name },
  { title: "Size", of: (item) => item.size, kind: "number" },
  { title: "At", of: (item) => item.at, kind: "instant" },
];

const ITEMS: readonly Item[] = [
  { name: "short", size: 1, at: "2026-03-01T10:00:00.000Z" },
  { name: "a name that goes on and on and does not come to an end", size: 12_345, at: "2026-03-01T10:00:00.000Z" },
];

/** A terminal of a width, or a pipe. */
function terminalOf(width: number | undefined): Terminal {
  const unused = () => Promise.reject(new Error("nothing is read here"));
  return {
    width,
    canAsk: false,
    showsProgress: false,
    write: () => undefined,
    note: () => undefined,
    paint: (_style, text) => text,
    readSecret: unused,
    readAll: unused,
  };
}

test.each([40, 60, 80, 200])("keeps every line of a table within %i columns", (width) => {
  const lines = tableText(ITEMS, COLUMNS, terminalOf(width)).trimEnd().split("\n");
  expect(lines).toHaveLength(3);
  expect(Math.max(...lines.map(displayWidth))).toBeLessThanOrEqual(width);
});

test("aligns numbers to the right and marks what was cut", () => {
  const [heading, first, second] = tableText(ITEMS, COLUMNS, terminalOf(50)).split("\n");
  expect(heading).toMatch(/^Name +Size {2}At$/);
  expect(first).toMatch(/^short +1 {2}2026-03-01 \d\d:\d\d$/);
  expect(second).toMatch(/…  12345  /);
});

test("gives pipes whole values, one line each", () => {
  const text = tableText([{ ...ITEMS[0], name: "two\nlines\tand a tab" } as Item], COLUMNS, terminalOf(undefined));
  expect(text).toBe("two lines and a tab\t1\t2026-03-01T10:00:00.000Z\n");
});

test("shows a record as one line a field", () => {
  expect(recordText(ITEMS[0] as Item, COLUMNS.slice(0, 2), terminalOf(80))).toBe("Name  short\nSize  1\n");
});

test("lets no text of others steer the terminal", () => {
  expect(plain("\u001b[31mred\u001b]0;title\u0007 \u202egnp.exe")).toBe(" [31mred ]0;title   gnp.exe");
});

test("counts the columns wide characters take", () => {
  expect(displayWidth("日本語")).toBe(6);
  expect(displayWidth("cafe\u0301")).toBe(4);
  expect(displayWidth("👩‍👩‍👧")).toBe(2);
  expect(fit("日本語テキスト", 7)).toBe("日本語…");
});
