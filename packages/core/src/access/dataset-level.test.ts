import type { Permission } from "@granary/protocol";
import { describe, expect, it } from "vitest";
import { anonymous, type Principal } from "../context/index.ts";
import { atLeast, datasetLevel } from "./dataset-level.ts";

const person = (permissions: readonly Permission[]): Principal => ({
  ...anonymous,
  kind: "user",
  userId: "usr_me" as Principal["userId"],
  permissions: new Set(permissions),
});
const dataset = (over: Partial<{ owner_id: string; visibility: string; granted: string | null }> = {}) => ({
  owner_id: "usr_other",
  visibility: "private",
  granted: null,
  ...over,
});

describe("datasetLevel", () => {
  it("denies whoever lacks the reading permission, whatever was granted", () => {
    expect(datasetLevel(person([]), dataset({ owner_id: "usr_me", visibility: "workspace", granted: "owner" }))).toBe("none");
  });

  it("denies a private dataset of somebody else", () => {
    expect(datasetLevel(person(["dataset:read"]), dataset())).toBe("none");
  });

  it("makes administrators and the owner owners", () => {
    expect(datasetLevel(person(["dataset:read", "dataset:manage"]), dataset())).toBe("owner");
    expect(datasetLevel(person(["dataset:read"]), dataset({ owner_id: "usr_me" }))).toBe("owner");
  });

  it("puts an explicit grant before public reading", () => {
    expect(datasetLevel(person(["dataset:read"]), dataset({ visibility: "workspace", granted: "contributor" }))).toBe("contributor");
    expect(datasetLevel(person(["dataset:read"]), dataset({ visibility: "workspace" }))).toBe("viewer");
  });

  it("orders the levels", () => {
    expect(atLeast("owner", "viewer")).toBe(true);
    expect(atLeast("viewer", "contributor")).toBe(false);
  });
});
