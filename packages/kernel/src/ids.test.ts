import { expect, test } from "vitest";
import { ID_PREFIXES, type IdKind, idFloor, idPattern, isId, newId } from "./ids.ts";

const KINDS = Object.keys(ID_PREFIXES) as IdKind[];

test("makes identifiers of each kind that only that kind's pattern accepts", () => {
  for (const kind of KINDS) {
    const id = newId(kind);
    expect(KINDS.filter((other) => isId(other, id))).toEqual([kind]);
    expect(idPattern(kind).test(`${id}0`)).toBe(false);
  }
});

test("gives each kind a prefix of its own", () => {
  expect(new Set(Object.values(ID_PREFIXES)).size).toBe(KINDS.length);
});

test("sorts later identifiers later", () => {
  const ids = [0, 1, 1_000, 1_700_000_000_000, 1_700_000_000_001].map((ms) => newId("event", ms));
  expect(ids.toSorted((a, b) => (a < b ? -1 : 1))).toEqual(ids);
});

test("never repeats within a millisecond", () => {
  expect(new Set(Array.from({ length: 2_000 }, () => newId("event", 5))).size).toBe(2_000);
});

test("bounds the identifiers of an instant from below, and those before it from above", () => {
  const at = 1_700_000_000_000;
  for (let i = 0; i < 200; i += 1) {
    expect(newId("event", at) > idFloor("event", at)).toBe(true);
    expect(newId("event", at - 1) < idFloor("event", at)).toBe(true);
  }
  expect(idFloor("event", -1)).toBe(idFloor("event", 0));
});
