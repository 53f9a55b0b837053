import type { Readable } from "node:stream";
import type { Ctx } from "@granary/core/context";
import type { RouteInput, RouteResult, Routes, RouteSpec } from "@granary/protocol";

export interface Cookie {
  readonly name: string;
  /** Null deletes the cookie. */
  readonly value: string | null;
  readonly maxAgeS?: number;
}

interface AnswerOptions {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cookies?: readonly Cookie[];
}

/** A result with more than a body: another status, headers, cookies or a stream. */
export class Answer<B> {
  readonly body: B | Readable;
  readonly options: AnswerOptions;

  constructor(body: B | Readable, options: AnswerOptions) {
    this.body = body;
    this.options = options;
  }
}

export function answer<B>(body: B, options: AnswerOptions = {}): Answer<B> {
  return new Answer<B>(body, options);
}

/** The answer of a route whose result is bytes. */
export function streamed(body: Readable, options: AnswerOptions = {}): Answer<never> {
  return new Answer<never>(body, options);
}

/** One part of a multipart body, in the order sent. */
export type Part =
  | { readonly kind: "field"; readonly name: string; readonly value: string }
  | { readonly kind: "file"; readonly name: string; readonly filename: string; readonly stream: Readable };

export interface HandlerInput<R extends RouteSpec> extends RouteInput<R> {
  /** The version the caller read (If-Match) on routes that demand it, else 0. */
  readonly version: number;
  /** The parts of a multipart body; read them in order and read each file to its end. */
  parts(): AsyncIterable<Part>;
  /** The body as it came, when a multipart route was sent JSON instead; not checked yet. */
  readonly json: unknown;
  /** The raw body of a `bytes` route. */
  readonly stream: Readable;
  /** A cookie the caller sent. */
  cookie(name: string): string | undefined;
  /** A header the caller sent once, by its name in small letters. */
  header(name: string): string | undefined;
}

export type Handler<R extends RouteSpec> = (ctx: Ctx, input: HandlerInput<R>) => Promise<RouteResult<R> | Answer<RouteResult<R>>>;

/** One handler per route: a route without one does not compile. */
export type Handlers = { readonly [K in keyof Routes]: Handler<Routes[K]> };

/** The handlers of one file of routes: `HandlersOf<typeof workspaceRoutes>`. */
export type HandlersOf<T extends Record<string, RouteSpec>> = { readonly [K in keyof T]: Handler<T[K]> };
