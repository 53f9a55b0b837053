import type { RouteResult, Routes } from "@granary/protocol";
import { isApiError } from "./api-error.ts";
import type { Client } from "./create-client.ts";
import type { UploadProgress } from "./upload.ts";

type Upload = RouteResult<Routes["uploads.get"]>;

/** Pauses before a part is sent again, in ms: half a minute of a lost connection is waited out. */
const PAUSES_MS = [250, 500, 1_000, 2_000, 4_000, 8_000, 16_000] as const;

/** A file to be sent in parts. */
export interface FileUpload {
  readonly file: Blob;
  /** Name given to the file; a File brings its own. */
  readonly fileName?: string | undefined;
  /** Of the whole file, when it is known: the server compares. */
  readonly sha256?: string | undefined;
  /** The id of an upload of this very file that was begun before and is to be continued. */
  readonly resume?: string | undefined;
  /** Told once the upload has an id, to be kept for continuing after a reload. */
  readonly onBegun?: ((upload: Upload) => void) | undefined;
  readonly onProgress?: ((progress: UploadProgress) => void) | undefined;
  /** Ends the sending; what has arrived stays and can be continued. */
  readonly signal?: AbortSignal | undefined;
}

function nameOf({ file, fileName }: FileUpload): string {
  if (fileName !== undefined) return fileName;
  return "name" in file && typeof file.name === "string" && file.name !== "" ? file.name : "file";
}

function wait(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", onAbort);
      resolve();
    }, ms);
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}

/** Whether sending again may help: nothing answered, the server restarts, or it is busy. */
const isPassing = (error: unknown): boolean =>
  isApiError(error) && (error.status === 0 || error.status === 429 || error.status === 502 || error.status === 503 || error.status === 504);

async function begin(client: Client, input: FileUpload): Promise<Upload> {
  const { file, sha256, signal, resume } = input;
  if (resume === undefined)
    return client.call("uploads.create", { body: { fileName: nameOf(input), bytes: file.size, ...(sha256 === undefined ? {} : { sha256 }) }, signal });
  const upload = await client.call("uploads.get", { params: { id: resume }, signal });
  if (upload.bytes !== file.size) throw new RangeError(`The upload ${resume} is of a file of ${upload.bytes} bytes; this one has ${file.size}.`);
  return upload;
}

/** Sends the next part; where the server stands elsewhere than thought, its word is taken. */
async function sendNext(client: Client, input: FileUpload, upload: Upload): Promise<Upload> {
  const { file, signal, onProgress } = input;
  const { id, offset, bytes, partBytes } = upload;
  const part = file.slice(offset, Math.min(offset + partBytes, bytes), "application/octet-stream");
  const report = ({ sent }: UploadProgress): void => onProgress?.({ sent: Math.min(offset + sent, bytes), total: bytes });
  try {
    return await client.upload("uploads.append", { params: { id }, query: { offset }, file: part, signal, onProgress: report });
  } catch (error) {
    if (isApiError(error) && error.code === "upload.wrong_offset") return client.call("uploads.get", { params: { id }, signal });
    throw error;
  }
}

/**
 * Sends a file in parts and answers the whole upload. Waits out lost connections and restarts for half a minute; after that, or
 * after a reload, call it again with `resume`. Progress counts the bytes of the whole file. Throws ApiError, or the signal's reason.
 */
export async function uploadFile(client: Client, input: FileUpload): Promise<Upload> {
  let upload = await begin(client, input);
  input.onBegun?.(upload);
  for (let failures = 0; upload.status === "receiving"; ) {
    input.signal?.throwIfAborted();
    try {
      upload = await sendNext(client, input, upload);
      failures = 0;
      input.onProgress?.({ sent: upload.offset, total: upload.bytes });
    } catch (error) {
      const pause = PAUSES_MS[failures];
      if (pause === undefined || !isPassing(error)) throw error;
      failures += 1;
      await wait(pause, input.signal);
    }
  }
  return upload;
}
