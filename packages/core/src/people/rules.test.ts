import { describe, expect, test } from "vitest";
import { permissionsOf } from "../access/index.ts";
import { anonymous, type Principal } from "../context/index.ts";
import { generatePassword } from "./handover.ts";
import { obstacle, PERSON_ACTIONS, type PersonAction, rolesHeld } from "./rules.ts";
import type { PersonRow } from "./store.ts";

const ACTIONS = Object.keys(PERSON_ACTIONS) as PersonAction[];

function caller(roles: readonly string[], change: Partial<Principal> = {}): Principal {
  const instanceAdmin = change.instanceAdmin ?? false;
  return {
    ...anonymous,
    kind: "user",
    userId: "usr_caller" as Principal["userId"],
    workspaceId: "ws_home" as Principal["workspaceId"],
    roles,
    permissions: permissionsOf({ roles, instanceAdmin, developerUnlocked: true }),
    ...change,
  };
}

const person: PersonRow = {
  id: "usr_person",
  email: "p@example.com",
  name: "Person",
  status: "active",
  home_workspace_id: "ws_home",
  instance_admin: false,
  protected: false,
  email_verified_at: null,
  last_sign_in_at: null,
  created_at: new Date(0),
  joined_at: new Date(0),
  roles: ["viewer"],
  groups: [],
  version: 1,
  sort_name: "person",
};

const obstacles = (principal: Principal, row: PersonRow) => Object.fromEntries(ACTIONS.map((action) => [action, obstacle(principal, row, action)]));

describe("who may act on a person", () => {
  test("an administrator of the workspace may do all but make administrators of the installation", () => {
    const free = Object.fromEntries(ACTIONS.map((action) => [action, undefined]));
    expect(obstacles(caller(["admin"]), person)).toEqual({ ...free, setInstanceAdmin: "access.denied" });
    expect(obstacles(caller([], { instanceAdmin: true }), person)).toEqual(free);
  });

  test("whoever lacks the permission may do nothing", () => {
    expect(new Set(Object.values(obstacles(caller(["steward"]), person)))).toEqual(new Set(["access.denied"]));
  });

  test("nobody takes anything from themselves, but may repair their own account", () => {
    const self = { ...person, id: "usr_caller" };
    expect(obstacles(caller(["admin"]), self)).toMatchObject({
      update: undefined,
      resetPassword: undefined,
      deactivate: "user.self",
      remove: "user.self",
      assignRoles: "user.self",
    });
  });

  test("the first administrator stays, for everybody", () => {
    const first = { ...person, protected: true, instance_admin: true };
    expect(obstacles(caller([], { instanceAdmin: true }), first)).toMatchObject({
      update: undefined,
      deactivate: "user.protected",
      remove: "user.protected",
      assignRoles: "user.protected",
      setInstanceAdmin: "user.protected",
    });
  });

  test("an account of another home is changed there, its membership here", () => {
    const guest = { ...person, home_workspace_id: "ws_other" };
    expect(obstacles(caller(["admin"]), guest)).toMatchObject({
      update: "user.account_elsewhere",
      deactivate: "user.account_elsewhere",
      remove: undefined,
      assignRoles: undefined,
    });
    expect(obstacle(caller([], { instanceAdmin: true }), guest, "update")).toBeUndefined();
  });

  test("nobody changes the account of somebody who may do more", () => {
    const administrator = { ...person, instance_admin: true };
    expect(obstacle(caller(["admin"]), administrator, "update")).toBe("user.above_you");
    const key = caller(["admin"], { kind: "api_key", permissions: new Set(["user:update", "dataset:read"]) });
    expect(obstacle(key, { ...person, roles: ["admin"] }, "update")).toBe("user.above_you");
    expect(obstacle(key, { ...person, roles: [], groups: [{ id: "g", name: "g", roles: ["steward"] }] }, "update")).toBe("user.above_you");
    expect(obstacle(key, { ...person, roles: [] }, "update")).toBeUndefined();
  });
});

test("counts roles of groups and direct ones once", () => {
  expect(rolesHeld({ roles: ["viewer"], groups: [{ id: "g", name: "g", roles: ["viewer", "admin"] }] })).toEqual(["viewer", "admin"]);
});

test("makes passwords that can be read out and never repeat", () => {
  const made = Array.from({ length: 200 }, generatePassword);
  expect(new Set(made).size).toBe(200);
  for (const password of made) expect(password).toMatch(/^(?:[a-hjkmnp-zA-HJ-NP-Z2-9]{4}-){3}[a-hjkmnp-zA-HJ-NP-Z2-9]{4}$/);
});
