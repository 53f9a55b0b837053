import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";

/** Size and hexadecimal SHA-256 of a file. */
export interface Digest {
  readonly bytes: number;
  readonly sha256: string;
}

function measuring(): { readonly stream: Transform; digest(): Digest } {
  const hash = createHash("sha256");
  let bytes = 0;
  const stream = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      bytes += chunk.length;
      done(null, chunk);
    },
  });
  return { stream, digest: () => ({ bytes, sha256: hash.digest("hex") }) };
}

export async function digestOf(path: string): Promise<Digest> {
  const measure = measuring();
  measure.stream.resume();
  await pipeline(createReadStream(path), measure.stream);
  return measure.digest();
}

/** Copies a file durably; it appears under its name when it is whole. Answers what was copied. */
export async function copyWhole(from: string, to: string): Promise<Digest> {
  await mkdir(dirname(to), { recursive: true, mode: 0o700 });
  const staging = `${to}.part`;
  const measure = measuring();
  try {
    await pipeline(createReadStream(from), measure.stream, createWriteStream(staging, { mode: 0o600, flush: true }));
    await rename(staging, to);
  } finally {
    await rm(staging, { force: true });
  }
  return measure.digest();
}
