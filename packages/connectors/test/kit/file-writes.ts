import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ConnectionConfig, Connector, WriteRequest } from "@granary/connectors";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { contextFor } from "./connector-context.ts";

/** A real place rows are written to as files. */
export interface FilesUnderTest extends AsyncDisposable {
  readonly config: ConnectionConfig;
  readonly sharedFolders?: readonly string[];
  /** Paths and contents of what is there. */
  files(): Promise<Readonly<Record<string, string>>>;
}

/** The checks every destination passes that keeps files. */
export function itWritesFiles(connector: Connector, start: () => Promise<FilesUnderTest>): void {
  let target: FilesUnderTest;
  beforeAll(async () => {
    target = await start();
  });
  afterAll(async () => target[Symbol.asyncDispose]());

  async function deliver(parts: readonly string[], request: Pick<WriteRequest, "target" | "mode" | "deliveryId">) {
    await using context = await contextFor(target.config, target.sharedFolders === undefined ? {} : { sharedFolders: target.sharedFolders });
    const files = await Promise.all(
      parts.map(async (content, index) => {
        const path = join(context.folder, `part-${index}`);
        await writeFile(path, content);
        return { path, rows: 1 };
      }),
    );
    return await connector.write?.(context, { columns: [{ name: 'a "b"', type: "text" }], keys: [], files, onProgress: () => undefined, ...request });
  }

  describe("delivery of files", () => {
    it("adds a file a delivery, the same however often it is sent", async () => {
      const request = { target: { path: "out/orders" }, mode: "append", deliveryId: "run 1/x" } as const;
      for (let time = 0; time < 2; time += 1) expect(await deliver(['"1"\n', '"2"\n'], request)).toMatchObject({ rows: 2, rejected: [], isExactlyOnce: true });
      await deliver(['"3"\n'], { ...request, deliveryId: "run 2" });
      expect(await target.files()).toEqual({ "out/orders/run_1_x.csv": '"a ""b"""\n"1"\n"2"\n', "out/orders/run_2.csv": '"a ""b"""\n"3"\n' });
    });

    it("replaces a file", async () => {
      const request = { target: { path: "latest.jsonl", format: "json_lines" }, mode: "replace" } as const;
      await deliver(['{"a":1}\n'], { ...request, deliveryId: "1" });
      await deliver(['{"a":2}\n'], { ...request, deliveryId: "2" });
      expect((await target.files())["latest.jsonl"]).toBe('{"a":2}\n');
    });

    it("refuses paths that lead elsewhere, and updates by keys", async () => {
      const before = await target.files();
      for (const path of ["../out.csv", "/etc/x", "a/../../b", ""])
        await expect(deliver(["x"], { target: { path }, mode: "replace", deliveryId: "1" })).rejects.toMatchObject({ code: "connection.target_invalid" });
      await expect(deliver(["x"], { target: { path: "x" }, mode: "upsert", deliveryId: "1" })).rejects.toMatchObject({ code: "connection.target_invalid" });
      expect(await target.files()).toEqual(before);
    });
  });
}
