import { createReadStream, createWriteStream } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { problem } from "@granary/protocol";
import type { ConnectorContext } from "../connector.ts";
import type { FileStore, ListedFile } from "../files/index.ts";
import { configOf, endpointOf, openClient } from "./client.ts";
import { s3Fault } from "./faults.ts";

/** What one request can put. */
const MAX_PUT_BYTES = 5 * 1024 ** 3;

/** Held in memory, a body can be sent again when the first attempt fails. */
const MAX_HELD_BYTES = 16 * 1024 * 1024;

const folderOf = (prefix: string): string => (prefix === "" || prefix.endsWith("/") ? prefix : `${prefix}/`);

/** Runs a request; its faults become problems, and an abort is thrown as it is. */
async function ask<T>(context: ConnectorContext, key: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    context.signal.throwIfAborted();
    throw s3Fault(error, endpointOf(configOf(context)).host, key);
  }
}

async function* list(context: ConnectorContext, client: S3Client, base: string, prefix: string): AsyncGenerator<ListedFile> {
  const { bucket } = configOf(context);
  let token: string | undefined;
  do {
    const command = new ListObjectsV2Command({ Bucket: bucket, Prefix: `${base}${prefix}`, ...(token === undefined ? {} : { ContinuationToken: token }) });
    const page = await ask(context, prefix, () => client.send(command, { abortSignal: context.signal }));
    for (const { Key: key = "", Size: bytes = 0, LastModified: modified, ETag: etag = "" } of page.Contents ?? []) {
      if (key.endsWith("/")) continue;
      yield { path: key.slice(base.length), bytes, modifiedMs: modified?.getTime() ?? 0, version: `${etag}-${bytes}` };
    }
    token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
  } while (token !== undefined);
}

/** The objects below a connection's prefix. */
export async function openBucket(context: ConnectorContext): Promise<FileStore & AsyncDisposable> {
  const client = await openClient(context);
  const { bucket, prefix = "" } = configOf(context);
  const base = folderOf(prefix);
  return {
    list: (below) => list(context, client, base, below),
    fetch: (file, to) =>
      ask(context, file.path, async () => {
        const found = await client.send(new GetObjectCommand({ Bucket: bucket, Key: `${base}${file.path}` }), { abortSignal: context.signal });
        await pipeline(found.Body as Readable, createWriteStream(to, { flags: "wx", mode: 0o600 }), { signal: context.signal });
      }),
    store: (path, from) =>
      ask(context, path, async () => {
        const { size } = await stat(from);
        if (size > MAX_PUT_BYTES)
          throw problem("connection.target_invalid", { reason: "a file of more than 5 GB cannot be put at once; write Parquet, or fewer rows" });
        const body = size <= MAX_HELD_BYTES ? await readFile(from) : createReadStream(from);
        await client.send(new PutObjectCommand({ Bucket: bucket, Key: `${base}${path}`, Body: body, ContentLength: size }), { abortSignal: context.signal });
      }),
    [Symbol.asyncDispose]: async () => client.destroy(),
  };
}
