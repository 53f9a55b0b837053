import { describe, expect, it } from "vitest";
import { type ColumnSample, columnRecogniser, type Finding } from "./recognise-column.ts";

const recognise = columnRecogniser();
const column = (name: string, values: readonly string[], type = "text"): readonly Finding[] => recognise({ name, type, values } satisfies ColumnSample);
const entities = (name: string, values: readonly string[], type?: string): readonly string[] => column(name, values, type).map(({ entity }) => entity);
const many = (count: number, make: (at: number) => string): string[] => Array.from({ length: count }, (_, at) => make(at));

/** A check digit by trying all ten, so that the number is right whatever computes it. */
const luhn = (digits: string): string => {
  const sum = [...digits].toReversed().reduce((total, digit, at) => {
    const value = Number(digit) * (at % 2 === 0 ? 2 : 1);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return `${digits}${(10 - (sum % 10)) % 10}`;
};
const scattered = (at: number, digits: number): string => String((BigInt(at + 1) * 7_919_777_333n * 104_729n) % 10n ** BigInt(digits)).padStart(digits, "0");

describe("recognising a column", () => {
  it("tells evidence as counts and shapes without any value", () => {
    const [finding] = column("contact", [...many(98, (at) => `person${at}@example.com`), "n/a", "none"]);
    expect(finding).toMatchObject({ entity: "email", evidence: { looked: 100, matched: 98, inText: false } });
    expect(finding?.confidence).toBeGreaterThanOrEqual(0.85);
    expect(finding?.evidence.shapes).toEqual(["xxxxxx9@xxxxxxx.xxx"]);
    expect(JSON.stringify(finding)).not.toContain("person1");
  });

  it("is not led astray by flags about personal data", () => {
    expect(entities("email_verified", ["true", "false"], "boolean")).toEqual([]);
    expect(entities("email_verified", ["yes", "no"])).toEqual([]);
    expect(entities("phone_type", ["mobile", "home", "work"])).toEqual([]);
    expect(entities("ssn_last_checked_at", ["2024-01-01", "2024-01-02"], "date")).toEqual([]);
  });

  it("takes digits alone for a kind only with a name that agrees", () => {
    const nine = many(60, (at) =>
      scattered(at, 9)
        .replace(/^[0689]/, "5")
        .replace(/0/g, "7"),
    );
    expect(entities("reference", nine)).toEqual([]);
    expect(entities("ssn", nine)).toContain("us_ssn");
    expect(
      entities(
        "reference",
        many(
          60,
          (at) =>
            `${scattered(at, 3)
              .replace(/^[0689]/, "5")
              .replace(/^666/, "555")}-11-${scattered(at, 4).replace(/^0/, "1")}`,
        ),
      ),
    ).toEqual(["us_ssn"]);
  });

  it("finds bare card numbers where nearly all of very many pass, and takes neither serials nor times for them", () => {
    expect(
      entities(
        "value",
        many(60, (at) => luhn(`4${scattered(at, 14)}`)),
      ),
    ).toEqual(["credit_card"]);
    expect(
      entities(
        "value",
        many(10, (at) => luhn(`4${scattered(at, 14)}`)),
      ),
    ).toEqual([]);
    expect(
      entities(
        "order_no",
        many(200, (at) => String(4_111_111_111_111_000 + at)),
      ),
    ).toEqual([]);
    expect(
      entities(
        "at",
        many(200, (at) => String(1_700_000_000_000 + at * 977_777)),
        "integer",
      ),
    ).toEqual([]);
    expect(
      entities(
        "nhs_at",
        many(200, (at) => String(1_600_000_000 + at * 977)),
        "integer",
      ),
    ).toEqual([]);
  });

  it("keeps versions apart from addresses of the network", () => {
    expect(
      entities(
        "build",
        many(60, (at) => `1.${at % 12}.${at % 30}.${at % 7}`),
      ),
    ).toEqual([]);
    expect(
      entities(
        "source",
        many(60, (at) => `203.0.113.${at}`),
      ),
    ).toEqual(["ip_address"]);
  });

  it("suggests by the name alone, and never against what the values say", () => {
    expect(column("email", [])).toMatchObject([{ entity: "email", confidence: 0.5, evidence: { recogniser: "name", nameWords: "email" } }]);
    expect(
      entities(
        "email",
        many(30, (at) => `${at * 17}`),
      ),
    ).toEqual([]);
    expect(entities("password", ["hunter2", "correct horse", "letmein!", "qwerty12", "Tr0ub4dor"])).toEqual(["password"]);
  });

  it("looks into long texts and nested values", () => {
    const notes = many(40, (at) => `Customer called again about the order and asked to write to user${at}@example.org by tomorrow please`);
    expect(column("notes", notes)).toMatchObject([{ entity: "email", evidence: { inText: true, looked: 40, matched: 40 } }]);
    expect(
      entities(
        "profile",
        many(5, (at) => `{"mail":"u${at}@example.org","age":${at}}`),
        "struct",
      ),
    ).toEqual(["email"]);
  });

  it("tells both kinds of a column which holds two", () => {
    const values = [...many(50, (at) => `u${at}@example.org`), ...many(50, (at) => `+49 30 9018${String(at + 10)}${at % 10}`)];
    expect(entities("contact", values).toSorted()).toEqual(["email", "phone"]);
  });

  it("looks for driving licences only when asked", () => {
    const values = many(30, (at) => `D${scattered(at, 7)}`);
    expect(entities("driver_license", values)).toEqual([]);
    expect(columnRecogniser({ also: ["driver_licence"] })({ name: "driver_license", type: "text", values }).map(({ entity }) => entity)).toEqual([
      "driver_licence",
    ]);
  });

  it("takes numbers of phones in the way of the workspace's country", () => {
    const values = many(40, (at) => `0664 ${100_000 + at * 1_337}`);
    const [finding] = columnRecogniser({ phoneRegion: "AT" })({ name: "value", type: "text", values });
    expect(finding?.entity).toBe("phone");
  });

  it("copes with anything as a value", () => {
    const odd = ["", " ", "\u0000", "😀".repeat(50), "٣٤٥", "a".repeat(100_000), "@.".repeat(2_000), "+".repeat(32), "1 ".repeat(1_000), "\ud800"];
    expect(() => column("email phone ssn address name", odd)).not.toThrow();
  });
});
