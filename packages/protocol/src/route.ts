import type { z } from "zod";
import type { Permission } from "./access/permissions.ts";
import type { ErrorCode } from "./errors.ts";

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** Who may call a route: anyone, anyone signed in, or holders of a permission. */
export type RouteAccess = "public" | "signed_in" | Permission;

/**
 * Requests allowed per minute and caller. `read` and `write` count by principal;
 * `sensitive` (passwords, tokens, codes) counts by address and is the strictest.
 */
export type RateClass = "read" | "write" | "sensitive" | "upload";

export interface RouteSpec {
  readonly method: Method;
  /** Below `/api/v1`, parameters in braces: `/users/{id}`. */
  readonly path: string;
  readonly summary: string;
  readonly description?: string;
  /** The noun it belongs to; groups the reference and the CLI. */
  readonly tag: string;
  readonly access: RouteAccess;
  readonly params?: z.ZodType;
  readonly query?: z.ZodType;
  /** `multipart` and `bytes` bodies are streamed to the handler; everything else is JSON. */
  readonly bodyKind?: "json" | "multipart" | "bytes";
  readonly body?: z.ZodType;
  /** A `multipart` route that takes its fields as JSON too, from callers who sent the file before. */
  readonly alsoJson?: boolean;
  /** Schemas by status; `null` means no content, `"bytes"` a stream. */
  readonly responses: Readonly<Record<number, z.ZodType | null | "bytes">>;
  readonly errors?: readonly ErrorCode[];
  readonly rate?: RateClass;
  /** Whether holders of `policy:manage` may ask it as another person sees it, by `X-View-As`. */
  readonly viewAs?: boolean;
  /** The answer carries an ETag of its `version`, and an edit must send it back in If-Match. */
  readonly versioned?: boolean;
  /** An older path for the same route; served alike, listed as deprecated. */
  readonly aliases?: readonly string[];
}

/** Declares one route of the API. Everything else (server, OpenAPI, client, CLI) derives from it. */
export function route<const R extends RouteSpec>(spec: R): R {
  return spec;
}

type Infer<S> = S extends z.ZodType ? z.output<S> : undefined;
type Accept<S> = S extends z.ZodType ? z.input<S> : undefined;

/** What a handler receives: validated and with defaults filled in. */
export interface RouteInput<R extends RouteSpec> {
  readonly params: Infer<R["params"]>;
  readonly query: Infer<R["query"]>;
  readonly body: Infer<R["body"]>;
}

/** What a caller sends: before defaults and transforms. */
export type RouteRequest<R extends RouteSpec> = R extends unknown ? RequestParts<R> : never;

/** Of one route alone: of all at once, every combination of their parts would be a type of its own. */
type RequestParts<R> = (R extends { params: infer P } ? { params: Accept<P> } : { params?: never }) &
  (R extends { query: infer Q } ? (Record<never, never> extends Accept<Q> ? { query?: Accept<Q> } : { query: Accept<Q> }) : { query?: never }) &
  (R extends { body: infer B } ? (undefined extends Accept<B> ? { body?: Accept<B> } : { body: Accept<B> }) : { body?: never });

type SuccessSchema<R extends RouteSpec> = { [S in keyof R["responses"]]: S extends 200 | 201 | 202 | 204 ? R["responses"][S] : never }[keyof R["responses"]];

/** The body of a route's success answer. */
export type RouteResult<R extends RouteSpec> =
  SuccessSchema<R> extends infer S ? (S extends z.ZodType ? z.output<S> : S extends "bytes" ? ReadableStream<Uint8Array> : undefined) : never;

/** The success status a route answers with unless its handler says otherwise. */
export function successStatus(spec: RouteSpec): number {
  const status = Object.keys(spec.responses)
    .map(Number)
    .find((code) => code >= 200 && code < 300);
  if (status === undefined) throw new Error(`${spec.method} ${spec.path} declares no success answer`);
  return status;
}
