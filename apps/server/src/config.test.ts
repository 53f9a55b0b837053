import { describe, expect, it } from "vitest";
import { readConfig, SETTINGS } from "./config.ts";

const production = { GRANARY_MODE: "production", GRANARY_PUBLIC_URL: "https://granary.example.com" };

describe("readConfig", () => {
  it("needs nothing for a local start", () => {
    const config = readConfig({});
    expect(config).toMatchObject({ mode: "development", host: "127.0.0.1", port: 4400, roles: ["web", "worker", "cron"], databaseUrl: undefined });
    expect(config.dataDir.endsWith("/.granary")).toBe(true);
  });

  it("takes empty variables as unset, as container files write them", () => {
    expect(readConfig({ GRANARY_PORT: "", DATABASE_URL: "" }).port).toBe(4400);
  });

  it("is in production by NODE_ENV too, unless GRANARY_MODE says otherwise", () => {
    expect(readConfig({ ...production, GRANARY_MODE: "", NODE_ENV: "production" }).mode).toBe("production");
    expect(readConfig({ GRANARY_MODE: "development", NODE_ENV: "production" }).mode).toBe("development");
  });

  it.each([
    [{ GRANARY_PORT: "seventy" }, "GRANARY_PORT"],
    [{ GRANARY_PORT: "70000" }, "GRANARY_PORT"],
    [{ GRANARY_SIGN_UP: "everyone" }, "GRANARY_SIGN_UP"],
    [{ GRANARY_ADMIN_EMAIL: "a@example.com" }, "GRANARY_ADMIN_PASSWORD"],
    [{ GRANARY_MODE: "production" }, "GRANARY_PUBLIC_URL"],
    [{ GRANARY_PUBLIC_URL: "javascript:alert(1)" }, "GRANARY_PUBLIC_URL"],
    [{ GRANARY_SESSION_IDLE: "90000" }, "GRANARY_SESSION_IDLE"],
    [{ GRANARY_STORAGE: "ftp://x" }, "GRANARY_STORAGE"],
    [{ DATABASE_URL: "mysql://x" }, "DATABASE_URL"],
    [{ GRANARY_PROT: "80" }, "GRANARY_PROT"],
  ])("refuses %j and names the variable", (variables, name) => {
    expect(() => readConfig(variables as Record<string, string>)).toThrow(name);
  });

  it("names every wrong variable at once", () => {
    expect(() => readConfig({ GRANARY_PORT: "x", GRANARY_LOG_LEVEL: "loud" })).toThrow(/GRANARY_PORT[\s\S]*GRANARY_LOG_LEVEL/);
  });

  it("takes roles by flag and refuses unknown ones", () => {
    expect(readConfig({}, ["--roles=worker"]).roles).toEqual(["worker"]);
    expect(() => readConfig({}, ["--roles=worker,queen"])).toThrow("web, worker, cron");
    expect(() => readConfig({}, ["--role=web"])).toThrow("--role=web");
  });

  it("describes every setting", () => {
    for (const [name, text] of Object.entries(SETTINGS)) expect(text, name).not.toBe("");
  });
});
