import type { Mask, Permission, PolicyConditions, PolicySubject, PolicyTarget } from "@granary/protocol";
import { describe, expect, it } from "vitest";
import { anonymous, type Principal } from "../../context/index.ts";
import type { DatasetLevel } from "../dataset-level.ts";
import { compilePolicies } from "./compile.ts";
import { decide, type Decision, intersect } from "./decide.ts";
import type { Policy, ReaderFacts } from "./policy.ts";
import { reachOf } from "./reach.ts";

const DATASET = "ds_one";
const NOON = new Date("2026-11-20T12:00:00Z");

const everyone: PolicySubject = { kind: "everyone" };
const user = (id: string): PolicySubject => ({ kind: "user", id: id as never });
const group = (id: string): PolicySubject => ({ kind: "group", id: id as never });
const holder = (name: Permission): PolicySubject => ({ kind: "permission", name });
const whole: PolicyTarget = { kind: "workspace" };
const dataset = (id = DATASET): PolicyTarget => ({ kind: "dataset", id: id as never });
const column = (fieldId: number, id = DATASET): PolicyTarget => ({ kind: "column", datasetId: id as never, fieldId });

let sequence = 0;
const policy = (over: Partial<Policy>): Policy => {
  sequence += 1;
  return {
    id: `pol_${sequence}`,
    name: `Policy ${sequence}`,
    effect: "allow",
    subjects: [everyone],
    except: [],
    targets: [dataset()],
    level: over.effect === undefined || over.effect === "allow" ? "viewer" : null,
    mask: null,
    filter: null,
    conditions: {},
    ...over,
  };
};
const masking = (mask: Mask, over: Partial<Policy> = {}): Policy => policy({ effect: "mask", mask, targets: [column(1)], ...over });
const filtering = (value: string): Policy => policy({ effect: "filter", filter: { column: "region", op: "eq", value } });

interface Case {
  readonly permissions?: readonly Permission[];
  readonly roles?: readonly string[];
  readonly level?: DatasetLevel;
  readonly facts?: Partial<ReaderFacts>;
  readonly purpose?: string;
  readonly tags?: readonly string[];
  readonly columnTags?: Readonly<Record<number, readonly string[]>>;
  readonly apiKey?: string;
}

const principalOf = ({ permissions = ["dataset:read"], roles = ["viewer"], apiKey }: Case): Principal => ({
  ...anonymous,
  kind: apiKey === undefined ? "user" : "api_key",
  userId: "usr_me" as never,
  email: "me@example.com",
  roles,
  permissions: new Set(permissions),
  apiKeyId: (apiKey ?? null) as never,
});

const factsOf = ({ facts }: Case): ReaderFacts => ({ now: NOON, groups: [], attributes: {}, ...facts });

function decided(policies: readonly Policy[], given: Case = {}): Decision {
  return decide({
    principal: principalOf(given),
    facts: factsOf(given),
    policies: compilePolicies(policies),
    purpose: given.purpose ?? null,
    dataset: {
      id: DATASET,
      ownerId: "usr_owner",
      tags: given.tags ?? [],
      columnTags: new Map(Object.entries(given.columnTags ?? {}).map(([id, tags]) => [Number(id), tags])),
      level: given.level ?? "none",
    },
  });
}

const levelOf = (policies: readonly Policy[], given?: Case): DatasetLevel => decided(policies, given).level;
const maskOf = (policies: readonly Policy[], given?: Case): string | undefined => decided(policies, { level: "viewer", ...given }).column(1).mask?.kind;

describe("a decision about a dataset", () => {
  it("is no where nothing matched, and is ownership, grant or visibility where no policy speaks", () => {
    expect(levelOf([])).toBe("none");
    expect(levelOf([], { level: "contributor" })).toBe("contributor");
  });

  it("lets in whom a policy allows, and never further down than they are already", () => {
    expect(levelOf([policy({})])).toBe("viewer");
    expect(levelOf([policy({}), policy({ level: "contributor" })])).toBe("contributor");
    expect(levelOf([policy({})], { level: "owner" })).toBe("owner");
  });

  it("lets nobody in who may not read datasets at all", () => expect(levelOf([policy({})], { permissions: [] })).toBe("none"));

  it("puts deny before allow, also for owners and administrators", () => {
    const denied = decided([policy({}), policy({ effect: "deny" })], { level: "owner", permissions: ["dataset:read", "dataset:manage"] });
    expect(denied.level).toBe("none");
    expect(denied.policies.map(({ effect }) => effect)).toEqual(["deny"]);
  });

  it("leaves out whom a policy excepts", () => {
    const deny = policy({ effect: "deny", except: [user("usr_me")] });
    expect(levelOf([deny], { level: "viewer" })).toBe("viewer");
    expect(levelOf([policy({ except: [holder("dataset:read")] })])).toBe("none");
  });

  it.each<[string, PolicySubject, Case, boolean]>([
    ["a person", user("usr_me"), {}, true],
    ["another person", user("usr_gone"), {}, false],
    ["a group of theirs", group("grp_a"), { facts: { groups: ["grp_a"] } }, true],
    ["a group that is gone", group("grp_a"), {}, false],
    ["a role", { kind: "role", name: "steward" }, { roles: ["steward"] }, true],
    ["a permission", holder("sql:run"), { permissions: ["dataset:read", "sql:run"] }, true],
    ["an API key", { kind: "api_key", id: "key_a" as never }, { apiKey: "key_a" }, true],
    ["the person themselves, but not their API key", { kind: "api_key", id: "key_a" as never }, {}, false],
    ["an attribute", { kind: "attribute", name: "team", value: "sales" }, { facts: { attributes: { team: "sales" } } }, true],
    ["an attribute of another value", { kind: "attribute", name: "team", value: "sales" }, { facts: { attributes: { team: "Sales" } } }, false],
    ["an attribute nobody set", { kind: "attribute", name: "team", value: "sales" }, {}, false],
    ["a role that is spelled like an id", { kind: "role", name: "usr_me" }, {}, false],
  ])("names %s", (_, subject, given, isNamed) => expect(levelOf([policy({ subjects: [subject] })], given)).toBe(isNamed ? "viewer" : "none"));

  it.each<[string, PolicyTarget, Case, boolean]>([
    ["the workspace", whole, {}, true],
    ["another dataset", dataset("ds_two"), {}, false],
    ["a label", { kind: "dataset_tag", tag: "hr" }, { tags: ["hr"] }, true],
    ["a label it has not", { kind: "dataset_tag", tag: "hr" }, {}, false],
    ["its owner", { kind: "owner", userId: "usr_owner" as never }, {}, true],
    ["another owner", { kind: "owner", userId: "usr_me" as never }, {}, false],
  ])("is about %s", (_, target, given, isAbout) => expect(levelOf([policy({ targets: [target] })], given)).toBe(isAbout ? "viewer" : "none"));
});

describe("conditions of time", () => {
  const allowed = (conditions: PolicyConditions, now = NOON): boolean => levelOf([policy({ conditions })], { facts: { now } }) === "viewer";

  it("count from the first instant until the last, by the clock they are given", () => {
    const year = { validFrom: "2026-01-01T00:00:00Z", validUntil: "2026-11-20T12:00:00Z" };
    expect(allowed(year, new Date("2026-01-01T00:00:00Z"))).toBe(true);
    expect(allowed(year, new Date("2025-12-31T23:59:59Z"))).toBe(false);
    expect(allowed(year)).toBe(false);
  });

  it("are of the zone they name", () => {
    const office = { days: [5], from: "08:00", until: "17:00", timeZone: "America/New_York" };
    expect(allowed(office, new Date("2026-11-20T12:30:00Z"))).toBe(false);
    expect(allowed(office, new Date("2026-11-20T13:00:00Z"))).toBe(true);
    expect(allowed(office, new Date("2026-11-20T22:00:00Z"))).toBe(false);
    expect(allowed({ days: [5], timeZone: "Pacific/Auckland" }, new Date("2026-11-20T12:00:00Z"))).toBe(false);
  });

  it("let a night go on into the next day", () => {
    const night = { days: [5], from: "22:00", until: "06:00" };
    expect(allowed(night, new Date("2026-11-20T22:00:00Z"))).toBe(true);
    expect(allowed(night, new Date("2026-11-21T05:59:00Z"))).toBe(true);
    expect(allowed(night, new Date("2026-11-20T05:00:00Z"))).toBe(false);
    expect(allowed(night, new Date("2026-11-21T22:30:00Z"))).toBe(false);
  });
});

describe("a purpose", () => {
  const conditions = { purposes: ["research"] };

  it("opens what is allowed for it alone", () => {
    expect(levelOf([policy({ conditions })])).toBe("none");
    expect(levelOf([policy({ conditions })], { purpose: "marketing" })).toBe("none");
    expect(levelOf([policy({ conditions })], { purpose: "research" })).toBe("viewer");
  });

  it("lifts what restricts, so that stating none or another never shows more", () => {
    const mask = masking({ kind: "email" }, { conditions });
    expect([maskOf([mask]), maskOf([mask], { purpose: "marketing" }), maskOf([mask], { purpose: "research" })]).toEqual(["email", "email", undefined]);
    const deny = policy({ effect: "deny", conditions });
    expect(levelOf([deny], { level: "viewer", purpose: "anything" })).toBe("none");
  });
});

describe("a decision about columns", () => {
  it("takes the strictest of several masks, in any order", () => {
    const masks = [masking({ kind: "email" }), masking({ kind: "redact" }, { targets: [whole] }), masking({ kind: "token" })];
    expect([maskOf(masks), maskOf(masks.toReversed())]).toEqual(["redact", "redact"]);
  });

  it("hides what is denied, whatever masks say, and leaves the others", () => {
    const found = decided([masking({ kind: "email" }), policy({ effect: "deny", targets: [column(1)] })], { level: "owner" });
    expect(found.level).toBe("owner");
    expect([found.column(1).visibility, found.column(2).visibility]).toEqual(["hidden", "visible"]);
    expect(found.hides).toEqual({ columns: true, values: true, rows: false });
  });

  it("follows what columns are about", () => {
    const found = decided([masking({ kind: "email" }, { targets: [{ kind: "column_tag", tag: "pii.email" }] })], {
      level: "viewer",
      columnTags: { 2: ["pii.email"], 3: ["pii.phone"] },
    });
    expect([1, 2, 3].map((id) => found.column(id).visibility)).toEqual(["visible", "masked", "visible"]);
  });

  it("does not mistake a column for the one of the same number elsewhere", () =>
    expect(maskOf([masking({ kind: "email" }, { targets: [column(1, "ds_two"), column(2)] })])).toBeUndefined());

  it("shows raw values to those whom the standard mask excepts, and to no administrator besides", () => {
    const standard = masking({ kind: "email" }, { except: [holder("pii:view")] });
    expect(maskOf([standard], { permissions: ["dataset:read", "pii:view"] })).toBeUndefined();
    expect(maskOf([standard], { permissions: ["dataset:read", "dataset:manage"], level: "owner" })).toBe("email");
  });
});

describe("row filters", () => {
  it("hold together", () => {
    const found = decided([filtering("north"), filtering("south")], { level: "viewer" });
    expect(found.filters.map(({ filter }) => filter)).toMatchObject([{ value: "north" }, { value: "south" }]);
    expect(found.hides.rows).toBe(true);
  });
});

describe("looking as another person", () => {
  it("shows what both may see", () => {
    const mine = decided([masking({ kind: "email" }), filtering("north")], { level: "owner" });
    const theirs = decided([masking({ kind: "redact" }), policy({ effect: "deny", targets: [column(2)] })], { level: "viewer" });
    const both = intersect(mine, theirs);
    expect(both.level).toBe("viewer");
    expect([both.column(1).mask?.kind, both.column(2).visibility, both.filters.length]).toEqual(["redact", "hidden", 1]);
    expect(intersect(mine, decided([])).level).toBe("none");
  });
});

describe("the reach of policies over lists", () => {
  it("is what single decisions come to", () => {
    const policies = [
      policy({ targets: [dataset("ds_a"), { kind: "dataset_tag", tag: "open" }] }),
      policy({ effect: "deny", targets: [dataset("ds_b"), column(3, "ds_c")] }),
      policy({ effect: "deny", targets: [whole], except: [user("usr_me")] }),
      policy({ effect: "deny", targets: [whole], conditions: { validUntil: "2020-01-01T00:00:00Z" } }),
    ];
    const reach = reachOf({ principal: principalOf({}), facts: factsOf({}), policies: compilePolicies(policies), purpose: null });
    expect(reach).toMatchObject({
      allowed: { all: false, ids: ["ds_a"], tags: ["open"] },
      denied: { all: false, ids: ["ds_b"] },
      hidden: { columns: [{ datasetId: "ds_c", fieldId: 3 }] },
    });
  });
});
