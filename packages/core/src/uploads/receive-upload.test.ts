import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Ctx } from "../context/index.ts";
import { receiveUpload } from "./receive-upload.ts";
import { safeFileName, uploadPath } from "./upload-files.ts";

let dataDir: string;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "granary-upload-"));
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

/** What receiving asks of a context where there is no quota and no scanner. */
const ctx = (): Ctx =>
  ({ services: { config: { dataDir, workspaceQuotaBytes: null }, scanner: undefined }, signal: new AbortController().signal }) as unknown as Ctx;

describe("receiveUpload", () => {
  it("keeps the original bytes with their SHA-256", async () => {
    const received = await receiveUpload(ctx(), { stream: Readable.from([Buffer.from("a,b\n"), Buffer.from("1,2\n")]), fileName: "x.csv" });
    expect(received).toMatchObject({ bytes: 8, fileName: "x.csv", sha256: "492d5ea496056f1a6a6592241032fab764c321596317930b4fa0e1e8bc3b7470" });
    expect(await readFile(uploadPath(dataDir, received.id), "utf8")).toBe("a,b\n1,2\n");
  });

  it("refuses an empty file and leaves nothing behind", async () => {
    await expect(receiveUpload(ctx(), { stream: Readable.from([]), fileName: "x.csv" })).rejects.toMatchObject({ code: "upload.empty" });
    expect(await readdir(join(dataDir, "uploads"))).toEqual([]);
  });

  it("leaves nothing behind when the sender goes away", async () => {
    const stream = new Readable({ read: () => undefined });
    stream.push("half");
    const receiving = receiveUpload(ctx(), { stream, fileName: "x.csv" });
    stream.destroy(new Error("connection lost"));
    await expect(receiving).rejects.toThrow("connection lost");
    expect(await readdir(join(dataDir, "uploads"))).toEqual([]);
  });
});

describe("safeFileName", () => {
  it.each([
    ["../../etc/passwd", "passwd"],
    ["C:\\data\\orders.csv", "orders.csv"],
    ["a\u0000b\n.csv", "ab.csv"],
    ["..//", "file"],
  ])("shows %j as %j", (given, shown) => expect(safeFileName(given)).toBe(shown));
});
