import { ANY, SPACE } from "./cell-classes.ts";
import { FORMED, formedIf, type Match, NO, type Recogniser } from "./recogniser.ts";

/** Beginnings by which services mark their keys, so that they are found when they leak. */
const PREFIXED =
  /^(?:eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]*|(?:AKIA|ASIA)[A-Z0-9]{16}|AIza[\w-]{35}|gh[pousr]_[A-Za-z0-9]{36,}|github_pat_\w{22,}|glpat-[\w-]{20,}|(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{10,}|sk-[A-Za-z0-9_-]{20,}|xox[abeprs]-[\w-]{10,}|npm_[A-Za-z0-9]{36}|SG\.[\w-]{16,}\.[\w-]{16,}|ya29\.[\w-]{20,}|-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*|\$2[abxy]\$\d{2}\$[./A-Za-z0-9]{53}|\$argon2(?:id|i|d)\$\S+|\$[156]\$\S{8,})$/;

/** Bits of information a character carries, by how often the text's characters occur in it. */
function entropyOf(text: string): number {
  const counts = new Map<string, number>();
  for (const sign of text) counts.set(sign, (counts.get(sign) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}

/** Random texts of 20 characters have more than 3 bits each; words and dates have less or have spaces. */
const MIN_ENTROPY = 3;
const looksRandom = (text: string): boolean => /^[A-Za-z0-9+/=_.-]{16,}$/.test(text) && entropyOf(text) > MIN_ENTROPY;

/** Passwords are told by their column's name alone; values only have to be possible ones. */
const testPassword = (text: string): Match => formedIf(!/\s{2}/.test(text));

export const credentialRecognisers: readonly Recogniser[] = [
  { entity: "secret", strength: "evident", bare: "name", length: [16, 8_192], allowed: ANY, required: 0, test: (text) => (PREFIXED.test(text) ? FORMED : NO) },
  { entity: "secret", strength: "shape", bare: "name", length: [16, 512], allowed: ANY & ~SPACE, required: 0, test: (text) => formedIf(looksRandom(text)) },
  { entity: "password", strength: "shape", bare: "name", length: [4, 128], allowed: ANY, required: 0, test: testPassword },
];
