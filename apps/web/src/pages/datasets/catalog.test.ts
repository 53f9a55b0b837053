import { describe, expect, it } from "vitest";
import { highlightParts } from "../../kit/highlight.tsx";
import { emailIn } from "../dataset-sharing/email-in.ts";
import { sayValue } from "./about-history.tsx";
import { catalogSearch, filterCount } from "./catalog-search.ts";
import { daysUntil } from "./trash-page.tsx";

describe("the address of the datasets page", () => {
  it("keeps filters that can be meant and drops the rest", () => {
    const search = catalogSearch({
      q: "  orders ",
      tag: ["a", "b", "a", 3],
      visibility: "secret",
      frequency: "daily",
      sort: "-rows",
      format: "doc",
      other: "x",
    });
    expect(search).toEqual({ q: "orders", tag: ["a", "b"], frequency: "daily", sort: "-rows" });
  });

  it("takes one label as well as several", () => {
    expect(catalogSearch({ tag: "sales" })).toEqual({ tag: ["sales"] });
    expect(catalogSearch({ tag: [] })).toEqual({});
  });

  it("counts every filter but the typed words and the order", () => {
    expect(filterCount({ q: "x", sort: "name" })).toBe(0);
    expect(filterCount({ tag: ["a", "b"], owner: "me", format: "csv" })).toBe(4);
  });
});

describe("marking what was searched for", () => {
  const marked = (text: string, ...words: string[]) => highlightParts(text, words).flatMap((part) => (part.isHit ? [part.text] : []));

  it("marks words whatever their case, also inside longer ones", () => {
    expect(marked("customerEmail", "email")).toEqual(["Email"]);
    expect(highlightParts("Orders of orders", ["orders"]).map((part) => part.text)).toEqual(["Orders", " of ", "orders"]);
  });

  it("takes the longest word first and letters literally", () => {
    expect(marked("orders", "order", "orders")).toEqual(["orders"]);
    expect(marked("a+b", "+")).toEqual(["+"]);
    expect(marked("anything", "")).toEqual([]);
  });
});

describe("the trash", () => {
  it("counts days up, so that nothing is gone earlier than it says", () => {
    const now = Date.parse("2026-03-01T12:00:00Z");
    expect(daysUntil("2026-03-02T13:00:00Z", now)).toBe(2);
    expect(daysUntil("2026-03-01T12:00:01Z", now)).toBe(1);
    expect(daysUntil("2026-02-01T00:00:00Z", now)).toBe(0);
  });
});

describe("values in the history", () => {
  it.each([
    [null, "nothing"],
    ["", "nothing"],
    [[], "nothing"],
    [["a", "b"], "a, b"],
    [{}, "nothing"],
    [{ Source: "till" }, "Source: till"],
    ["daily", "daily"],
  ])("says %j as a reader would", (value, said) => {
    expect(sayValue(value)).toBe(said);
  });
});

describe("a field of people", () => {
  it("means the address of whom was chosen, or what was typed", () => {
    expect(emailIn("Ada (née Byron) (ada@example.org)")).toBe("ada@example.org");
    expect(emailIn(" ada@example.org ")).toBe("ada@example.org");
    expect(emailIn("Data team (Berlin)")).toBe("Data team (Berlin)");
  });
});
