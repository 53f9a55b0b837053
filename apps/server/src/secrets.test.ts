import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readConfig } from "./config.ts";
import { loadSecrets } from "./secrets.ts";

let dataDir: string;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), "granary-secrets-"));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

const strong = () => randomBytes(32).toString("base64");
const production = (over: Record<string, string>) =>
  readConfig({ GRANARY_DATA: dataDir, GRANARY_MODE: "production", GRANARY_PUBLIC_URL: "https://x.example.com", ...over });

describe("loadSecrets", () => {
  it("makes local secrets once and keeps them, readable by nobody else", () => {
    const config = readConfig({ GRANARY_DATA: dataDir });
    const first = loadSecrets(config);
    expect(loadSecrets(config)).toEqual(first);
    expect(first.encryptionKey).not.toEqual(first.maskKey);
    expect(statSync(join(dataDir, "secrets", "secret.key")).mode & 0o777).toBe(0o600);
  });

  it("refuses a damaged secret file rather than replacing it", () => {
    const config = readConfig({ GRANARY_DATA: dataDir });
    loadSecrets(config);
    writeFileSync(join(dataDir, "secrets", "secret.key"), "short");
    expect(() => loadSecrets(config)).toThrow("secret.key");
    expect(readFileSync(join(dataDir, "secrets", "secret.key"), "utf8")).toBe("short");
  });

  it("demands them in production", () => {
    expect(() => loadSecrets(production({}))).toThrow("GRANARY_SECRET_KEY");
    expect(() => loadSecrets(production({ GRANARY_SECRET_KEY: strong() }))).toThrow("GRANARY_MASK_KEY");
    expect(loadSecrets(production({ GRANARY_SECRET_KEY: strong(), GRANARY_MASK_KEY: strong() })).encryptionKey).toHaveLength(32);
  });

  it.each([
    ["too short", Buffer.from("secret").toString("base64")],
    ["the same byte over and over", Buffer.alloc(32, 7).toString("base64")],
    ["a phrase of few letters", Buffer.from("passwordpasswordpasswordpassword").toString("base64")],
  ])("refuses a secret that is %s", (_why, value) => {
    expect(() => loadSecrets(production({ GRANARY_SECRET_KEY: value, GRANARY_MASK_KEY: strong() }))).toThrow("GRANARY_SECRET_KEY");
  });
});
