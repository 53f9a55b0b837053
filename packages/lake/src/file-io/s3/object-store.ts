import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { type Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { DeleteObjectCommand, DeleteObjectsCommand, GetObjectCommand, ListObjectsV2Command, PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import type { Deadline } from "./deadline.ts";
import { createLimit } from "./limit.ts";
import { Requests, type S3Access } from "./requests.ts";
import { lacksBulkDelete, WrongContent } from "./s3-errors.ts";
import { uploadInParts } from "./upload-in-parts.ts";

export interface ObjectStoreOptions extends S3Access {
  readonly bucket: string;
  /** Size of the parts of big files; at least 5 MiB at Amazon. */
  readonly partBytes?: number;
}

export interface ListedObject {
  readonly key: string;
  readonly bytes: number;
  readonly modifiedAt: Date;
}

/** What a downloaded object must be like. */
export interface ExpectedObject {
  readonly bytes: number;
  readonly sha256?: string;
}

const PART_BYTES = 8 * 1024 * 1024;
/** S3's bound for one bulk deletion. */
const MAX_DELETED = 1_000;
/** Whole files at once: enough to fill a fast line, few enough that each arrives in its time. */
const CONCURRENT_DOWNLOADS = 8;
const CONCURRENT_UPLOADS = 4;
const CONCURRENT_DELETIONS = 8;

function measuring(deadline: Deadline): { readonly stream: Transform; require(expected: ExpectedObject): void } {
  const hash = createHash("sha256");
  let bytes = 0;
  const stream = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      deadline.touch();
      hash.update(chunk);
      bytes += chunk.length;
      done(null, chunk);
    },
  });
  return {
    stream,
    require(expected) {
      if (bytes !== expected.bytes) throw new WrongContent(`it has ${bytes} bytes instead of ${expected.bytes}`);
      if (expected.sha256 !== undefined && hash.digest("hex") !== expected.sha256) throw new WrongContent("its checksum differs");
    },
  };
}

/** The objects of one bucket. Errors are those of the SDK and of sockets; `toProblem` makes them the platform's. */
export class ObjectStore implements Disposable {
  readonly #requests: Requests;
  readonly #bucket: string;
  readonly #partBytes: number;
  readonly #download = createLimit(CONCURRENT_DOWNLOADS);
  readonly #upload = createLimit(CONCURRENT_UPLOADS);

  constructor(options: ObjectStoreOptions) {
    this.#requests = new Requests(options);
    this.#bucket = options.bucket;
    this.#partBytes = options.partBytes ?? PART_BYTES;
  }

  /** Stores small content. */
  async put(key: string, content: Uint8Array): Promise<void> {
    const input = { Bucket: this.#bucket, Key: key, Body: content };
    await this.#requests.run({ bytes: content.length, isSilent: true }, (client, { signal }) =>
      client.send(new PutObjectCommand(input), { abortSignal: signal }),
    );
  }

  /** Stores a local file, a big one in parts. */
  async upload(key: string, path: string, bytes: number): Promise<void> {
    await this.#upload(async () => {
      if (bytes <= this.#partBytes * 2) await this.put(key, await readFile(path));
      else await uploadInParts(this.#requests, { bucket: this.#bucket, key, path, bytes, partBytes: this.#partBytes });
    });
  }

  /** Writes an object into a local file, and fails when it is not what was expected. */
  async download(key: string, path: string, expected: ExpectedObject): Promise<void> {
    await this.#download(() =>
      this.#requests.run({ bytes: expected.bytes }, async (client, deadline) => {
        const body = await this.#get(client, deadline, key, expected.bytes);
        const measure = measuring(deadline);
        await pipeline(body, measure.stream, createWriteStream(path, { mode: 0o600 }), { signal: deadline.signal });
        measure.require(expected);
      }),
    );
  }

  /** The content of a small object of unknown size. */
  async read(key: string): Promise<Buffer> {
    return this.#requests.run({}, async (client, deadline) => {
      const chunks: Buffer[] = [];
      await pipeline(
        await this.#get(client, deadline, key),
        async function (source: AsyncIterable<Buffer>) {
          for await (const chunk of source) {
            deadline.touch();
            chunks.push(chunk);
          }
        },
        { signal: deadline.signal },
      );
      return Buffer.concat(chunks);
    });
  }

  /** Deletes objects; those that are gone already are no error. */
  async delete(keys: readonly string[]): Promise<void> {
    const groups = Array.from({ length: Math.ceil(keys.length / MAX_DELETED) }, (_, index) => keys.slice(index * MAX_DELETED, (index + 1) * MAX_DELETED));
    for (const group of groups) await this.#deleteGroup(group);
  }

  /** All objects whose keys begin with a prefix, page by page. */
  async *list(prefix: string): AsyncGenerator<ListedObject> {
    for (let token: string | undefined; ; ) {
      const input = { Bucket: this.#bucket, Prefix: prefix, EncodingType: "url" as const, ...(token === undefined ? {} : { ContinuationToken: token }) };
      const page = await this.#requests.run({}, (client, { signal }) => client.send(new ListObjectsV2Command(input), { abortSignal: signal }));
      for (const { Key = "", Size = 0, LastModified = new Date() } of page.Contents ?? []) {
        // XML cannot hold every character of a key, so they come encoded as in a form.
        const key = page.EncodingType === "url" ? decodeURIComponent(Key.replaceAll("+", " ")) : Key;
        yield { key, bytes: Size, modifiedAt: LastModified };
      }
      if (page.IsTruncated !== true || page.NextContinuationToken === undefined) return;
      token = page.NextContinuationToken;
    }
  }

  [Symbol.dispose](): void {
    this.#requests[Symbol.dispose]();
  }

  async #get(client: S3Client, deadline: Deadline, key: string, bytes?: number): Promise<Readable> {
    const { Body, ContentLength } = await client.send(new GetObjectCommand({ Bucket: this.#bucket, Key: key }), { abortSignal: deadline.signal });
    const body = Body as Readable;
    if (bytes === undefined || ContentLength === undefined || ContentLength === bytes) return body;
    body.destroy();
    throw new WrongContent(`it has ${ContentLength} bytes instead of ${bytes}`);
  }

  async #deleteGroup(keys: readonly string[]): Promise<void> {
    const [only] = keys;
    if (keys.length === 1 && only !== undefined) return this.#deleteOne(only);
    const Delete = { Quiet: true, Objects: keys.map((key) => ({ Key: key })) };
    try {
      const { Errors = [] } = await this.#requests.run({}, (client, { signal }) =>
        client.send(new DeleteObjectsCommand({ Bucket: this.#bucket, Delete }), { abortSignal: signal }),
      );
      // What could not be deleted together is tried alone, which also tells why.
      await this.#deleteEach(Errors.flatMap(({ Key }) => (Key === undefined ? [] : [Key])));
    } catch (error) {
      if (!lacksBulkDelete(error)) throw error;
      await this.#deleteEach(keys);
    }
  }

  async #deleteEach(keys: readonly string[]): Promise<void> {
    const limit = createLimit(CONCURRENT_DELETIONS);
    await Promise.all(keys.map((key) => limit(() => this.#deleteOne(key))));
  }

  async #deleteOne(key: string): Promise<void> {
    await this.#requests.run({}, (client, { signal }) => client.send(new DeleteObjectCommand({ Bucket: this.#bucket, Key: key }), { abortSignal: signal }));
  }
}
