import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from "node:crypto";

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

function keyFor(encryptionKey: Buffer, purpose: string): Buffer {
  return Buffer.from(hkdfSync("sha256", encryptionKey, Buffer.alloc(0), `granary ${purpose}`, 32));
}

/** Encrypts a secret with AES-256-GCM, bound to its purpose and owner: moved to another row it does not open. */
export function seal(encryptionKey: Buffer, purpose: string, owner: string, secret: string): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv("aes-256-gcm", keyFor(encryptionKey, purpose), nonce);
  cipher.setAAD(Buffer.from(owner));
  const body = Buffer.concat([cipher.update(secret, "utf8"), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), body]);
}

/** Opens what {@link seal} closed; throws when the key, the purpose, the owner or a bit differs. */
export function unseal(encryptionKey: Buffer, purpose: string, owner: string, sealed: Buffer): string {
  const decipher = createDecipheriv("aes-256-gcm", keyFor(encryptionKey, purpose), sealed.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(owner));
  decipher.setAuthTag(sealed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
  return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]).toString("utf8");
}

/** A keyed hash for secrets too short to be stored under a plain one. */
export function keyedHash(encryptionKey: Buffer, purpose: string, owner: string, secret: string): Buffer {
  return createHmac("sha256", keyFor(encryptionKey, purpose)).update(`${owner}\0${secret}`).digest();
}
