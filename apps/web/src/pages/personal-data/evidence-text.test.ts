import type { PersonalDataFinding } from "@granary/protocol";
import { describe, expect, it } from "vitest";
import { confidenceText, evidenceText } from "./evidence-text.ts";

type Evidence = PersonalDataFinding["evidence"];
const EVIDENCE: Evidence = { looked: 10_000, matched: 9_812, recogniser: "evident", nameWords: null, inText: false, shapes: [] };
const EMAIL = { title: "e-mail address", titles: "e-mail addresses" };
const email = (over: Partial<Evidence>) => ({ ...EMAIL, evidence: { ...EVIDENCE, ...over } });
const number = (value: number): string => value.toLocaleString("en");

describe("evidenceText", () => {
  it("tells counts of different values", () => {
    expect(evidenceText(email({}), number)).toBe("9,812 of 10,000 different values are e-mail addresses.");
  });

  it("tells the name beside them, and that a mere shape proves nothing", () => {
    const text = evidenceText({ ...email({ recogniser: "shape", nameWords: "postcode" }), titles: "postcodes" }, number);
    expect(text).toBe("9,812 of 10,000 different values may be postcodes. Its name says “postcode”.");
  });

  it("tells of texts and of columns without values", () => {
    expect(evidenceText(email({ inText: true, looked: 40, matched: 3 }), number)).toBe("3 of 40 different texts have an e-mail address in them.");
    expect(evidenceText(email({ looked: 0, matched: 0, recogniser: "name", nameWords: "email" }), number)).toBe("Its name says “email”; it has no values yet.");
  });
});

describe("confidenceText", () => {
  it("has three words", () => expect([0.99, 0.7, 0.5].map(confidenceText)).toEqual(["sure", "likely", "possible"]));
});
