import { expect, it } from "vitest";
import { wordDiff } from "./word-diff.ts";

const sides = (before: string, after: string) => {
  const parts = wordDiff(before, after);
  const without = (kind: string) =>
    parts
      .filter((part) => part.kind !== kind)
      .map(({ text }) => text)
      .join("");
  return [without("new"), without("old")];
};

it("marks the words that differ and keeps those around them", () =>
  expect(wordDiff("Deliver to the back door.", "Deliver to the front door, please.")).toEqual([
    { kind: "same", text: "Deliver to the " },
    { kind: "old", text: "back" },
    { kind: "new", text: "front" },
    { kind: "same", text: " door" },
    { kind: "new", text: ", please" },
    { kind: "same", text: "." },
  ]));

it.each([
  ["", "all new"],
  ["all gone", ""],
  ["a b a b a", "b a b"],
  ["one  two\nthree", "one two\n\nthree 4"],
  ["żółć i ßtraße", "żółw i straße"],
  ["same", "same"],
])("gives back both texts whole: %j and %j", (before, after) => expect(sides(before, after)).toEqual([before, after]));

it("says nothing differs of equal texts", () => expect(wordDiff("as it was", "as it was")).toEqual([{ kind: "same", text: "as it was" }]));

it("replaces the middle of very long texts whole, and still finds their equal ends", () => {
  const long = (word: string) => `start ${Array.from({ length: 1_500 }, (_, index) => `${word}${index}`).join(" ")} end`;
  const parts = wordDiff(long("a"), long("b"));
  expect(parts.map(({ kind }) => kind)).toEqual(["same", "old", "new", "same"]);
  expect(parts[0]?.text).toBe("start ");
  expect(parts[3]?.text).toBe(" end");
});
