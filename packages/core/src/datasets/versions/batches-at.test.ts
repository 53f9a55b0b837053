import { expect, it } from "vitest";
import { batchesAt } from "./batches-at.ts";
import type { VersionStep } from "./store.ts";

const step = (number: number, operation: VersionStep["operation"], batchId: string | null, restoredFrom: number | null = null): VersionStep => ({
  number,
  operation,
  batchId,
  restoredFrom,
});

const HISTORY = [
  step(1, "loaded", "a"),
  step(2, "loaded", "b"),
  step(3, "batch_deleted", "a"),
  step(4, "batch_restored", "a"),
  step(5, "restored", null, 3),
  step(6, "loaded", "c"),
  step(7, "restored", null, 1),
];

it.each<[number, Record<string, number | null>]>([
  [1, { a: null }],
  [2, { a: null, b: null }],
  [3, { a: 3, b: null }],
  [4, { a: null, b: null }],
  [5, { a: 3, b: null }],
  [6, { a: 3, b: null, c: null }],
  [7, { a: null }],
])("tells which loads are in version %i", (version, expected) => expect(Object.fromEntries(batchesAt(HISTORY, version))).toEqual(expected));
