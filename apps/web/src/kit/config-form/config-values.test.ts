import type { ConfigSchema } from "@granary/protocol";
import { ApiError } from "@granary/client";
import { describe, expect, it } from "vitest";
import { checkConfig } from "./check-config.ts";
import { chosen, sentValues, startValues, withValue } from "./config-values.ts";
import { askedFields, groupedFields, splitFields, titleOf } from "./field-order.ts";
import { configIssues, placeConfigIssues } from "./place-issues.ts";

const PASSWORD_BRANCH: ConfigSchema = {
  type: "object",
  title: "Password",
  properties: { kind: { type: "string", const: "password" }, user: { type: "string" }, password: { type: "string", secret: true } },
  required: ["user", "password"],
};
const TOKEN_BRANCH: ConfigSchema = {
  type: "object",
  title: "Token",
  properties: {
    kind: { type: "string", const: "token" },
    user: { type: "string" },
    token: { type: "string", secret: true },
    days: { type: "integer", default: 30 },
  },
  required: ["token"],
};
const SCHEMA: ConfigSchema = {
  type: "object",
  groups: [
    { id: "server", title: "Server" },
    { id: "access", title: "Access" },
  ],
  properties: {
    auth: { type: "object", title: "Sign-in", group: "access", oneOf: [PASSWORD_BRANCH, TOKEN_BRANCH] },
    port: { type: "integer", group: "server", order: 2, default: 5432, minimum: 1, maximum: 65_535 },
    host: { type: "string", group: "server", order: 1, format: "hostname" },
    tunnel: { type: "boolean", group: "server", default: false },
    jump: { type: "string", group: "server", showWhen: { field: "tunnel", in: [true] } },
    internal: { type: "string", hidden: true, default: "v1" },
    headers: { type: "array", items: { type: "object", properties: { name: { type: "string" }, value: { type: "string" } }, required: ["name"] } },
  },
  required: ["host", "auth", "jump"],
};

describe("startValues", () => {
  it("fills defaults in, makes the first choice, and keeps what is stored", () => {
    expect(startValues(SCHEMA)).toEqual({ auth: { kind: "password" }, port: 5432, tunnel: false, internal: "v1" });
    const stored = { host: "db", auth: { kind: "token", token: { secret: true } } };
    expect(startValues(SCHEMA, stored)).toEqual({
      ...stored,
      auth: { kind: "token", token: { secret: true }, days: 30 },
      port: 5432,
      tunnel: false,
      internal: "v1",
    });
  });
});

describe("another choice", () => {
  it("keeps what both ask for and begins the rest anew", () => {
    const auth = SCHEMA.properties?.["auth"] as ConfigSchema;
    expect(chosen(auth, TOKEN_BRANCH, { kind: "password", user: "ada", password: "x" })).toEqual({ kind: "token", user: "ada", days: 30 });
  });
});

describe("sentValues", () => {
  it("sends what is asked for alone, keeps kept secrets, and says null for one that was taken away", () => {
    const values = {
      host: "db",
      port: 5432,
      tunnel: false,
      jump: "left over",
      internal: "v1",
      auth: { kind: "password", user: "", password: { secret: true }, token: "of the other choice" },
      headers: [{ name: "A", value: "" }],
      unknown: 1,
    };
    expect(sentValues(SCHEMA, values)).toEqual({
      host: "db",
      port: 5432,
      tunnel: false,
      internal: "v1",
      auth: { kind: "password", password: { secret: true } },
      headers: [{ name: "A" }],
    });
    expect(sentValues({ type: "object", properties: { key: { type: "string", secret: true } } }, { key: null })).toEqual({ key: null });
  });
});

describe("withValue", () => {
  it("writes deep into objects and lists, and keeps the order of fields", () => {
    const after = withValue({ a: 1, list: [{ x: 1 }], b: 2 }, ["list", 0, "x"], 5);
    expect(JSON.stringify(after)).toBe('{"a":1,"list":[{"x":5}],"b":2}');
    expect(withValue({ a: 1, b: 2 }, ["a"], undefined)).toEqual({ b: 2 });
    expect(withValue({}, ["auth", "user"], "ada")).toEqual({ auth: { user: "ada" } });
  });
});

describe("the order of fields", () => {
  it("goes by order, puts fields without one last, the required first, and asks for siblings only where they count", () => {
    const names = (values: Parameters<typeof askedFields>[1]) => askedFields(SCHEMA, values).map(({ name }) => name);
    expect(names({ tunnel: false })).toEqual(["host", "port", "auth", "headers", "tunnel"]);
    expect(names({ tunnel: true })).toEqual(["host", "port", "auth", "jump", "headers", "tunnel"]);
  });

  it("puts groups in their order and what belongs to none first", () => {
    const groups = groupedFields(SCHEMA, askedFields(SCHEMA, {}));
    expect(groups.map(({ title, fields }) => [title, fields.map(({ name }) => name)])).toEqual([
      [undefined, ["headers"]],
      ["Server", ["host", "port", "tunnel"]],
      ["Access", ["auth"]],
    ]);
  });

  it("hides several optional fields, but never one alone or all of a group", () => {
    const schema: ConfigSchema = { type: "object", properties: { a: { type: "string" }, b: { type: "string" }, c: { type: "string" } }, required: ["a"] };
    expect(splitFields(askedFields(schema, {})).more.map(({ name }) => name)).toEqual(["b", "c"]);
    expect(splitFields(askedFields({ ...schema, required: [] }, {})).more).toEqual([]);
    expect(splitFields(askedFields({ ...schema, required: ["a", "b"] }, {})).more).toEqual([]);
  });

  it("writes names out where there is no title", () => {
    expect(titleOf("maxRetries_total", { type: "integer" })).toBe("Max retries total");
  });
});

describe("checkConfig", () => {
  const faults = (values: Parameters<typeof checkConfig>[1]) => Object.fromEntries(checkConfig(SCHEMA, values).map(({ path, message }) => [path, message]));

  it("asks for what is required, of the choice that is made, and not for what is not shown", () => {
    expect(faults(startValues(SCHEMA))).toEqual({ host: "Enter the host.", "auth.user": "Enter the user.", "auth.password": "Enter the password." });
    expect(faults({ host: "db", auth: { kind: "token", token: { secret: true } }, tunnel: true })).toEqual({ jump: "Enter the jump." });
  });

  it("checks numbers, hosts and the objects in lists", () => {
    const good = { host: "db.example.com", auth: { kind: "token", token: "t" } };
    expect(faults(good)).toEqual({});
    expect(faults({ ...good, host: "https://db", port: 70_000, headers: [{ value: "x" }] })).toEqual({
      host: "Write a host name or an IP address, without https:// and without a path.",
      port: "Write a number from 1 to 65535.",
      "headers.0.name": "Enter the name.",
    });
    for (const host of ["localhost", "10.0.0.1", "::1", "my_db.internal", "büro.example"]) expect(faults({ ...good, host })).toEqual({});
  });

  it("says what a pattern wants in words, and finds what is no JSON, no day, no address and no offered value", () => {
    const schema: ConfigSchema = {
      type: "object",
      properties: {
        bucket: { type: "string", pattern: "^[a-z0-9.-]+$", patternText: "only lower-case letters, digits, . and -" },
        body: { type: "string", format: "json" },
        day: { type: "string", format: "date" },
        url: { type: "string", format: "uri" },
        mode: { type: "string", enum: ["a", "b"] },
        tags: { type: "array", items: { type: "string" }, maxItems: 1 },
      },
    };
    const found = checkConfig(schema, { bucket: "A B", body: "{", day: "31.1.2026", url: "example", mode: "c", tags: ["", "x"] });
    expect(found.map(({ path, message }) => `${path}: ${message}`)).toEqual([
      "bucket: Only lower-case letters, digits, . and -.",
      "body: This is not JSON. Look for a missing quote, comma or bracket.",
      "day: Write a day as 2026-01-31.",
      "url: Write a whole address, such as https://example.com/data.",
      "mode: Choose one of the values offered.",
      "tags: Leave at most 1.",
      "tags.0: Fill this in, or take it away.",
    ]);
  });
});

describe("issues of the server", () => {
  it("stand at their field or its nearest parent; the rest is told above", () => {
    const error = new ApiError("No.", {
      status: 422,
      code: "connection.settings_invalid",
      issues: [
        { path: "body.config.auth.password", message: "is wrong" },
        { path: "config.port", message: "is closed" },
        { path: "headers.0.value.deep", message: "is odd" },
        { path: "jump", message: "is not shown" },
        { path: "body.name", message: "is taken" },
      ],
    });
    const values = { auth: { kind: "password", user: "ada" }, headers: [{ name: "A" }], tunnel: false };
    const { byPath, rest } = placeConfigIssues(SCHEMA, values, configIssues(error));
    expect([...byPath]).toEqual([
      ["auth.password", "Is wrong."],
      ["port", "Is closed."],
      ["headers.0.value", "Is odd."],
    ]);
    expect(rest.map(({ path }) => path)).toEqual(["jump", "name"]);
  });
});
