import { readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { isAppError } from "@granary/kernel";
import { createFileIo, createLocalFileIo, type FileIo, type StorageOptions, type StoredFile } from "../src/file-io/index.ts";

/** What the test tells a process that works on a disk of 1 MiB. */
export interface SmallDiskOrder {
  readonly disk: string;
  /** A directory on another disk. */
  readonly elsewhere: string;
  readonly warehouse: string;
  readonly storage: StorageOptions;
  readonly files: readonly StoredFile[];
}

const order = JSON.parse(process.argv[2] ?? "{}") as SmallDiskOrder;

async function codeOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => "done",
    (error: unknown) => (isAppError(error) ? error.code : String(error)),
  );
}

async function fill(fileIo: FileIo, uriOf: (name: string) => string): Promise<{ stored: string[]; code: string }> {
  const stored: string[] = [];
  for (;;) {
    const uri = uriOf(`file-${stored.length}`);
    const code = await codeOf(fileIo.write(uri, Buffer.alloc(100_000, "x")));
    if (code !== "done") return { stored, code };
    stored.push(uri);
  }
}

async function local(): Promise<Record<string, unknown>> {
  const root = join(order.disk, "lake");
  const fileIo = createLocalFileIo({ root });
  const uriOf = (name: string): string => pathToFileURL(join(root, "t", name)).href;
  const { stored, code } = await fill(fileIo, uriOf);
  const scratch = join(order.elsewhere, "scratch");
  writeFileSync(scratch, Buffer.alloc(400_000, "y"));
  const published = await codeOf(fileIo.publish(scratch, uriOf("published")));
  const result = {
    written: stored.length,
    code,
    published,
    leftInScratch: readdirSync(join(root, ".staging")),
    isListed: readdirSync(join(root, "t")).length === stored.length,
    stillReads: (await fileIo.read(stored[0] ?? "")).length,
  };
  await fileIo.delete(stored);
  const afterwards = await codeOf(fileIo.publish(scratch, uriOf("published")));
  rmSync(root, { recursive: true });
  return { ...result, afterwards };
}

async function cache(): Promise<Record<string, unknown>> {
  const fileIo = await createFileIo(order.warehouse, order.storage);
  const [small, ...rest] = order.files.map((file) => async () => {
    await using copy = await fileIo.open(file);
    return copy.path;
  });
  const codes: string[] = [];
  for (const open of rest) codes.push(await codeOf(open()));
  return {
    codes,
    afterwards: await codeOf(small?.() ?? Promise.resolve()),
    written: await codeOf(fileIo.write(`${order.warehouse}/w`, Buffer.alloc(900_000))),
  };
}

process.stdout.write(JSON.stringify({ local: await local(), cache: await cache() }));
process.exit(0);
