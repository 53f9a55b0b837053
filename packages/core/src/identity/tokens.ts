import { createHash, randomBytes } from "node:crypto";

/** Kinds of bearer secrets; the prefix tells a leaked one's kind to people and secret scanners. */
export const TOKEN_PREFIXES = {
  cookie: "grs_",
  access: "gra_",
  refresh: "grr_",
  api_key: "grk_",
  one_time: "gro_",
  device: "grd_",
} as const;

export type TokenKind = keyof typeof TOKEN_PREFIXES;

/** A new random secret of 256 bits. Only its hash is ever stored. */
export function newToken(kind: TokenKind): string {
  return TOKEN_PREFIXES[kind] + randomBytes(32).toString("base64url");
}

/** What is stored and looked up in place of a random secret; a plain hash is enough for 256 random bits. */
export function tokenHash(token: string): Buffer {
  return createHash("sha256").update(token).digest();
}

/** The kind of a token by its prefix, undefined when it cannot be one of ours. */
export function tokenKind(token: string): TokenKind | undefined {
  for (const [kind, prefix] of Object.entries(TOKEN_PREFIXES)) if (token.startsWith(prefix)) return kind as TokenKind;
  return undefined;
}
