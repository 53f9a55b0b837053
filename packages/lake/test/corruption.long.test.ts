import { readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { compare, createEngine, literal } from "@granary/engine";
import { isAppError } from "@granary/kernel";
import { createLocalFileIo, type FileIo, type Lake, type OpenTable, storedColumn } from "@granary/lake";
import { connectOwner } from "@granary/db";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { equalityDeleteFile, type HandMade, stagedChange } from "./hand-made.ts";
import { everything, type TestLake, testLake, testStorage } from "./lake.ts";
import { field, rowsFor, schemaOf } from "./rows.ts";
import { warehouseLake } from "./warehouse-lake.ts";

const SCHEMA = schemaOf([field(1, "id", "long"), field(2, "t", "string")]);

/** A table with a file of every kind: data, position deletes, equality deletes, manifests of both, lists, metadata. */
async function create(bed: TestLake, tableName: string): Promise<OpenTable> {
  const source = rowsFor(
    SCHEMA,
    ["id", "t"],
    Array.from({ length: 20 }, (_, id) => [String(id), `text ${id}`]),
  );
  const definition = { properties: { "write.delete.mode": "merge-on-read" } };
  await bed.publish(await bed.lake.stageCreate({ workspaceId: bed.workspaceId, tableName, schema: SCHEMA, source, definition }));
  const table = await bed.open(tableName);
  await bed.publish(await bed.lake.stageDelete({ table, where: compare(storedColumn(1), ">=", literal(18)) }));
  const made: HandMade = { columns: [{ fieldId: 1, name: "id", type: "long", sqlType: { kind: "bigint" } }], location: table.location };
  const deletes = await equalityDeleteFile(bed, made, [1], [["0"]]);
  await bed.publish({ ...stagedChange(bed, tableName, made, { added: [deletes], tableUuid: table.tableUuid }), schema: SCHEMA });
  return bed.open(tableName);
}

type Damage = "flipped" | "truncated" | "emptied" | "removed" | "unreadable";

/** A stored file that can be damaged and healed again. */
interface Victim {
  readonly name: string;
  damage(how: Damage): void;
  heal(): void;
}

function damaged(content: Buffer, how: Damage): Buffer {
  if (how === "emptied") return Buffer.alloc(0);
  if (how === "truncated") return content.subarray(0, content.length - 5);
  const copy = Buffer.from(content);
  const middle = copy.length >> 1;
  copy[middle] = (copy[middle] ?? 0) ^ 4;
  return copy;
}

function onDisk(path: string): Victim {
  const aside = `${path}.aside`;
  return {
    name: basename(path),
    damage: (how) => {
      renameSync(path, aside);
      // A link that leads to itself cannot be opened, not even by those who may read everything.
      if (how === "unreadable") symlinkSync(path, path);
      else if (how !== "removed") writeFileSync(path, damaged(readFileSync(aside), how));
    },
    heal: () => {
      rmSync(path, { force: true });
      renameSync(aside, path);
    },
  };
}

function inS3(bed: TestLake, key: string): Victim {
  const s3 = bed.storage?.s3;
  const object = s3?.objects.get(key);
  if (s3 === undefined || object === undefined) throw new Error("no such object");
  return {
    name: basename(key),
    damage: (how) => {
      if (how === "removed") s3.objects.delete(key);
      else if (how === "unreadable")
        s3.plan({ on: "get", key: new RegExp(RegExp.escape(key)), times: 1_000, fault: { kind: "status", status: 403, code: "AccessDenied" } });
      else s3.objects.set(key, { ...object, content: damaged(object.content, how) });
    },
    heal: () => {
      s3.heal();
      s3.objects.set(key, object);
    },
  };
}

/** All files a read of the table needs, told by the reads themselves. */
async function victims(bed: TestLake, tableName: string): Promise<readonly Victim[]> {
  const seen = new Set<string>();
  const watched: FileIo = Object.create(await afresh(bed), {
    read: {
      async value(this: FileIo, ...input: Parameters<FileIo["read"]>) {
        seen.add(input[0]);
        return (Object.getPrototypeOf(this) as FileIo).read(...input);
      },
    },
    open: {
      async value(this: FileIo, ...input: Parameters<FileIo["open"]>) {
        seen.add(input[0].uri);
        return (Object.getPrototypeOf(this) as FileIo).open(...input);
      },
    },
  }) as FileIo;
  await readRows(bed, warehouseLake(bed.warehouse, bed.engine, watched), tableName);
  return [...seen].map((uri) => (uri.startsWith("file:") ? onDisk(fileURLToPath(uri)) : inS3(bed, new URL(uri).pathname.slice(1))));
}

let caches = 0;

/** Storage with nothing remembered, as after a restart. */
async function afresh(bed: TestLake): Promise<FileIo> {
  if (bed.storage === undefined) return createLocalFileIo({ root: bed.warehouse });
  caches += 1;
  return bed.storage.another({ cache: join(bed.dir, `cache-${caches}`) });
}

async function readRows(bed: TestLake, lake: Lake, tableName: string): Promise<number> {
  const table = await bed.tx((tx) => lake.open(tx, { workspaceId: bed.workspaceId, tableName }));
  return (await lake.rows(table, { plan: everything(table), limit: 100 })).rows.length;
}

async function outcome(bed: TestLake, tableName: string): Promise<unknown> {
  try {
    return await readRows(bed, warehouseLake(bed.warehouse, bed.engine, await afresh(bed)), tableName);
  } catch (error) {
    return isAppError(error) ? [error.code, basename(String(error.params["name"]))] : error;
  }
}

const CODES: Readonly<Record<"local" | "s3", Readonly<Record<Damage, string>>>> = {
  local: { flipped: "storage.corrupt", truncated: "storage.corrupt", emptied: "storage.corrupt", removed: "storage.missing", unreadable: "storage.failed" },
  s3: { flipped: "storage.corrupt", truncated: "storage.corrupt", emptied: "storage.corrupt", removed: "storage.missing", unreadable: "storage.refused" },
};

describe.each(["local", "s3"] as const)("a damaged file, %s", (storage) => {
  let bed: TestLake;
  let files: readonly Victim[];
  beforeAll(async () => {
    testStorage.kind = storage;
    bed = await testLake();
    await create(bed, "damaged");
    await create(bed, "healthy");
    files = await victims(bed, "damaged");
  });
  afterAll(() => bed[Symbol.asyncDispose]());

  it("is any of those a table is made of", () => {
    const kinds = files.map(({ name }) =>
      name.startsWith("snap-") ? "list" : name.endsWith(".metadata.json") ? "metadata" : name.endsWith(".avro") ? "manifest" : "data",
    );
    expect(
      Object.fromEntries(
        Map.groupBy(kinds, (kind) => kind)
          .entries()
          .map(([kind, all]) => [kind, all.length]),
      ),
    ).toEqual({
      metadata: 1,
      list: 1,
      manifest: 3,
      data: 3,
    });
  });

  it.each(Object.keys(CODES.local) as readonly Damage[])("is named when it is %s, and other tables are read as ever", async (how) => {
    for (const file of files) {
      file.damage(how);
      expect(await outcome(bed, "damaged"), file.name).toEqual([CODES[storage][how], file.name]);
      file.heal();
    }
    expect(await outcome(bed, "healthy")).toBe(17);
    expect(await outcome(bed, "damaged")).toBe(17);
  });
});

describe("a damaged file of another writer, without a checksum", () => {
  let bed: TestLake;
  beforeAll(async () => {
    testStorage.kind = "local";
    bed = await testLake();
  });
  afterAll(() => bed[Symbol.asyncDispose]());

  it("is named when the engine finds it damaged, whichever way it is read", async () => {
    const table = await create(bed, "foreign");
    const file = table.entries.find((entry) => entry.file.content === "data")?.file.uri ?? "";
    await using owner = await connectOwner(bed.connection, "another writer");
    await owner.query("update lake_files set sha256 = null where location = $1", [file]);
    const path = fileURLToPath(file);
    const content = readFileSync(path);
    // The footer's own length, which the engine needs first.
    content.writeUInt32LE(0x7fffffff, content.length - 8);
    writeFileSync(path, content);
    // Engine processes that have read the file before remember what was in it.
    await using engine = createEngine({ tempRoot: join(bed.dir, "another-engine") });
    const lake = warehouseLake(bed.warehouse, engine);
    const opened = await bed.tx((tx) => lake.open(tx, { workspaceId: bed.workspaceId, tableName: "foreign" }));
    const plan = everything(opened);
    const query = { kind: "select", items: [{ expression: { kind: "column", name: "id" }, as: "id" }], from: { kind: "table", name: "t" } } as const;
    const works: readonly (() => Promise<unknown>)[] = [
      () => lake.rows(opened, { plan, limit: 5 }),
      () => lake.count(opened, { plan, search: { text: "x" } }),
      () => lake.stream(opened, { plan }, async ({ batches }) => Array.fromAsync(batches)),
      () => lake.export(opened, { plan, format: { kind: "csv" }, to: join(bed.dir, "never.csv") }),
      () => lake.compute({ tables: { t: { table: opened, plan } }, query }, async ({ batches }) => Array.fromAsync(batches)),
    ];
    for (const work of works) {
      const error = await work().catch((cause: unknown) => cause);
      expect(isAppError(error) ? [error.code, error.params["name"]] : error).toEqual(["storage.corrupt", basename(path)]);
    }
  });
});
