import { ApiError, isApiError } from "@granary/client";
import type { Upload } from "@granary/protocol";

/** The calls of the API that a file is sent by. */
export interface UploadParts {
  begin(file: File, signal: AbortSignal): Promise<Upload>;
  look(id: Upload["id"], signal: AbortSignal): Promise<Upload>;
  append(
    id: Upload["id"],
    part: { readonly offset: number; readonly bytes: Blob },
    options: { onSent: (sent: number) => void; signal: AbortSignal },
  ): Promise<Upload>;
}

export interface SendFile {
  readonly file: File;
  readonly parts: UploadParts;
  /** An upload of the same file that was cut off; it is continued. */
  readonly begun?: Upload | undefined;
  readonly onBegun: (upload: Upload) => void;
  readonly onSent: (bytes: number) => void;
  /** The connection is lost and tried again. */
  readonly onWaiting: (isWaiting: boolean) => void;
  readonly signal: AbortSignal;
  /** Waits before another try. */
  readonly pause: (ms: number, signal: AbortSignal) => Promise<void>;
}

const FIRST_PAUSE_MS = 1_000;
const MAX_PAUSE_MS = 30_000;

/** 507 says there is no room, which does not pass; a virus scanner that is down is for people to see. */
const isPassing = (error: unknown): boolean =>
  error instanceof ApiError &&
  error.code !== "upload.scan_failed" &&
  (error.status === 0 || error.status === 429 || (error.status >= 500 && error.status !== 507));

const offsetOf = (error: ApiError): number | undefined => {
  const { current } = error;
  return typeof current === "object" && current !== null && "offset" in current && typeof current.offset === "number" ? current.offset : undefined;
};

/** Tries again for as long as only the connection or the server's load is at fault. */
async function patiently<T>({ onWaiting, signal, pause }: SendFile, work: () => Promise<T>): Promise<T> {
  for (let wait = FIRST_PAUSE_MS; ; wait = Math.min(wait * 2, MAX_PAUSE_MS)) {
    try {
      const result = await work();
      onWaiting(false);
      return result;
    } catch (error) {
      if (!isPassing(error)) throw error;
      onWaiting(true);
      await pause(wait, signal);
    }
  }
}

/** Sends the part at an offset; where the server is elsewhere, answers the upload as it stands there. */
async function sendPart(request: SendFile, upload: Upload, offset: number): Promise<Upload> {
  const { file, parts, onSent, signal } = request;
  const bytes = file.slice(offset, offset + upload.partBytes);
  try {
    return await parts.append(upload.id, { offset, bytes }, { onSent: (sent) => onSent(offset + Math.min(sent, bytes.size)), signal });
  } catch (error) {
    if (!isApiError(error, "upload.wrong_offset")) throw error;
    return { ...(await parts.look(upload.id, signal)), offset: offsetOf(error) ?? offset };
  }
}

/** Sends a file part by part, from where an earlier try ended, until all of it is there. */
export async function sendFile(request: SendFile): Promise<Upload> {
  const { file, parts, begun, signal } = request;
  let upload = await patiently(request, () => (begun === undefined ? parts.begin(file, signal) : parts.look(begun.id, signal)));
  request.onBegun(upload);
  while (upload.status === "receiving") {
    const { offset } = upload;
    request.onSent(offset);
    upload = await patiently(request, () => sendPart(request, upload, offset));
  }
  request.onSent(upload.offset);
  return upload;
}
