import { describe, expect, it } from "vitest";
import { readConfig, SETTINGS } from "./config.ts";

const production = { GRANARY_MODE: "production", GRANARY_PUBLIC_URL: "https://granary.example.com" };

const inS3 = { GRANARY_STORAGE: "s3://bucket/lake", GRANARY_S3_REGION: "eu-west-1" };
const keys = { GRANARY_S3_ACCESS_KEY_ID: "key", GRANARY_S3_SECRET_ACCESS_KEY: "secret-of-the-key" };

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
    [{ GRANARY_STORAGE: "s3://Bucket" }, "GRANARY_STORAGE"],
    [{ GRANARY_STORAGE: "s3://bucket/a/../b" }, "GRANARY_STORAGE"],
    [{ GRANARY_STORAGE: "s3://bucket/lake" }, "GRANARY_S3_REGION"],
    [{ ...inS3, GRANARY_S3_ACCESS_KEY_ID: "key" }, "GRANARY_S3_SECRET_ACCESS_KEY"],
    [{ ...inS3, GRANARY_S3_ENDPOINT: "http://storage:9000" }, "GRANARY_S3_ACCESS_KEY_ID"],
    [{ ...inS3, ...keys, GRANARY_S3_ENDPOINT: "storage:9000" }, "GRANARY_S3_ENDPOINT"],
    [{ ...inS3, ...keys, GRANARY_S3_ENDPOINT: "http://key:secret@storage:9000" }, "GRANARY_S3_ENDPOINT"],
    [{ ...inS3, GRANARY_S3_PATH_STYLE: "yes" }, "GRANARY_S3_PATH_STYLE"],
    [{ ...inS3, GRANARY_CACHE_MAX_BYTES: "-1" }, "GRANARY_CACHE_MAX_BYTES"],
    [{ GRANARY_S3_REGION: "eu-west-1" }, "GRANARY_S3_REGION"],
    [{ GRANARY_STORAGE: "file:///srv/lake", GRANARY_CACHE: "/var/cache" }, "GRANARY_CACHE"],
    [{ GRANARY_STORAGE_RECHECK: "2" }, "GRANARY_STORAGE_RECHECK"],
    [{ GRANARY_CLAMD: "localhost" }, "GRANARY_CLAMD"],
    [{ GRANARY_CLAMD: "localhost:99999" }, "GRANARY_CLAMD"],
    [{ GRANARY_WORKSPACE_QUOTA: "0" }, "GRANARY_WORKSPACE_QUOTA"],
    [{ DATABASE_URL: "mysql://x" }, "DATABASE_URL"],
    [{ GRANARY_PROT: "80" }, "GRANARY_PROT"],
  ])("refuses %j and names the variable", (variables, name) => {
    expect(() => readConfig(variables as Record<string, string>)).toThrow(name);
  });

  it("takes tables in S3, at Amazon by the machine's role and elsewhere by keys", () => {
    expect(readConfig(inS3).env).toMatchObject({ GRANARY_STORAGE: "s3://bucket/lake", GRANARY_CACHE_MAX_BYTES: 10_737_418_240 });
    expect(readConfig({ ...inS3, ...keys, GRANARY_S3_ENDPOINT: "http://storage:9000", GRANARY_S3_PATH_STYLE: "false" }).env.GRANARY_S3_PATH_STYLE).toBe(
      "false",
    );
  });

  it("repeats no secret in what it refuses", () => {
    const refused = (): unknown => readConfig({ ...keys, GRANARY_S3_ENDPOINT: "http://key:secret-of-the-key@storage:9000" });
    expect(refused).toThrow(/GRANARY_S3_SECRET_ACCESS_KEY/);
    expect(refused).not.toThrow(/secret-of-the-key/);
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
