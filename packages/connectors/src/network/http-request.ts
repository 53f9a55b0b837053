import { type ClientRequest, type IncomingMessage, type RequestOptions, request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import type { LookupFunction } from "node:net";
import { PassThrough, pipeline, Readable, type Transform } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate } from "node:zlib";
import { isAppError } from "@granary/kernel";
import { problem } from "@granary/protocol";
import { networkReason } from "./connect.ts";
import type { FetchInit } from "./network.ts";

const TIMEOUT_MS = 30_000;
/** After so long without a byte in the middle of a body the other side counts as gone. */
const IDLE_MS = 60_000;
const NO_BODY = new Set([101, 204, 205, 304]);

const DECODERS: Readonly<Record<string, () => Transform>> = {
  gzip: createGunzip,
  "x-gzip": createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
};

const TLS_CODES = /^(CERT_|ERR_TLS_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|ERR_SSL_|HOSTNAME_MISMATCH)/;

/** A fault on the way to a server as a problem: its certificate, or the way itself. */
function unreachable(url: URL, error: unknown): Error {
  const code = (error as NodeJS.ErrnoException | undefined)?.code ?? "";
  const port = Number(url.port) || (url.protocol === "https:" ? 443 : 80);
  const isTls = TLS_CODES.test(code);
  const reason = isTls ? `its certificate is not accepted (${code})` : networkReason(error, port);
  return problem("connection.unreachable", { host: url.host, reason, stage: isTls ? "encryption" : "network" }, { cause: error });
}

function answerOf(message: IncomingMessage): Response {
  const status = message.statusCode ?? 500;
  const headers = new Headers();
  for (let index = 0; index < message.rawHeaders.length; index += 2) headers.append(message.rawHeaders[index] ?? "", message.rawHeaders[index + 1] ?? "");
  if (NO_BODY.has(status)) {
    message.resume();
    return new Response(null, { status, headers });
  }
  const decode = DECODERS[headers.get("content-encoding")?.toLowerCase() ?? ""];
  const body = pipeline(message, decode?.() ?? new PassThrough(), () => undefined);
  if (decode !== undefined) {
    headers.delete("content-encoding");
    headers.delete("content-length");
  }
  return new Response(Readable.toWeb(body) as ReadableStream, { status: Math.min(Math.max(status, 200), 599), headers });
}

/** One request, no redirects; the answer's body is still arriving. */
export function sendRequest(url: URL, init: FetchInit, lookup: LookupFunction): Promise<Response> {
  const send: (url: URL, options: RequestOptions) => ClientRequest = url.protocol === "https:" ? httpsRequest : httpRequest;
  const headers = { accept: "*/*", "accept-encoding": "gzip, deflate, br", "user-agent": "granary", ...init.headers };
  const timeoutMs = init.timeoutMs ?? TIMEOUT_MS;
  return new Promise((resolve, reject) => {
    // A connection of its own: one from a pool might have been made under other rules.
    const sent = send(url, { method: init.method ?? "GET", headers, agent: false, lookup, ...(init.signal === undefined ? {} : { signal: init.signal }) });
    const timer = setTimeout(() => sent.destroy(Object.assign(new Error("no answer in time"), { code: "ETIMEDOUT" })), timeoutMs);
    sent.on("error", (error) => {
      clearTimeout(timer);
      reject(isAppError(error) || init.signal?.aborted === true ? error : unreachable(url, error));
    });
    sent.once("response", (message) => {
      clearTimeout(timer);
      message.setTimeout(IDLE_MS, () => message.destroy(Object.assign(new Error("no byte in time"), { code: "ETIMEDOUT" })));
      resolve(answerOf(message));
    });
    sent.end(init.body);
  });
}
