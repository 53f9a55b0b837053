import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { problem } from "@granary/protocol";
import { type HostRules, plainHost } from "./host-rules.ts";

/** Where a host leads; one address that is not allowed is enough to refuse it, so that a name cannot hide one among others. */
export async function resolveHost(rules: HostRules, host: string, port: number): Promise<readonly string[]> {
  const name = plainHost(host);
  if (isIP(name) !== 0) {
    if (!rules.isTrusted(name, port) && !rules.isAllowedAddress(name)) throw problem("connection.host_refused", { host: name });
    return [name];
  }
  const found = await lookup(name, { all: true }).catch((error: unknown) => {
    throw problem("connection.unreachable", { host: name, reason: "its name is not known", stage: "name" }, { cause: error });
  });
  const addresses = found.map(({ address }) => address);
  if (addresses.length === 0) throw problem("connection.unreachable", { host: name, reason: "its name has no address", stage: "name" });
  if (!rules.isTrusted(name, port) && !addresses.every((address) => rules.isAllowedAddress(address))) throw problem("connection.host_refused", { host: name });
  return addresses;
}
