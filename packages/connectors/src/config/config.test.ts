import type { ConfigSchema } from "@granary/protocol";
import { describe, expect, it } from "vitest";
import { checkConfig, effectiveSettings, maskSecrets, mergeSecrets, splitSecrets, withDefaults } from "./index.ts";

const SCHEMA: ConfigSchema = {
  type: "object",
  required: ["host", "auth"],
  properties: {
    host: { type: "string", title: "Host", format: "hostname", order: 1 },
    port: { type: "integer", title: "Port", default: 5, minimum: 1, maximum: 10, order: 2 },
    mode: { type: "string", title: "Mode", enum: ["a", "b"], enumTitles: ["First", "Second"], default: "a", order: 3 },
    certificate: { type: "string", title: "Certificate", showWhen: { field: "mode", in: ["b"] }, order: 4 },
    tags: { type: "array", title: "Tags", items: { type: "string", maxLength: 3 }, maxItems: 2, order: 5 },
    auth: {
      type: "object",
      title: "Signing in",
      order: 6,
      oneOf: [
        { type: "object", title: "Nothing", properties: { kind: { type: "string", const: "none", hidden: true } } },
        {
          type: "object",
          title: "Password",
          required: ["kind", "password"],
          properties: { kind: { type: "string", const: "password", hidden: true }, password: { type: "string", title: "Password", secret: true } },
        },
      ],
    },
  },
};

const kept = { secret: true };
const paths = (config: Parameters<typeof checkConfig>[1]) => checkConfig(SCHEMA, config, "config").map(({ path }) => path);

describe("settings", () => {
  it("are checked with all their faults at once", () => {
    expect(paths({ port: 11, mode: "c", tags: ["long one", 1], other: 1 })).toEqual(
      expect.arrayContaining(["config.other", "config.host", "config.auth", "config.port", "config.mode", "config.tags.0", "config.tags.1"]),
    );
    expect(paths({ host: "a b", auth: { kind: "nothing" } })).toEqual(["config.host", "config.auth"]);
    expect(paths({ host: "a", auth: { kind: "password" } })).toEqual(["config.auth.password"]);
    expect(paths({ host: "a", port: "5", auth: { kind: "none" }, tags: "x" })).toEqual(["config.port", "config.tags"]);
  });

  it("take a kept secret for given, and nothing else", () => {
    expect(paths({ host: "a", auth: { kind: "password", password: kept } })).toEqual([]);
    expect(paths({ host: "a", auth: { kind: "password", password: { secret: true, more: 1 } } })).toEqual(["config.auth.password"]);
    expect(paths({ host: kept, auth: { kind: "none" } })).toEqual(["config.host"]);
  });

  it("get the defaults of what was left out", () => {
    expect(withDefaults(SCHEMA, { host: "a", certificate: "not asked for", tags: [] })).toEqual({
      host: "a",
      port: 5,
      mode: "a",
      tags: [],
      auth: { kind: "none" },
    });
    expect(withDefaults(SCHEMA, { mode: "b", certificate: "c", auth: { kind: "password", password: "x" } })).toMatchObject({
      certificate: "c",
      auth: { password: "x" },
    });
  });

  it("give their secrets away and get them back", () => {
    const sent = { host: "a", auth: { kind: "password", password: "hidden" } };
    const split = splitSecrets(SCHEMA, sent, {});
    expect(split).toEqual({ config: { host: "a", auth: { kind: "password" } }, secrets: { "auth.password": "hidden" }, missing: [] });
    expect(mergeSecrets(split.config, split.secrets)).toEqual(sent);
    const masked = maskSecrets(split.config, ["auth.password"]);
    expect(masked).toEqual({ host: "a", auth: { kind: "password", password: kept } });
    expect(splitSecrets(SCHEMA, masked, split.secrets).secrets).toEqual(split.secrets);
    expect(splitSecrets(SCHEMA, masked, {}).missing).toEqual(["auth.password"]);
  });

  it("show what will be used, without secrets", () => {
    const shown = effectiveSettings(SCHEMA, { host: "a", auth: { kind: "password", password: kept } });
    expect(shown.map(({ path, value, isDefault }) => `${path}=${value}${isDefault ? " (default)" : ""}`)).toEqual([
      "host=a",
      "port=5 (default)",
      "mode=First (default)",
      "auth.password=••••••••",
    ]);
  });
});
