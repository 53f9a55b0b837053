import { BlockList, isIP } from "node:net";
import { isPublicAddress } from "./public-address.ts";

/** Which private hosts an administrator allowed: names, `name:port`, addresses as hosts, and ranges such as `10.1.0.0/16` wherever names lead. */
export interface HostRules {
  /** Whether a name may be asked wherever it leads. */
  isTrusted(host: string, port: number): boolean;
  /** Whether an address that a name led to may be connected to. */
  isAllowedAddress(address: string): boolean;
}

const version = (address: string): "ipv4" | "ipv6" => (isIP(address) === 4 ? "ipv4" : "ipv6");

/** The host as it is compared: without the brackets of IPv6, in small letters, without a last dot. */
export function plainHost(host: string): string {
  return host
    .replace(/^\[|\]$/g, "")
    .replace(/\.$/, "")
    .toLowerCase();
}

/** Reads the list of allowed hosts; entries that are nothing of the kind match nothing. */
export function hostRules(entries: readonly string[]): HostRules {
  const names = new Set<string>();
  const ranges = new BlockList();
  for (const entry of entries) {
    const [network = "", bits] = entry.split("/");
    if (bits !== undefined && isIP(network) !== 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= (isIP(network) === 4 ? 32 : 128))
      ranges.addSubnet(network, Number(bits), version(network));
    else names.add(entry.toLowerCase());
  }
  const isTrusted = (host: string, port: number): boolean => {
    const name = plainHost(host);
    return names.has(name) || names.has(`${name}:${port}`) || names.has(`[${name}]:${port}`) || names.has(`[${name}]`);
  };
  return {
    isTrusted,
    isAllowedAddress: (address) => isPublicAddress(address) || (isIP(address) !== 0 && ranges.check(address, version(address))),
  };
}
