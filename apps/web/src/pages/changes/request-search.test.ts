import { describe, expect, it } from "vitest";
import { requestSearch } from "./request-search.ts";

describe("the address of a request", () => {
  it("names a row by its key, as text or as the list that bare JSON becomes", () => {
    expect(requestSearch({ row: '["a","1"]' })).toEqual({ row: '["a","1"]' });
    expect(requestSearch({ row: ["a", "1"] })).toEqual({ row: '["a","1"]' });
  });

  it("counts what nobody means as absent", () => {
    expect(requestSearch({ row: { a: 1 }, kind: "other", revision: "1.5", filter: ["x"], tab: "nowhere" })).toEqual({});
  });
});
