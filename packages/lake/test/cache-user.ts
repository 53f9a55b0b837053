import { readFile } from "node:fs/promises";
import { createFileIo, type StorageOptions, type StoredFile } from "../src/file-io/index.ts";

/** What the test tells a process that uses the shared cache. */
export interface CacheOrder {
  readonly warehouse: string;
  readonly storage: StorageOptions;
  readonly files: readonly StoredFile[];
  /** How often it opens one of the files, checks its content and lets it go; 0: it opens the first and holds it until told to go on. */
  readonly rounds: number;
}

const order = JSON.parse(process.argv[2] ?? "{}") as CacheOrder;
const fileIo = await createFileIo(order.warehouse, order.storage);

/** Every file of the test consists of one letter, its own. */
async function isWhole(path: string, file: StoredFile): Promise<boolean> {
  return (await readFile(path, "utf8")) === (file.uri.at(-1) ?? "").repeat(file.bytes);
}

async function open(index: number): Promise<boolean> {
  const file = order.files[index];
  if (file === undefined) throw new Error("no such file");
  await using local = await fileIo.open(file);
  if (order.rounds === 0) {
    process.send?.("holding");
    await new Promise((resolve) => process.once("message", resolve));
  }
  return await isWhole(local.path, file);
}

let damaged = 0;
for (let round = 0; round < Math.max(1, order.rounds); round += 1) {
  const index = order.rounds === 0 ? 0 : Math.floor(Math.random() * order.files.length);
  if (!(await open(index))) damaged += 1;
}
await fileIo[Symbol.asyncDispose]();
process.send?.(`damaged: ${damaged}`);
process.disconnect?.();
