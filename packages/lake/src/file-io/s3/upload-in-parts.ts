import { type FileHandle, open } from "node:fs/promises";
import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  HeadObjectCommand,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { createLimit } from "./limit.ts";
import type { Requests } from "./requests.ts";
import { isMissingUpload, WrongContent } from "./s3-errors.ts";

/** S3's own bounds: a part has at least 5 MiB, an upload at most 10,000 parts. */
const MAX_PARTS = 10_000;
const CONCURRENT_PARTS = 3;

export interface BigFile {
  readonly bucket: string;
  readonly key: string;
  /** A local file. */
  readonly path: string;
  readonly bytes: number;
  readonly partBytes: number;
}

type Place = { readonly Bucket: string; readonly Key: string; readonly UploadId: string };

async function sendPart(requests: Requests, file: FileHandle, place: Place, part: { number: number; start: number; bytes: number }): Promise<CompletedPart> {
  const body = Buffer.allocUnsafe(part.bytes);
  const { bytesRead } = await file.read(body, 0, part.bytes, part.start);
  if (bytesRead !== part.bytes) throw new Error("the file changed while it was uploaded");
  const { ETag } = await requests.run({ bytes: part.bytes, isSilent: true }, (client, { signal }) =>
    client.send(new UploadPartCommand({ ...place, PartNumber: part.number, Body: body }), { abortSignal: signal }),
  );
  return { PartNumber: part.number, ...(ETag === undefined ? {} : { ETag }) };
}

async function sendParts(requests: Requests, place: Place, input: BigFile): Promise<CompletedPart[]> {
  await using file = await open(input.path, "r");
  const partBytes = Math.max(input.partBytes, Math.ceil(input.bytes / MAX_PARTS));
  const limit = createLimit(CONCURRENT_PARTS);
  const failed = new AbortController();
  const parts = Array.from({ length: Math.ceil(input.bytes / partBytes) }, (_, index) => {
    const start = index * partBytes;
    return limit(async () => {
      failed.signal.throwIfAborted();
      return sendPart(requests, file, place, { number: index + 1, start, bytes: Math.min(partBytes, input.bytes - start) });
    }).catch((error: unknown) => {
      failed.abort(error);
      throw error;
    });
  });
  // The handle stays open until the last part has let go of it.
  const settled = await Promise.allSettled(parts);
  failed.signal.throwIfAborted();
  return settled.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
}

/** The object's size must be the file's: an answer that was lost may have left the object whole, or not there. */
async function requireWhole(requests: Requests, input: BigFile): Promise<void> {
  const { ContentLength } = await requests.run({}, (client, { signal }) =>
    client.send(new HeadObjectCommand({ Bucket: input.bucket, Key: input.key }), { abortSignal: signal }),
  );
  if (ContentLength !== input.bytes) throw new WrongContent(`it has ${ContentLength} bytes instead of ${input.bytes}`);
}

async function join(requests: Requests, place: Place, parts: CompletedPart[]): Promise<void> {
  try {
    await requests.run({ isSilent: true }, (client, { signal }) =>
      client.send(new CompleteMultipartUploadCommand({ ...place, MultipartUpload: { Parts: parts } }), { abortSignal: signal }),
    );
  } catch (error) {
    // A first try may have joined the parts without its answer arriving; the size tells.
    if (!isMissingUpload(error)) throw error;
  }
}

/** Uploads a big file part by part; what was sent of one that fails is taken back. */
export async function uploadInParts(requests: Requests, input: BigFile): Promise<void> {
  const object = { Bucket: input.bucket, Key: input.key };
  const { UploadId = "" } = await requests.run({}, (client, { signal }) => client.send(new CreateMultipartUploadCommand(object), { abortSignal: signal }));
  const place = { ...object, UploadId };
  try {
    await join(requests, place, await sendParts(requests, place, input));
    await requireWhole(requests, input);
  } catch (error) {
    // Should this fail too, the bucket's own rule for unfinished uploads is what is left; the first error tells more.
    await requests.run({}, (client, { signal }) => client.send(new AbortMultipartUploadCommand(place), { abortSignal: signal })).catch(() => undefined);
    throw error;
  }
}
