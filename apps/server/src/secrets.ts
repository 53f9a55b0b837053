import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Config, ConfigError } from "./config.ts";

const MIN_BYTES = 32;
const MIN_DISTINCT = 16;

export interface Secrets {
  readonly encryptionKey: Buffer;
  readonly maskKey: Buffer;
}

function decode(name: string, text: string): Buffer {
  const bytes = Buffer.from(text, "base64");
  if (bytes.length < MIN_BYTES) throw new ConfigError(`${name}: needs at least ${MIN_BYTES} random bytes in base64. Make one with: openssl rand -base64 32`);
  if (new Set(bytes).size < MIN_DISTINCT) throw new ConfigError(`${name}: is too regular to be random. Make one with: openssl rand -base64 32`);
  return bytes;
}

function generatedOnce(dataDir: string, file: string): Buffer {
  const directory = join(dataDir, "secrets");
  const path = join(directory, file);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  try {
    return decode(path, readFileSync(path, "utf8"));
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
  }
  const secret = randomBytes(MIN_BYTES);
  const staging = `${path}.${process.pid}`;
  writeFileSync(staging, `${secret.toString("base64")}\n`, { mode: 0o600, flush: true });
  renameSync(staging, path);
  return secret;
}

function secret(config: Config, name: "GRANARY_SECRET_KEY" | "GRANARY_MASK_KEY", file: string): Buffer {
  const given = config.env[name];
  if (given !== undefined) return decode(name, given);
  if (config.mode === "production") throw new ConfigError(`${name}: production needs this secret. Make one with: openssl rand -base64 32`);
  return generatedOnce(config.dataDir, file);
}

/** The installation's secrets: demanded and checked in production, generated once into the data directory otherwise. */
export function loadSecrets(config: Config): Secrets {
  return { encryptionKey: secret(config, "GRANARY_SECRET_KEY", "secret.key"), maskKey: secret(config, "GRANARY_MASK_KEY", "mask.key") };
}
