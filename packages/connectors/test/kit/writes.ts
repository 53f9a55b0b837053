import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ConnectionConfig, Connector, WriteRequest, WriteResult } from "@granary/connectors";
import type { GraphColumn } from "@granary/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { contextFor } from "./connector-context.ts";
import type { Row } from "./read-all.ts";

/** A real system rows are delivered to. */
export interface TargetUnderTest extends AsyncDisposable {
  readonly config: ConnectionConfig;
  /** What is in a table, as texts, by its first column. */
  rows(table: string): Promise<readonly Row[]>;
  /** From now on the next connection breaks off after so many bytes came back. */
  breakAfter(bytes: number): void;
  /** A table that is there already, with a column `id` that takes whole numbers alone. */
  readonly strict: string;
}

const field = (value: string | null): string => (value === null ? "" : `"${value.replaceAll('"', '""')}"`);
const toCsv = (rows: readonly Row[]): string => rows.map((row) => `${row.map(field).join(",")}\n`).join("");

const ALL_COLUMNS: readonly GraphColumn[] = [
  { name: "id", type: "integer" },
  { name: "text", type: "text" },
  { name: "yes", type: "boolean" },
  { name: "amount", type: "decimal(20,4)" },
  { name: "share", type: "number" },
  { name: "day", type: "date" },
  { name: "moment", type: "timestamp" },
  { name: "instant", type: "timestamptz" },
  { name: "bytes", type: "binary" },
  { name: "doc", type: "json" },
];

const ALL_ROWS: readonly Row[] = [
  ["1", 'a "b", c\nd\te\\ f', "true", "1.5000", "0.1", "2026-01-31", "2026-01-31 12:00:00.5", "2026-01-31 11:00:00+00", "00ff61", '{"a": [1]}'],
  ["2", "", "false", "-0.0001", "-2", "1000-01-01", "1000-01-01 00:00:00", "1970-01-01 00:00:01+00", "", "[]"],
  ["3", "ä€𝄞", null, null, null, null, null, null, null, null],
];

/** The checks every destination passes that keeps rows in tables. `expected` are `ALL_ROWS` as the system shows them. */
export function itWritesTables(connector: Connector, start: () => Promise<TargetUnderTest>, expected: readonly Row[]): void {
  let target: TargetUnderTest;
  beforeAll(async () => {
    target = await start();
  });
  afterAll(async () => target[Symbol.asyncDispose]());

  async function deliver(
    request: Partial<WriteRequest> & { readonly deliveryId: string; readonly table: string },
    rows: readonly Row[],
  ): Promise<WriteResult | undefined> {
    await using context = await contextFor(target.config);
    const path = join(context.folder, "rows.csv");
    await writeFile(path, toCsv(rows));
    const files = [{ path, rows: rows.length }];
    const columns: readonly GraphColumn[] = [
      { name: "id", type: "integer" },
      { name: "text", type: "text" },
    ];
    return await connector.write?.(context, {
      target: { table: request.table },
      columns,
      keys: [],
      mode: "append",
      files,
      onProgress: () => undefined,
      ...request,
    });
  }

  describe("delivery", () => {
    it("makes the table and keeps every value", async () => {
      const result = await deliver({ deliveryId: "one", table: "made", columns: ALL_COLUMNS, keys: ["id"] }, ALL_ROWS);
      expect(result).toMatchObject({ rows: 3, rejected: [], isExactlyOnce: true });
      expect(await target.rows("made")).toEqual(expected);
    });

    it("takes a delivery once, however often it is sent", async () => {
      for (let time = 0; time < 3; time += 1) await deliver({ deliveryId: "again", table: "once" }, [["1", "x"]]);
      await deliver({ deliveryId: "another", table: "once" }, [["2", "y"]]);
      expect(await target.rows("once")).toEqual([
        ["1", "x"],
        ["2", "y"],
      ]);
    });

    it("takes one of two attempts at the same time", async () => {
      await deliver({ deliveryId: "first", table: "race" }, [["0", ""]]);
      await Promise.all([1, 2, 3].map(() => deliver({ deliveryId: "race", table: "race" }, [["1", "x"]])));
      expect(await target.rows("race")).toHaveLength(2);
    });

    it("replaces what was there", async () => {
      await deliver({ deliveryId: "old", table: "replaced" }, [["1", "old"]]);
      await deliver({ deliveryId: "new", table: "replaced", mode: "replace" }, [["2", "new"]]);
      expect(await target.rows("replaced")).toEqual([["2", "new"]]);
    });

    it("updates rows by their keys", async () => {
      const keys = ["id"];
      await deliver({ deliveryId: "u1", table: "updated", mode: "upsert", keys }, [
        ["1", "a"],
        ["2", "b"],
      ]);
      await deliver({ deliveryId: "u2", table: "updated", mode: "upsert", keys }, [
        ["2", "B"],
        ["3", null],
      ]);
      expect(await target.rows("updated")).toEqual([
        ["1", "a"],
        ["2", "B"],
        ["3", null],
      ]);
      await expect(deliver({ deliveryId: "u3", table: "updated", mode: "upsert" }, [])).rejects.toMatchObject({ code: "connection.target_invalid" });
    });

    it("leaves nothing behind of rows that do not fit", async () => {
      await expect(
        deliver({ deliveryId: "bad", table: target.strict }, [
          ["1", "good"],
          ["no number", "bad"],
        ]),
      ).rejects.toMatchObject({ code: "connection.refused" });
      expect(await target.rows(target.strict)).toEqual([]);
      await deliver({ deliveryId: "bad", table: target.strict }, [["1", "good"]]);
      expect(await target.rows(target.strict)).toEqual([["1", "good"]]);
    });

    it("refuses columns the table does not have", async () => {
      const columns: readonly GraphColumn[] = [{ name: "nowhere", type: "text" }];
      await expect(deliver({ deliveryId: "col", table: target.strict, columns }, [["x"]])).rejects.toMatchObject({
        code: "connection.target_invalid",
        message: expect.stringContaining("nowhere") as string,
      });
    });

    it("is whole or not there when the connection breaks", async () => {
      await deliver({ deliveryId: "begun", table: "broken" }, [["0", "there"]]);
      for (const bytes of [50, 300, 500, 700, 900, 1_100]) {
        target.breakAfter(bytes);
        await deliver({ deliveryId: `broken ${bytes}`, table: "broken" }, [[String(bytes), "x"]]).catch(() => undefined);
        target.breakAfter(Number.POSITIVE_INFINITY);
        await deliver({ deliveryId: `broken ${bytes}`, table: "broken" }, [[String(bytes), "x"]]);
      }
      expect((await target.rows("broken")).map(([id]) => id)).toEqual(["0", "50", "300", "500", "700", "900", "1100"]);
    });
  });
}
