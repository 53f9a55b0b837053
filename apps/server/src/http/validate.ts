import { type Issue } from "@granary/kernel";
import { problem, type RouteSpec } from "@granary/protocol";
import type { FastifyRequest } from "fastify";
import { toIssues } from "./errors.ts";

export interface ValidInput {
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
}

const ETAG = /^(?:W\/)?"(\d{1,9})"$/;

/** Checks all parts of a request and throws every issue at once. */
export function validate(spec: RouteSpec, request: FastifyRequest): ValidInput {
  const issues: Issue[] = [];
  const parse = (name: "params" | "query" | "body", value: unknown): unknown => {
    const schema = spec[name];
    if (schema === undefined) return undefined;
    const result = schema.safeParse(value);
    if (!result.success) issues.push(...toIssues(name, result.error));
    return result.data;
  };
  const isJson = (spec.bodyKind ?? "json") === "json";
  const valid = { params: parse("params", request.params), query: parse("query", request.query), body: isJson ? parse("body", request.body ?? {}) : undefined };
  if (issues.length > 0) throw problem("request.invalid", {}, { issues });
  return valid;
}

/** The version in If-Match; a versioned edit without one is refused, so that nobody's change is overwritten unseen. */
export function requiredVersion(spec: RouteSpec, request: FastifyRequest): number {
  if (spec.versioned !== true || spec.method === "GET") return 0;
  const match = ETAG.exec(request.headers["if-match"] ?? "");
  if (match?.[1] === undefined) throw problem("request.precondition_required");
  return Number(match[1]);
}
