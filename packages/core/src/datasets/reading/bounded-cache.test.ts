import { describe, expect, it } from "vitest";
import { BoundedCache } from "./bounded-cache.ts";

const lengthOf = (value: string): number => value.length;

describe("BoundedCache", () => {
  it("makes what is missing once, even when asked for twice at a time", async () => {
    const cache = new BoundedCache<string>(100, lengthOf);
    const made: string[][] = [];
    const make = async (keys: readonly string[]) => {
      made.push([...keys]);
      return keys.map((key) => key.toUpperCase());
    };
    const answers = await Promise.all([cache.getAll(["a", "b"], make), cache.getAll(["b", "c", "b"], make)]);
    expect(answers).toEqual([
      ["A", "B"],
      ["B", "C", "B"],
    ]);
    expect(made).toEqual([["a", "b"], ["c"]]);
  });

  it("forgets a failure", async () => {
    const cache = new BoundedCache<string>(100, lengthOf);
    await expect(cache.getAll(["a"], () => Promise.reject(new Error("broken")))).rejects.toThrow("broken");
    expect(await cache.getAll(["a"], async () => ["fine"])).toEqual(["fine"]);
  });

  it("drops what was not used for longest when it is full", async () => {
    const cache = new BoundedCache<string>(3, lengthOf);
    const made: string[] = [];
    const get = (key: string) =>
      cache.getAll([key], async () => {
        made.push(key);
        return ["x"];
      });
    for (const key of ["a", "b", "c", "a", "d", "a", "b"]) await get(key);
    expect(made).toEqual(["a", "b", "c", "d", "b"]);
  });
});
