import { type ClientRequest, type IncomingMessage, type RequestOptions, request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { isIP } from "node:net";
import { isAppError } from "@granary/kernel";
import { problem } from "@granary/protocol";
import { isPublicAddress, publicLookup } from "./public-address.ts";

const MAX_REDIRECTS = 5;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

export interface FetchUrlInput {
  readonly url: string;
  /** Hosts, as `name` or `name:port`, that may be reached although they lie in a private network. */
  readonly trustedHosts: readonly string[];
  readonly signal: AbortSignal;
}

/** A file that is arriving, and the address it came from in the end. */
export interface FetchedUrl {
  readonly stream: IncomingMessage;
  readonly url: URL;
  /** What the server says it has. */
  readonly bytes: number | undefined;
}

const unreachable = (reason: string, cause?: unknown): Error => problem("upload.url_unreachable", { reason }, { cause });

/** Throws unless it is an address of the web that may be asked. */
function checkUrl(url: URL, trustedHosts: readonly string[]): boolean {
  if (!/^https?:$/.test(url.protocol) || url.username !== "" || url.password !== "") throw problem("upload.url_refused");
  if (trustedHosts.includes(url.host)) return true;
  const host = url.hostname.replace(/^\[|\]$/g, "");
  // Names are checked when they are resolved; addresses are never resolved.
  if (isIP(host) !== 0 && !isPublicAddress(host)) throw problem("upload.url_refused");
  return false;
}

function ask(url: URL, isTrusted: boolean, signal: AbortSignal): Promise<IncomingMessage> {
  const send: (url: URL, options: RequestOptions) => ClientRequest = url.protocol === "https:" ? httpsRequest : httpRequest;
  const headers = { accept: "*/*", "accept-encoding": "identity", "user-agent": "granary" };
  return new Promise((resolve, reject) => {
    // A connection of its own: one from a pool might have been made for somebody else's rules.
    const sent = send(url, { headers, signal, agent: false, ...(isTrusted ? {} : { lookup: publicLookup }) });
    sent.on("error", reject);
    sent.once("response", (response) => {
      // Whoever reads it is told; before that a lost connection must not end the process.
      response.on("error", () => undefined);
      resolve(response);
    });
    sent.end();
  });
}

/** Opens a file on the web. Every address on the way is checked, also those that a server redirects to. */
export async function fetchUrl({ url: first, trustedHosts, signal }: FetchUrlInput): Promise<FetchedUrl> {
  let url = new URL(first);
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects += 1) {
    const isTrusted = checkUrl(url, trustedHosts);
    const stream = await ask(url, isTrusted, signal).catch((error: unknown) => {
      if (isAppError(error) || signal.aborted) throw error;
      throw unreachable("its server does not answer", error);
    });
    const { statusCode = 0, headers } = stream;
    if (statusCode === 200) return { stream, url, bytes: headers["content-length"] === undefined ? undefined : Number(headers["content-length"]) };
    stream.destroy();
    if (!REDIRECTS.has(statusCode) || headers.location === undefined || !URL.canParse(headers.location, url))
      throw unreachable(`its server answered ${statusCode}`);
    url = new URL(headers.location, url);
  }
  throw unreachable(`it redirects more than ${MAX_REDIRECTS} times`);
}
