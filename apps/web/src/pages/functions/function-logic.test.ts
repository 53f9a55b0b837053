import { expect, it } from "vitest";
import { findFunctions } from "./find-functions.ts";
import { fitted, inLanguage, startDraft } from "./function-draft.ts";

const builtIn = (name: string, description: string, category = "Text") => ({
  name,
  category,
  kind: "scalar" as const,
  signature: `${name}()`,
  description,
  example: "",
  result: "",
});
const ALL = [builtIn("trim", "Takes blanks away"), builtIn("upper", "Trims nothing, writes capitals"), builtIn("round", "Rounds a number", "Numbers")];

it("finds functions by name first, then by what they do, within a category", () => {
  const names = (q?: string, category?: string) => findFunctions(ALL, q, category).map(({ name }) => name);
  expect(names("trim")).toEqual(["trim", "upper"]);
  expect(names(undefined, "Numbers")).toEqual(["round"]);
  expect(names("nothing here")).toEqual([]);
});

it("changes a beginning nobody touched with the language, and leaves what was written", () => {
  const draft = startDraft("sql");
  expect(inLanguage(draft, "javascript").definition.body).toContain("return");
  const written = { ...draft, definition: { ...draft.definition, body: "lower(value)" } };
  expect(inLanguage(written, "javascript").definition.body).toBe("lower(value)");
});

it("gives tests one value for each argument", () => {
  expect(fitted(["a", "b", "c"], 2)).toEqual(["a", "b"]);
  expect(fitted(["a"], 2)).toEqual(["a", null]);
});
