import { BUILT_IN_ROLE_NAMES, type Permission } from "@granary/protocol";
import { expect, test } from "vitest";
import { permissionsOf } from "../access/index.ts";
import { anonymous, type Principal } from "../context/index.ts";
import { inRoleOrder, mayGrant, rolesChanged, ungrantable } from "./index.ts";

function holder(roles: readonly string[], change: Partial<Principal> = {}): Principal {
  return { ...anonymous, kind: "user", roles, permissions: permissionsOf({ roles, instanceAdmin: false, developerUnlocked: true }), ...change };
}

test("an administrator may give every role", () => {
  expect(ungrantable(holder(["admin"]), BUILT_IN_ROLE_NAMES)).toBeUndefined();
});

test("others may give only roles that give nothing they lack", () => {
  const steward = holder(["steward"]);
  expect(BUILT_IN_ROLE_NAMES.filter((role) => mayGrant(steward, role))).toEqual(["steward", "executive", "viewer"]);
  expect(ungrantable(steward, ["viewer", "admin"])).toBe("admin");
});

test("a key of an administrator may give only what its scopes hold", () => {
  const key = holder(["admin"], { kind: "api_key", permissions: new Set<Permission>(["role:assign", "user:read"]) });
  expect(BUILT_IN_ROLE_NAMES.filter((role) => mayGrant(key, role))).toEqual([]);
});

test("the developer role counts with its full power even while it is limited", () => {
  const engineer = holder(["data_engineer"], { permissions: permissionsOf({ roles: ["data_engineer"], instanceAdmin: false, developerUnlocked: false }) });
  expect(mayGrant(engineer, "developer")).toBe(false);
});

test("compares sets of roles whatever their order", () => {
  expect(rolesChanged(["viewer", "admin"], ["admin", "viewer"])).toEqual([]);
  expect(rolesChanged(["viewer"], ["steward"])).toEqual(["viewer", "steward"]);
  expect(inRoleOrder(holder([]), ["viewer", "made up", "admin"])).toEqual(["admin", "viewer"]);
});
