import { randomBytes } from "node:crypto";
import { constants, createReadStream, createWriteStream } from "node:fs";
import { copyFile, lstat, mkdir, open, readdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import type { ConnectorContext } from "../connector.ts";
import type { FileStore, ListedFile } from "../files/index.ts";
import { requireAllowedFolder, requireInside } from "./allowed.ts";

async function* walk(folder: string, below: string): AsyncGenerator<ListedFile> {
  const entries = await readdir(join(folder, below), { withFileTypes: true });
  for (const entry of entries) {
    const path = below === "" ? entry.name : `${below}/${entry.name}`;
    // Links are passed over: they may lead out of the folder.
    if (entry.isDirectory()) yield* walk(folder, path);
    else if (entry.isFile() && !entry.name.startsWith(".")) {
      const { size, mtimeMs, ino } = await lstat(join(folder, path));
      yield { path, bytes: size, modifiedMs: Math.floor(mtimeMs), version: `${size}-${mtimeMs}-${ino}` };
    }
  }
}

/** The folder of a connection. */
export async function openFolder(context: ConnectorContext): Promise<FileStore & AsyncDisposable> {
  const folder = await requireAllowedFolder(context);
  return {
    list: async function* list(prefix) {
      for await (const file of walk(folder, "")) if (file.path.startsWith(prefix)) yield file;
    },
    fetch: async (file, to) => {
      const from = await requireInside(folder, file.path);
      // A link that was put there after the check is not followed.
      await using source = await open(from, constants.O_RDONLY | constants.O_NOFOLLOW);
      await pipeline(createReadStream(from, { fd: source, autoClose: false }), createWriteStream(to, { flags: "wx", mode: 0o600 }), { signal: context.signal });
    },
    store: async (path, from) => {
      const parent = dirname(path);
      let made = folder;
      for (const name of parent === "." ? [] : parent.split("/")) {
        made = join(made, name);
        await mkdir(made).catch((error: NodeJS.ErrnoException) => {
          if (error.code !== "EEXIST") throw error;
        });
        await requireInside(folder, made.slice(folder.length + 1));
      }
      const unfinished = join(made, `.${randomBytes(8).toString("hex")}.part`);
      try {
        await copyFile(from, unfinished, constants.COPYFILE_EXCL);
        await rename(unfinished, join(folder, path));
      } finally {
        await rm(unfinished, { force: true });
      }
    },
    [Symbol.asyncDispose]: async () => undefined,
  };
}
