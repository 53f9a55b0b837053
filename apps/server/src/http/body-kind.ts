import { problem, type RouteSpec } from "@granary/protocol";
import type { FastifyRequest } from "fastify";

/** What fields in JSON may take on an address that otherwise takes files of gigabytes. */
const MAX_JSON_BYTES = 1_048_576;

const mediaType = (request: FastifyRequest): string | undefined => request.headers["content-type"]?.split(";")[0]?.trim().toLowerCase();

/** How the body of this request travels: some routes of forms take their fields as JSON too. */
export function bodyKindOf(spec: RouteSpec, request: FastifyRequest): NonNullable<RouteSpec["bodyKind"]> {
  if (spec.alsoJson === true && mediaType(request) === "application/json") return "json";
  return spec.bodyKind ?? "json";
}

/** Refuses a body that its route would read as something else, before any of it is read. */
export function refuseOtherBody(spec: RouteSpec, request: FastifyRequest): void {
  const type = mediaType(request);
  if (spec.bodyKind === "bytes" && type !== undefined && type !== "application/octet-stream")
    throw problem("request.unsupported_media", { expected: "application/octet-stream" });
  if (spec.alsoJson !== true || bodyKindOf(spec, request) !== "json") return;
  if (!(Number(request.headers["content-length"]) <= MAX_JSON_BYTES)) throw problem("request.too_large", { limit: `${MAX_JSON_BYTES} bytes of JSON` });
}
