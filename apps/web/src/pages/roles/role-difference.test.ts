import { expect, test } from "vitest";
import { differenceFrom, differenceText } from "./role-difference.ts";

const base = { permissions: ["dataset:read", "sql:run"] as const };

test("tells what a role gives beyond another and what it leaves out", () => {
  const difference = differenceFrom({ permissions: [...base.permissions] }, ["dataset:read", "job:read", "user:read"]);
  expect(difference).toEqual({ added: ["job:read", "user:read"], left: ["sql:run"] });
  expect(differenceText(difference, "Viewer")).toBe("2 more, 1 fewer than Viewer");
});

test("says when there is none", () => {
  expect(differenceText(differenceFrom({ permissions: [...base.permissions] }, ["sql:run", "dataset:read"]), "Viewer")).toBe("The same as Viewer");
});
