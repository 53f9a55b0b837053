import { type ClientRequest, type IncomingMessage, type RequestOptions, request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { isIP, type LookupFunction } from "node:net";
import { createNetwork, type Network } from "@granary/connectors/network";
import { isAppError } from "@granary/kernel";
import { problem } from "@granary/protocol";

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
async function checkUrl(network: Network, url: URL, port: number): Promise<void> {
  if (!/^https?:$/.test(url.protocol) || url.username !== "" || url.password !== "") throw problem("upload.url_refused");
  // Names are checked when they are resolved; addresses are never resolved.
  if (isIP(url.hostname.replace(/^\[|\]$/g, "")) !== 0) await network.resolve(url.hostname, port);
}

function ask(url: URL, lookup: LookupFunction, signal: AbortSignal): Promise<IncomingMessage> {
  const send: (url: URL, options: RequestOptions) => ClientRequest = url.protocol === "https:" ? httpsRequest : httpRequest;
  const headers = { accept: "*/*", "accept-encoding": "identity", "user-agent": "granary" };
  return new Promise((resolve, reject) => {
    // A connection of its own: one from a pool might have been made for somebody else's rules.
    const sent = send(url, { headers, signal, agent: false, lookup });
    sent.on("error", reject);
    sent.once("response", (response) => {
      // Whoever reads it is told; before that a lost connection must not end the process.
      response.on("error", () => undefined);
      resolve(response);
    });
    sent.end();
  });
}

async function open(network: Network, url: URL, signal: AbortSignal): Promise<IncomingMessage> {
  const port = Number(url.port) || (url.protocol === "https:" ? 443 : 80);
  try {
    await checkUrl(network, url, port);
    return await ask(url, network.lookup(port), signal);
  } catch (error) {
    if (isAppError(error, "connection.host_refused")) throw problem("upload.url_refused", {}, { cause: error });
    if (isAppError(error, "connection.unreachable")) throw unreachable("its name is not known", error);
    if (isAppError(error) || signal.aborted) throw error;
    throw unreachable("its server does not answer", error);
  }
}

/** Opens a file on the web. Every address on the way is checked, also those that a server redirects to. */
export async function fetchUrl({ url: first, trustedHosts, signal }: FetchUrlInput): Promise<FetchedUrl> {
  const network = createNetwork({ privateHosts: trustedHosts });
  let url = new URL(first);
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects += 1) {
    const stream = await open(network, url, signal);
    const { statusCode = 0, headers } = stream;
    if (statusCode === 200) return { stream, url, bytes: headers["content-length"] === undefined ? undefined : Number(headers["content-length"]) };
    stream.destroy();
    if (!REDIRECTS.has(statusCode) || headers.location === undefined || !URL.canParse(headers.location, url))
      throw unreachable(`its server answered ${statusCode}`);
    url = new URL(headers.location, url);
  }
  throw unreachable(`it redirects more than ${MAX_REDIRECTS} times`);
}
