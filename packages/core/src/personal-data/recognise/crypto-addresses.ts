import { createHash } from "node:crypto";
import { DIGIT, LETTER, LOWER } from "./cell-classes.ts";
import { formedIf, type Recogniser } from "./recogniser.ts";

const BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
const BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
const GENERATOR = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];
/** The constants of BIP 173 (bech32) and BIP 350 (bech32m). */
const RIGHT_SUMS = new Set([1, 0x2bc830a3]);

const sha256 = (bytes: Uint8Array): Uint8Array => createHash("sha256").update(bytes).digest();

/** Base58Check: a version, 20 bytes, and the first four bytes of their double SHA-256. */
function isBase58Address(text: string): boolean {
  let value = 0n;
  for (const sign of text) {
    const digit = BASE58.indexOf(sign);
    if (digit < 0) return false;
    value = value * 58n + BigInt(digit);
  }
  const hex = value.toString(16);
  if (hex.length > 50) return false;
  const bytes = Buffer.from(hex.padStart(50, "0"), "hex");
  return sha256(sha256(bytes.subarray(0, 21)))
    .subarray(0, 4)
    .every((byte, at) => byte === bytes[21 + at]);
}

function isBech32Address(text: string): boolean {
  const values = [3, 3, 0, 2, 3];
  for (const sign of text.slice(3)) values.push(BECH32.indexOf(sign));
  let sum = 1;
  for (const value of values) {
    const top = sum >>> 25;
    sum = ((sum & 0x1ffffff) << 5) ^ value;
    for (let bit = 0; bit < 5; bit += 1) if ((top >>> bit) & 1) sum ^= GENERATOR[bit] ?? 0;
  }
  return RIGHT_SUMS.has(sum);
}

function isBitcoin(text: string): boolean {
  if (/^bc1[02-9ac-hj-np-z]{11,71}$/.test(text)) return isBech32Address(text);
  return /^[13][1-9A-HJ-NP-Za-km-z]{25,34}$/.test(text) && isBase58Address(text);
}

export const cryptoRecognisers: readonly Recogniser[] = [
  {
    entity: "crypto_address",
    strength: "evident",
    bare: "name",
    length: [26, 74],
    allowed: LETTER | DIGIT,
    required: DIGIT | LOWER,
    test: (text) => formedIf(/^0x[0-9a-fA-F]{40}$/.test(text) || isBitcoin(text)),
  },
];
