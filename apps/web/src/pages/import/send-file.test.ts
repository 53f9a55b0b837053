import { ApiError } from "@granary/client";
import type { Upload } from "@granary/protocol";
import { describe, expect, it } from "vitest";
import { type SendFile, sendFile, type UploadParts } from "./send-file.ts";

const PART = 4;
const unreachable = () => new ApiError("The server cannot be reached.", { status: 0, code: "network.unreachable", retry: "later" });
const moved = (offset: number) => new ApiError("elsewhere", { status: 409, code: "upload.wrong_offset", current: { offset } });

/** A server that keeps parts, and fails where a test says so. */
function server(bytes: number, faults: readonly (Error | undefined)[] = [], at = 0) {
  let received = at;
  const offsets: number[] = [];
  let begun = 0;
  const left = [...faults];
  const upload = (): Upload => ({
    id: "upl_1" as Upload["id"],
    fileName: "a.csv",
    bytes,
    offset: received,
    status: received === bytes ? "complete" : "receiving",
    sha256: null,
    partBytes: PART,
    sameAs: [],
    expiresAt: null,
    createdAt: "2026-01-01T00:00:00Z",
  });
  const parts: UploadParts = {
    begin: () => {
      begun += 1;
      return Promise.resolve(upload());
    },
    look: () => Promise.resolve(upload()),
    append: (_id, { offset, bytes: part }, { onSent }) => {
      offsets.push(offset);
      const fault = left.shift();
      if (fault !== undefined) return Promise.reject(fault);
      onSent(part.size);
      received += part.size;
      return Promise.resolve(upload());
    },
  };
  return { parts, offsets, upload, begun: () => begun };
}

function request(parts: UploadParts, more: Partial<SendFile> = {}) {
  const seen: { sent: number[]; pauses: number[]; waiting: boolean[] } = { sent: [], pauses: [], waiting: [] };
  const send: SendFile = {
    file: new File(["0123456789"], "a.csv"),
    parts,
    onBegun: () => undefined,
    onSent: (bytes) => seen.sent.push(bytes),
    onWaiting: (isWaiting) => seen.waiting.push(isWaiting),
    signal: new AbortController().signal,
    pause: (ms) => {
      seen.pauses.push(ms);
      return Promise.resolve();
    },
    ...more,
  };
  return { send, seen };
}

describe("sending a file", () => {
  it("sends part after part until all is there", async () => {
    const { parts, offsets } = server(10);
    const { send, seen } = request(parts);
    expect((await sendFile(send)).status).toBe("complete");
    expect(offsets).toEqual([0, 4, 8]);
    expect(seen.sent.at(-1)).toBe(10);
  });

  it("goes on where an earlier try ended", async () => {
    const { parts, offsets, upload, begun } = server(10, [], 8);
    await sendFile(request(parts, { begun: upload() }).send);
    expect([offsets, begun()]).toEqual([[8], 0]);
  });

  it("waits longer and longer while the server is out of reach, then goes on", async () => {
    const { parts, offsets } = server(10, [undefined, unreachable(), unreachable()]);
    const { send, seen } = request(parts);
    await sendFile(send);
    expect(offsets).toEqual([0, 4, 4, 4, 8]);
    expect(seen.pauses).toEqual([1_000, 2_000]);
    expect(seen.waiting.at(-1)).toBe(false);
  });

  it("continues at the offset the server names", async () => {
    const { parts, offsets } = server(10, [undefined, moved(8)], 0);
    const { send } = request(parts);
    await expect(sendFile(send)).resolves.toMatchObject({ status: "complete" });
    expect(offsets.slice(0, 3)).toEqual([0, 4, 8]);
  });

  it("stops at a refusal", async () => {
    const { parts } = server(10, [new ApiError("no", { status: 409, code: "upload.refused" })]);
    await expect(sendFile(request(parts).send)).rejects.toMatchObject({ code: "upload.refused" });
  });
});
