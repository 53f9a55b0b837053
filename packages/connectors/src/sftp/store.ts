import { randomBytes } from "node:crypto";
import { posix } from "node:path";
import type SftpClient from "ssh2-sftp-client";
import type { ConnectorContext } from "../connector.ts";
import type { FileStore, ListedFile } from "../files/index.ts";
import { configOf, openSession, sftpFault } from "./client.ts";
import { unlessStopped } from "./unless-stopped.ts";

/** Runs a request; its faults become problems, and an abort is thrown as it is. */
async function ask<T>(context: ConnectorContext, path: string, work: () => Promise<T>): Promise<T> {
  const { signal } = context;
  signal.throwIfAborted();
  try {
    return await unlessStopped(signal, work());
  } catch (error) {
    signal.throwIfAborted();
    throw sftpFault(error, configOf(context).host, path);
  }
}

async function* walk(context: ConnectorContext, client: SftpClient, folder: string, below: string): AsyncGenerator<ListedFile> {
  const entries = await ask(context, below, () => client.list(posix.join(folder, below)));
  for (const { type, name, size, modifyTime } of entries) {
    const path = below === "" ? name : `${below}/${name}`;
    if (type === "d") yield* walk(context, client, folder, path);
    else if (type === "-" && !name.startsWith(".")) yield { path, bytes: size, modifiedMs: modifyTime, version: `${size}-${modifyTime}` };
  }
}

/** The folder of a connection on its server. */
export async function openFolder(context: ConnectorContext): Promise<FileStore & AsyncDisposable> {
  const session = await openSession(context);
  const { client } = session;
  const { folder } = configOf(context);
  return {
    list: async function* list(prefix) {
      for await (const file of walk(context, client, folder, "")) if (file.path.startsWith(prefix)) yield file;
    },
    fetch: (file, to) =>
      ask(context, file.path, async () => {
        await client.fastGet(posix.join(folder, file.path), to);
      }),
    store: (path, from) =>
      ask(context, path, async () => {
        const target = posix.join(folder, path);
        const unfinished = posix.join(posix.dirname(target), `.${randomBytes(8).toString("hex")}.part`);
        await client.mkdir(posix.dirname(target), true).catch(() => undefined);
        await client.fastPut(from, unfinished);
        await client.posixRename(unfinished, target).catch(async (error: unknown) => {
          await client.delete(unfinished, true);
          throw error;
        });
      }),
    [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
  };
}
