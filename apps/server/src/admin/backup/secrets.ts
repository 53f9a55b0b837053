import { createHmac } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { rename } from "node:fs/promises";
import { join } from "node:path";
import type { Config } from "../../config.ts";
import { copyWhole } from "./copy-file.ts";
import { secretsDirectory } from "./places.ts";

/** The secrets an installation generates for itself, by the setting that replaces each. */
const FILES = { GRANARY_SECRET_KEY: "secret.key", GRANARY_MASK_KEY: "mask.key" } as const;
type SecretName = keyof typeof FILES;
const NAMES = Object.keys(FILES) as SecretName[];

/** Recognises a secret without telling it; null: there is none. */
export type Fingerprints = Readonly<Record<SecretName, string | null>>;

function textOf(config: Config, name: SecretName): string | undefined {
  const path = join(secretsDirectory(config), FILES[name]);
  return config.env[name] ?? (existsSync(path) ? readFileSync(path, "utf8") : undefined);
}

function fingerprint(text: string | undefined): string | null {
  if (text === undefined) return null;
  return createHmac("sha256", Buffer.from(text, "base64")).update("granary backup").digest("hex").slice(0, 16);
}

export function fingerprints(config: Config): Fingerprints {
  return { GRANARY_SECRET_KEY: fingerprint(textOf(config, "GRANARY_SECRET_KEY")), GRANARY_MASK_KEY: fingerprint(textOf(config, "GRANARY_MASK_KEY")) };
}

/** Copies the generated secrets into a backup; answers which. Secrets given as settings are their owner's to keep. */
export async function copySecrets(config: Config, backup: string): Promise<readonly string[]> {
  const copied: string[] = [];
  for (const name of NAMES) {
    const from = join(secretsDirectory(config), FILES[name]);
    if (config.env[name] !== undefined || !existsSync(from)) continue;
    await copyWhole(from, join(backup, "secrets", FILES[name]));
    copied.push(FILES[name]);
  }
  return copied;
}

/** Puts a backup's secrets in place; one that is there and differs is kept beside it under the name `aside`. */
export async function restoreSecrets(config: Config, backup: string, aside: string): Promise<void> {
  for (const name of NAMES) {
    const from = join(backup, "secrets", FILES[name]);
    const to = join(secretsDirectory(config), FILES[name]);
    if (!existsSync(from)) continue;
    const isThere = existsSync(to);
    if (isThere && readFileSync(to, "utf8") === readFileSync(from, "utf8")) continue;
    if (isThere) await rename(to, `${to}.${aside}`);
    await copyWhole(from, to);
  }
}

/** The secrets whose data in a backup this installation cannot read. */
export function differingSecrets(config: Config, wanted: Fingerprints): readonly string[] {
  const present = fingerprints(config);
  return NAMES.filter((name) => wanted[name] !== null && wanted[name] !== present[name]).map((name) => `${FILES[name]} (or ${name})`);
}
