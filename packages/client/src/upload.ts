import { type ApiError, errorFromAnswer, unreachable } from "./api-error.ts";
import type { Method } from "@granary/protocol";

/** Bytes that have left this machine, of how many. */
export interface UploadProgress {
  readonly sent: number;
  readonly total: number;
}

/** A file on its way up, with the fields of the form it belongs to. */
export interface UploadContent {
  readonly file: Blob;
  /** Name given to the file; a File brings its own. */
  readonly fileName?: string | undefined;
  /** Form fields, sent before the file so that the server knows them when its bytes arrive. */
  readonly fields?: Readonly<Record<string, string>> | undefined;
}

export interface UploadRequest {
  readonly method: Method;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: FormData | Blob;
  readonly signal: AbortSignal | undefined;
  readonly onProgress: ((progress: UploadProgress) => void) | undefined;
}

/** The answer of an upload: its status and its text. */
export interface UploadAnswer {
  readonly status: number;
  readonly text: string;
  readonly error: ApiError | undefined;
}

/** The form data of an upload: fields first, the file last. */
export function formOf(content: UploadContent): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(content.fields ?? {})) form.append(name, value);
  const ownName = "name" in content.file && typeof content.file.name === "string" ? content.file.name : "file";
  form.append("file", content.file, content.fileName ?? ownName);
  return form;
}

/** The part of XMLHttpRequest used here; the server's type check knows no DOM, and this package runs in both places. */
interface ProgressingRequest {
  readonly status: number;
  readonly responseText: string;
  readonly upload: { onprogress: ((event: { loaded: number; total: number; lengthComputable: boolean }) => void) | null };
  onload: (() => void) | null;
  onerror: (() => void) | null;
  onabort: (() => void) | null;
  open(method: string, url: string): void;
  setRequestHeader(name: string, value: string): void;
  getResponseHeader(name: string): string | null;
  send(body: FormData | Blob): void;
  abort(): void;
}

function progressingRequest(): (new () => ProgressingRequest) | undefined {
  return (globalThis as { readonly XMLHttpRequest?: new () => ProgressingRequest }).XMLHttpRequest;
}

/** Whether uploads can report their progress here: only XMLHttpRequest does, fetch knows nothing of sent bytes. */
export const canReportProgress = (): boolean => progressingRequest() !== undefined;

function answerOf(xhr: ProgressingRequest): UploadAnswer {
  const failed = xhr.status < 200 || xhr.status > 299;
  const error = failed ? errorFromAnswer(xhr.status, xhr.responseText, (name) => xhr.getResponseHeader(name)) : undefined;
  return { status: xhr.status, text: xhr.responseText, error };
}

/** Sends an upload by XMLHttpRequest. Rejects with the signal's reason when it fires, with `network.unreachable` when nothing answers. */
export async function sendWithProgress(request: UploadRequest): Promise<UploadAnswer> {
  const Xhr = progressingRequest();
  if (Xhr === undefined) throw new TypeError("XMLHttpRequest is not available here");
  const { signal, onProgress, body } = request;
  signal?.throwIfAborted();
  const xhr = new Xhr();
  const abort = () => xhr.abort();
  xhr.open(request.method, request.url);
  for (const [name, value] of Object.entries(request.headers)) xhr.setRequestHeader(name, value);
  xhr.upload.onprogress = (event) => onProgress?.({ sent: event.loaded, total: event.lengthComputable ? event.total : event.loaded });
  signal?.addEventListener("abort", abort, { once: true });
  try {
    return await new Promise<UploadAnswer>((resolve, reject) => {
      xhr.onload = () => resolve(answerOf(xhr));
      xhr.onerror = () => reject(unreachable(undefined));
      xhr.onabort = () => reject(signal?.reason instanceof Error ? signal.reason : new DOMException("The upload was cancelled", "AbortError"));
      xhr.send(body);
    });
  } finally {
    signal?.removeEventListener("abort", abort);
  }
}
