import { mkdtemp, open, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { followFile } from "./follow-file.ts";

let dir: string;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "granary-follow-"));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

describe("followFile", () => {
  it("gives bytes while they are written, to the last one", async () => {
    const path = join(dir, "growing");
    const written = Promise.withResolvers<void>();
    const following = followFile(path, written.promise);
    const first = following.next();
    await using file = await open(path, "w");
    await file.write("first ");
    expect(String((await first).value)).toBe("first ");
    await file.write("last");
    written.resolve();
    let rest = "";
    for await (const chunk of following) rest += chunk.toString();
    expect(rest).toBe("last");
  });

  it("reads a file that was whole before it was looked at", async () => {
    const path = join(dir, "whole");
    await writeFile(path, "x".repeat(600_000));
    let length = 0;
    for await (const chunk of followFile(path, Promise.resolve())) length += chunk.length;
    expect(length).toBe(600_000);
  });

  it("throws what made the writing fail", async () => {
    const path = join(dir, "broken");
    await writeFile(path, "half");
    const failed = Promise.reject(new Error("disk full"));
    failed.catch(() => undefined);
    const following = followFile(path, failed);
    await expect(
      (async () => {
        for await (const _chunk of following) continue;
      })(),
    ).rejects.toThrow("disk full");
  });
});
