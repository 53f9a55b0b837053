import { describe, expect, it } from "vitest";
import { isPublicAddress } from "./public-address.ts";

describe("isPublicAddress", () => {
  it.each(["1.1.1.1", "93.184.216.34", "172.15.255.255", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "2a00:1450:4001::1"])("takes %s", (address) =>
    expect(isPublicAddress(address)).toBe(true),
  );

  it.each([
    ["this machine", ["127.0.0.1", "127.8.9.10", "0.0.0.0", "::1", "::", "::ffff:127.0.0.1", "::ffff:1.1.1.1"]],
    ["private networks", ["10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1", "fd00::1", "fc00::1"]],
    ["the link and cloud metadata", ["169.254.169.254", "fe80::1", "fd00:ec2::254"]],
    ["many at once, and no one", ["224.0.0.1", "255.255.255.255", "240.0.0.1", "ff02::1"]],
    ["tunnels to IPv4 addresses", ["2002:7f00:1::1", "64:ff9b::7f00:1", "2001:0:7f00:1::1"]],
    ["what is no address", ["localhost", "", "1.1.1", "0x7f000001", "2130706433"]],
  ])("refuses %s", (_what, addresses) => expect(addresses.filter(isPublicAddress)).toEqual([]));
});
