import { expect, test } from "vitest";
import { PERMISSION_NAMES } from "./access/permissions.ts";
import { FEATURE_NAMES, featuresFor, NAVIGATION, NAVIGATION_IDS, navigationFor, navigationItem } from "./navigation.ts";

test("shows only what the permissions open, in the order of the table", () => {
  expect(navigationFor(new Set()).map((item) => item.id)).toEqual(["home"]);
  expect(navigationFor(new Set(["job:read", "dataset:read"])).map((item) => item.id)).toEqual(["home", "datasets", "jobs"]);
  expect(navigationFor(new Set(PERMISSION_NAMES)).map((item) => item.id)).toEqual(NAVIGATION_IDS);
});

test("answers what the contract describes", () => {
  for (const item of navigationFor(new Set(PERMISSION_NAMES))) expect(navigationItem.parse(item)).toEqual(item);
});

test("gives every place an address of its own", () => {
  const paths = NAVIGATION_IDS.map((id) => NAVIGATION[id].path);
  expect(new Set(paths).size).toBe(paths.length);
});

test("offers a feature to whoever holds all it needs", () => {
  expect(featuresFor(new Set(["user:create"]))).toMatchObject({ invitePeople: false });
  expect(featuresFor(new Set(["user:create", "user:read"]))).toMatchObject({ invitePeople: true, managePeople: false });
  expect(Object.keys(featuresFor(new Set()))).toEqual(FEATURE_NAMES);
});
