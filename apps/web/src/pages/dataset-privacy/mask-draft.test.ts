import { MASK_KINDS, MASKS, maskText } from "@granary/protocol";
import { describe, expect, it } from "vitest";
import { draftOf, isSameMask, maskChoices, maskTitle, readDraft } from "./mask-draft.ts";

describe("the draft of a mask", () => {
  it("stands for the mask it was made of, whatever the kind", () => {
    for (const kind of MASK_KINDS) {
      const text = maskText(MASKS[kind].example.mask);
      expect(isSameMask(readDraft(draftOf(text)).mask, text)).toBe(true);
      expect(maskTitle(text)).toContain(MASKS[kind].title);
    }
    expect(isSameMask(readDraft(draftOf(null)).mask, null)).toBe(true);
  });

  it("says which setting is wrong", () => {
    expect(readDraft({ ...draftOf(null), kind: "numeric_round", digits: "" }).faults).toHaveProperty("digits");
    expect(readDraft({ ...draftOf(null), kind: "regex" }).faults).toHaveProperty("pattern");
    expect(readDraft({ ...draftOf(null), kind: "email" }).faults).toEqual({});
  });
});

describe("the masks of a type", () => {
  it("come first, in the order of strictness, and the others after them", () => {
    const [made, others] = maskChoices("date");
    expect(made?.items.map(({ value }) => value)).toEqual(["date_truncate", "token", "hash", "regex", "redact", "constant", "null"]);
    expect(others?.items.map(({ value }) => value)).toContain("email");
    expect(maskChoices("text").flatMap(({ items }) => items).length).toBe(MASK_KINDS.length);
  });
});
