import { BlockList, isIP } from "node:net";

/** Ranges of IPv4 that are not the public internet (RFC 6890 and what it lists). */
const NOT_PUBLIC_V4 = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 3],
] as const;

/** Parts of 2000::/3 that lead elsewhere: tunnels that carry an IPv4 address inside, special purposes, documentation. */
const NOT_PUBLIC_V6 = [
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
] as const;

const refused = new BlockList();
for (const [network, bits] of NOT_PUBLIC_V4) refused.addSubnet(network, bits, "ipv4");
for (const [network, bits] of NOT_PUBLIC_V6) refused.addSubnet(network, bits, "ipv6");
const global6 = new BlockList();
global6.addSubnet("2000::", 3, "ipv6");

/** Whether an address lies in the public internet; anything that is none does not. */
export function isPublicAddress(address: string): boolean {
  const version = isIP(address);
  if (version === 4) return !refused.check(address, "ipv4");
  return version === 6 && global6.check(address, "ipv6") && !refused.check(address, "ipv6");
}
