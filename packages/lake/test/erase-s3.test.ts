import { readFileSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { testLake, testStorage } from "./lake.ts";
import { field, rowsFor, schemaOf, storedRows, valuesSource } from "./rows.ts";

testStorage.kind = "s3";

const CANARY = "canary.mail.of.somebody@example.org";

it("erases from a storage elsewhere, and from the local copies", async () => {
  await using bed = await testLake();
  const schema = schemaOf([field(1, "email", "string", true), field(2, "name", "string")], [1]);
  const ref = { workspaceId: bed.workspaceId, tableName: "people" };
  const rows = [
    [CANARY, "Canary Secretname"],
    ["other@example.org", "Other"],
  ];
  await bed.publish(await bed.lake.stageCreate({ ...ref, schema, source: rowsFor(schema, ["email", "name"], rows) }));
  const old = await bed.open(ref.tableName);
  expect(await storedRows(bed, old)).toHaveLength(2);
  /** What is stored, and what the cache holds: texts of so few rows stand in the files' statistics as they are. */
  const holding = async (): Promise<readonly string[]> => {
    const stored: string[] = [];
    for await (const { uri } of bed.fileIo.list(`${bed.warehouse}/`)) if ((await bed.fileIo.read(uri)).includes(CANARY)) stored.push(uri);
    const cached = await readdir(bed.storage?.cache ?? "", { recursive: true, withFileTypes: true });
    const paths = cached.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    return [...stored, ...paths.filter((path) => readFileSync(path).includes(CANARY))];
  };
  expect(await holding()).toHaveLength(2);
  const keysIn = valuesSource([{ name: "email", type: { kind: "text" } }], [[CANARY]]);
  expect(await bed.lake.erase({ ...ref, transaction: bed.tx, keysIn })).toMatchObject({ rowsRemoved: 1, proof: true });
  expect(await holding()).toEqual([]);
  expect(await storedRows(bed, await bed.open(ref.tableName))).toEqual([["other@example.org", "Other"]]);
  await expect(storedRows(bed, old)).rejects.toMatchObject({ code: "storage.missing" });
});
