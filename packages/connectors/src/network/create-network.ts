import type { LookupOptions } from "node:dns";
import { isIP, type LookupFunction } from "node:net";
import { callbackify } from "node:util";
import { problem } from "@granary/protocol";
import { connectTo } from "./connect.ts";
import { hostRules, type HostRules, plainHost } from "./host-rules.ts";
import { sendRequest } from "./http-request.ts";
import type { FetchInit, Network } from "./network.ts";
import { resolveHost } from "./resolve.ts";

const MAX_REDIRECTS = 5;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);
const ALWAYS_SECRET = ["authorization", "cookie", "proxy-authorization"];

function checkedLookup(rules: HostRules, port: number): LookupFunction {
  return callbackify(async (host: string, options: LookupOptions) => {
    const found = (await resolveHost(rules, host, port)).map((address) => ({ address, family: isIP(address) }));
    return options.all === true ? found : (found[0]?.address ?? "");
  }) as LookupFunction;
}

const portOf = (url: URL): number => Number(url.port) || (url.protocol === "https:" ? 443 : 80);

/** The request a redirect asks for: what only the first host may see is left out elsewhere, and a body where RFC 9110 turns it into a GET. */
function redirected(init: FetchInit, status: number, isElsewhere: boolean): FetchInit {
  const secret = new Set([...ALWAYS_SECRET, ...(init.secretHeaders ?? []).map((name) => name.toLowerCase())]);
  const method = init.method ?? "GET";
  const isGet = status === 303 || ((status === 301 || status === 302) && method === "POST");
  const { body, headers = {}, ...rest } = init;
  const kept = Object.entries(headers).filter(([name]) => !(isElsewhere && secret.has(name.toLowerCase())) && !(isGet && /^content-/i.test(name)));
  const keepsBody = body !== undefined && !isGet && !isElsewhere;
  return { ...rest, method: isGet ? "GET" : method, headers: Object.fromEntries(kept), ...(keepsBody ? { body } : {}) };
}

async function fetchChecked(rules: HostRules, first: string, firstInit: FetchInit): Promise<Response> {
  if (!URL.canParse(first)) throw problem("connection.unreachable", { host: "The address", reason: "it is no URL", stage: "settings" });
  let url = new URL(first);
  let init = firstInit;
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects += 1) {
    if (!/^https?:$/.test(url.protocol))
      throw problem("connection.unreachable", { host: url.host, reason: "only http and https are asked", stage: "settings" });
    const port = portOf(url);
    // Names are checked when they are resolved for the connection; addresses are never resolved.
    if (isIP(plainHost(url.hostname)) !== 0) await resolveHost(rules, url.hostname, port);
    const answer = await sendRequest(url, init, checkedLookup(rules, port));
    const location = answer.headers.get("location");
    if (!REDIRECTS.has(answer.status) || location === null || !URL.canParse(location, url)) return answer;
    await answer.body?.cancel();
    const next = new URL(location, url);
    if (init.body !== undefined && next.origin !== url.origin)
      throw problem("connection.refused", { reason: `${url.host} sends the request on to ${next.host}` });
    init = redirected(init, answer.status, next.origin !== url.origin);
    url = next;
  }
  throw problem("connection.unreachable", { host: url.host, reason: `it redirects more than ${MAX_REDIRECTS} times`, stage: "network" });
}

/** The network as connections may use it: the public internet, and what the list of private hosts allows. */
export function createNetwork(options: { readonly privateHosts: readonly string[] }): Network {
  const rules = hostRules(options.privateHosts);
  return {
    resolve: (host, port) => resolveHost(rules, host, port),
    connect: async (host, port, signal) => connectTo(await resolveHost(rules, host, port), host, port, signal),
    fetch: (url, init = {}) => fetchChecked(rules, url, init),
    lookup: (port) => checkedLookup(rules, port),
  };
}
