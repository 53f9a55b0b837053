import { BUILT_IN_ROLES, PERMISSION_NAMES, WORKSPACE_PERMISSIONS } from "@granary/protocol";
import { describe, expect, it } from "vitest";
import { permissionsOf, permissionsOfKey } from "./permissions-of.ts";

const holder = (roles: readonly string[], over: Partial<{ instanceAdmin: boolean; developerUnlocked: boolean }> = {}) => ({
  roles,
  instanceAdmin: false,
  developerUnlocked: true,
  ...over,
});

describe("permissionsOf", () => {
  it("gives nothing to whoever has no role, or a role nobody knows", () => {
    expect([...permissionsOf(holder([])), ...permissionsOf(holder(["emperor", "constructor", "__proto__"]))]).toEqual([]);
  });

  it("unites the roles", () => {
    const both = permissionsOf(holder(["viewer", "executor"]));
    for (const permission of [...BUILT_IN_ROLES.viewer.permissions, ...BUILT_IN_ROLES.executor.permissions]) expect(both.has(permission)).toBe(true);
    expect(both.has("user:create")).toBe(false);
  });

  it("keeps power over the installation from workspace administrators", () => {
    expect([...permissionsOf(holder(["admin"]))].toSorted()).toEqual(WORKSPACE_PERMISSIONS.toSorted());
    expect([...permissionsOf(holder([], { instanceAdmin: true }))].toSorted()).toEqual(PERMISSION_NAMES.toSorted());
  });

  it("limits developers in production to building", () => {
    expect(permissionsOf(holder(["developer"])).has("user:create")).toBe(true);
    const limited = permissionsOf(holder(["developer"], { developerUnlocked: false }));
    expect([...limited].toSorted()).toEqual(BUILT_IN_ROLES.data_engineer.permissions.toSorted());
  });
});

describe("permissionsOfKey", () => {
  const all = new Set(PERMISSION_NAMES);

  it("cannot exceed its owner", () => {
    expect([...permissionsOfKey(new Set(["dataset:read"] as const), ["dataset:read", "user:delete"])]).toEqual(["dataset:read"]);
  });

  it("has power over the installation only when it is named", () => {
    expect(permissionsOfKey(all, []).has("instance:settings")).toBe(false);
    expect([...permissionsOfKey(all, ["instance:settings"])]).toEqual(["instance:settings"]);
  });
});
