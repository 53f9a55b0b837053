import type { PolicyView } from "@granary/protocol";
import { describe, expect, it } from "vitest";
import { bodyOf, conditionWith, draftOf, NEW_DRAFT, valuesText } from "./policy-draft.ts";

const policy: PolicyView = {
  id: "pol_1" as PolicyView["id"],
  name: "North only",
  description: "",
  enabled: true,
  effect: "filter",
  subjects: [{ kind: "group", id: "grp_1" as never }],
  except: [{ kind: "permission", name: "pii:view" }],
  targets: [{ kind: "column", datasetId: "ds_1" as never, fieldId: 3 }],
  level: null,
  mask: null,
  filter: {
    and: [
      { column: "region", op: "eq", value: "north" },
      { column: "year", op: "in", values: ["2025", "2026"] },
    ],
  },
  conditions: { validUntil: "2026-12-31T23:00:00Z", days: [1, 5], from: "08:00", until: "17:00", timeZone: "Europe/Berlin", purposes: ["research"] },
  sentence: "",
  labels: { grp_1: "Analysts", ds_1: "Sales", "ds_1.3": "region" },
  isSetting: false,
  version: 1,
  createdAt: "2026-01-01T00:00:00.000Z",
  updatedAt: "2026-01-01T00:00:00.000Z",
  can: { update: true, delete: true },
};

describe("a policy that is edited", () => {
  it("comes back as it was, with what people call its parts", () => {
    const draft = draftOf(policy);
    expect([draft.subjects[0]?.text, draft.targets[0]?.text, draft.except[0]?.text]).toEqual(["group Analysts", "Sales › region", "holders of pii:view"]);
    const { name, description, enabled, effect, subjects, except, targets, filter, conditions } = policy;
    expect(bodyOf(draft)).toEqual({ name, description, enabled, effect, subjects, except, targets, filter, conditions, level: null, mask: null });
  });

  it("says that something is gone instead of naming it", () => expect(draftOf({ ...policy, labels: {} }).subjects[0]?.text).toBe("group (deleted)"));

  it("keeps a filter that no form can hold as it was written", () => {
    const filter = { not: { column: "region", op: "eq", value: "north" } } as const;
    const draft = draftOf({ ...policy, filter });
    expect(JSON.parse(draft.filterText)).toEqual(filter);
    expect(bodyOf(draft).filter).toEqual(filter);
    expect(() => bodyOf({ ...draft, filterText: "{" })).toThrow(SyntaxError);
  });

  it("sends only what its effect needs", () => {
    const draft = { ...draftOf(policy), level: "contributor" as const, mask: "email" };
    expect(bodyOf({ ...draft, effect: "mask" })).toMatchObject({ mask: "email", level: null, filter: null });
    expect(bodyOf({ ...draft, effect: "allow" })).toMatchObject({ mask: null, level: "contributor", filter: null });
    expect(bodyOf({ ...draft, effect: "deny" })).toMatchObject({ mask: null, level: null, filter: null });
  });

  it("always holds until somebody says when", () => expect(bodyOf(NEW_DRAFT).conditions).toEqual({}));
});

describe("the values of a condition", () => {
  it("are one text, with commas between several", () => {
    const several = conditionWith("year", "in", "2025, 2026");
    expect(several).toEqual({ column: "year", op: "in", values: ["2025", "2026"] });
    expect(valuesText(several)).toBe("2025, 2026");
    expect(conditionWith("year", "is_null", "2025")).toEqual({ column: "year", op: "is_null" });
  });
});
