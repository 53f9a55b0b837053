import type { RouteId, RouteRequest, RouteResult, Routes } from "@granary/protocol";
import { ApiError, errorFromAnswer, unreachable } from "./api-error.ts";
import { addressOf, type CallParts, headersOf, routeEntry, type Sender } from "./build-request.ts";
import { canReportProgress, formOf, sendWithProgress, type UploadAnswer, type UploadContent, type UploadProgress } from "./upload.ts";

type Given = string | (() => string | undefined);

/** How a client reaches the server and as whom. */
export interface ClientOptions {
  /** Origin of the server without a slash at the end; empty for the origin of the page. */
  readonly baseUrl?: string;
  readonly fetch?: typeof globalThis.fetch;
  /** Access token or API key. Absent in browsers, where the session cookie speaks. */
  readonly token?: Given | undefined;
  /** Workspace of the requests, by id or slug. */
  readonly workspace?: Given | undefined;
  /** Further headers of a call. */
  readonly headers?: (id: RouteId, params: Readonly<Record<string, unknown>>) => Readonly<Record<string, string>>;
  /** Called on 401. Answer true after obtaining a new token, and the call is made once more. */
  readonly onUnauthorized?: (error: ApiError) => boolean | void | Promise<boolean | void>;
}

/** What every call may add to the route's own request. */
export interface CallOptions {
  /** The `version` of the object as it was read; needed by edits of versioned objects. */
  readonly version?: number | undefined;
  readonly idempotencyKey?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

export type CallRequest<I extends RouteId> = RouteRequest<Routes[I]> & CallOptions;
type CallArguments<I extends RouteId> = Record<never, never> extends RouteRequest<Routes[I]> ? [request?: CallRequest<I>] : [request: CallRequest<I>];

export type UploadRequestOf<I extends RouteId> = Omit<RouteRequest<Routes[I]>, "body"> &
  CallOptions &
  UploadContent & { readonly onProgress?: ((progress: UploadProgress) => void) | undefined };

/** A file that is arriving. Read `stream` to its end, or cancel it. */
export interface Download {
  readonly stream: ReadableStream<Uint8Array>;
  readonly fileName: string | undefined;
  readonly contentType: string | undefined;
  /** Bytes to come, when the server knows. */
  readonly size: number | undefined;
}

/** The typed way to the API. Every failure is an ApiError, except an abort by the caller. */
export interface Client {
  /** Calls a JSON route by its id and answers its body; undefined where the route has no content. */
  call<I extends RouteId>(id: I, ...args: CallArguments<I>): Promise<RouteResult<Routes[I]>>;
  /** Sends a file to a `multipart` or `bytes` route, with progress in browsers. */
  upload<I extends RouteId>(id: I, request: UploadRequestOf<I>): Promise<RouteResult<Routes[I]>>;
  /** Opens a route that answers a stream. */
  download<I extends RouteId>(id: I, ...args: CallArguments<I>): Promise<Download>;
  /** The address of a call, for links. */
  url<I extends RouteId>(id: I, ...args: CallArguments<I>): string;
}

/** The one optional argument of a call; its type per route is too wide a union to be narrowed inside. */
const partsOf = (args: readonly unknown[]): CallParts & CallOptions => args[0] ?? {};

const resolve = (given: Given | undefined): string | undefined => (typeof given === "function" ? given() : given);

function isAbort(error: unknown): boolean {
  return error instanceof Error && (error.name === "AbortError" || error.name === "TimeoutError");
}

function readBody(text: string, status: number): unknown {
  if (text === "") return undefined;
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ApiError("The server's answer could not be read. Reload the page; if it stays, a proxy in between may be changing answers.", {
      status,
      code: "network.unreadable",
      cause,
    });
  }
}

function fileNameOf(disposition: string | null): string | undefined {
  const encoded = disposition?.match(/filename\*=UTF-8''([^;]+)/i)?.[1];
  return encoded === undefined ? disposition?.match(/filename="([^"]+)"/i)?.[1] : decodeURIComponent(encoded);
}

class HttpClient implements Client {
  readonly #options: ClientOptions;
  readonly #fetch: typeof globalThis.fetch;

  constructor(options: ClientOptions) {
    this.#options = options;
    this.#fetch = options.fetch ?? ((input, init) => globalThis.fetch(input, init));
  }

  #sender(): Sender {
    return { baseUrl: this.#options.baseUrl ?? "", token: resolve(this.#options.token), workspace: resolve(this.#options.workspace) };
  }

  async #again(error: ApiError): Promise<boolean> {
    return error.status === 401 && (await this.#options.onUnauthorized?.(error)) === true;
  }

  async #send(id: RouteId, parts: CallParts & CallOptions, mayRepeat = true): Promise<Response> {
    const sender = this.#sender();
    const headers = { ...headersOf(id, parts, sender), ...this.#options.headers?.(id, (parts.params ?? {}) as Readonly<Record<string, unknown>>) };
    const init: RequestInit = { method: routeEntry(id)[0], headers, credentials: "same-origin", signal: parts.signal ?? null };
    if (parts.body !== undefined) {
      headers["content-type"] = "application/json";
      init.body = JSON.stringify(parts.body);
    }
    const response = await this.#fetch(addressOf(id, parts, sender.baseUrl), init).catch((cause: unknown) => {
      throw isAbort(cause) ? cause : unreachable(cause);
    });
    if (response.ok) return response;
    const error = errorFromAnswer(response.status, await response.text(), (name) => response.headers.get(name));
    if (mayRepeat && (await this.#again(error))) return this.#send(id, parts, false);
    throw error;
  }

  async call<I extends RouteId>(id: I, ...args: CallArguments<I>): Promise<RouteResult<Routes[I]>> {
    const response = await this.#send(id, partsOf(args));
    return readBody(await response.text(), response.status) as RouteResult<Routes[I]>;
  }

  async download<I extends RouteId>(id: I, ...args: CallArguments<I>): Promise<Download> {
    const response = await this.#send(id, partsOf(args));
    const size = response.headers.get("content-length");
    return {
      stream: response.body ?? new Blob([]).stream(),
      fileName: fileNameOf(response.headers.get("content-disposition")),
      contentType: response.headers.get("content-type") ?? undefined,
      size: size === null ? undefined : Number(size),
    };
  }

  url<I extends RouteId>(id: I, ...args: CallArguments<I>): string {
    return addressOf(id, partsOf(args), this.#options.baseUrl ?? "");
  }

  async upload<I extends RouteId>(id: I, request: UploadRequestOf<I>): Promise<RouteResult<Routes[I]>> {
    const answer = await this.#sendFile(id, request);
    if (answer.error === undefined) return readBody(answer.text, answer.status) as RouteResult<Routes[I]>;
    if (!(await this.#again(answer.error))) throw answer.error;
    const second = await this.#sendFile(id, request);
    if (second.error !== undefined) throw second.error;
    return readBody(second.text, second.status) as RouteResult<Routes[I]>;
  }

  async #sendFile(
    id: RouteId,
    request: CallParts & CallOptions & UploadContent & { onProgress?: ((progress: UploadProgress) => void) | undefined },
  ): Promise<UploadAnswer> {
    const sender = this.#sender();
    const [method, , kind] = routeEntry(id);
    const headers = headersOf(id, request, sender);
    if (kind === "bytes") headers["content-type"] = request.file.type === "" ? "application/octet-stream" : request.file.type;
    const body = kind === "bytes" ? request.file : formOf(request);
    const url = addressOf(id, request, sender.baseUrl);
    if (this.#options.fetch === undefined && canReportProgress())
      return sendWithProgress({ method, url, headers, body, signal: request.signal, onProgress: request.onProgress });
    const response = await this.#fetch(url, { method, headers, body, credentials: "same-origin", signal: request.signal ?? null }).catch((cause: unknown) => {
      throw isAbort(cause) ? cause : unreachable(cause);
    });
    const text = await response.text();
    return { status: response.status, text, error: response.ok ? undefined : errorFromAnswer(response.status, text, (name) => response.headers.get(name)) };
  }
}

/** Makes a client of the API for browsers and Node alike. */
export function createClient(options: ClientOptions = {}): Client {
  return new HttpClient(options);
}
