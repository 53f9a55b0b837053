import { Readable } from "node:stream";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { HandlerInput, Part } from "./answer.ts";
import { bodyKindOf } from "./body-kind.ts";
import type { Endpoint } from "./endpoint.ts";
import { claimIdempotencyKey, releaseIdempotencyKey } from "./idempotency.ts";
import { requestCtx } from "./request-ctx.ts";
import { replay, send } from "./send.ts";
import { requiredVersion, validate } from "./validate.ts";

async function* partsOf(request: FastifyRequest): AsyncIterable<Part> {
  for await (const part of request.parts()) {
    if (part.type === "file") yield { kind: "file", name: part.fieldname, filename: part.filename, stream: part.file };
    else yield { kind: "field", name: part.fieldname, value: String(part.value) };
  }
}

function inputOf({ spec }: Endpoint, request: FastifyRequest): HandlerInput<Endpoint["spec"]> {
  return {
    ...(validate(spec, request) as { params: undefined; query: undefined; body: undefined }),
    version: requiredVersion(spec, request),
    json: spec.alsoJson === true && bodyKindOf(spec, request) === "json" ? request.body : undefined,
    parts: () => partsOf(request),
    stream: request.body instanceof Readable ? request.body : request.raw,
    cookie: (name) => request.cookies[name],
    header: (name) => {
      const value = request.headers[name];
      return typeof value === "string" ? value : undefined;
    },
  };
}

/** Aborted when the caller goes away before the answer was sent whole. */
function departureOf(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  reply.raw.once("close", () => {
    if (!reply.raw.writableFinished) gone.abort();
  });
  return gone.signal;
}

/** Runs an admitted request: validates, finds the answer to a repetition or calls the handler, and sends. */
export async function run(endpoint: Endpoint, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { spec, handler, options } = endpoint;
  const input = inputOf(endpoint, request);
  const claim = await claimIdempotencyKey(options.services, endpoint, request);
  if (claim?.stored !== undefined) return replay(reply, claim.stored);
  try {
    const result = await handler(requestCtx(options.services, request, { claim, signal: AbortSignal.any([departureOf(reply), options.stopSignal]) }), input);
    // oxlint-disable-next-line typescript/return-await -- a reply can be awaited, but that waits for the connection
    return send(spec, result, { request, reply }, options.secureCookies);
  } catch (error) {
    if (claim !== undefined) await releaseIdempotencyKey(options.services, claim);
    options.onDenied(requestCtx(options.services, request), error, endpoint.id);
    throw error;
  }
}
