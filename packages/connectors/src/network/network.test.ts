import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createNetwork, hostRules } from "./index.ts";

const never = new AbortController().signal;
let first: Server;
let second: Server;
let firstPort = 0;
let secondPort = 0;
const seen: { path: string; headers: IncomingHttpHeaders }[] = [];

function listen(redirect: () => string): Promise<Server> {
  const server = createServer((request, response) => {
    seen.push({ path: request.url ?? "", headers: request.headers });
    if (request.url === "/away") response.writeHead(302, { location: redirect() }).end();
    else if (request.url === "/loop") response.writeHead(302, { location: "/loop" }).end();
    else if (request.url === "/packed") response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync("unpacked"));
    else if (request.url !== "/silent") response.end("fine");
  });
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve(server));
  });
}

beforeAll(async () => {
  second = await listen(() => "http://10.0.0.1/inside");
  secondPort = (second.address() as AddressInfo).port;
  first = await listen(() => `http://127.0.0.1:${secondPort}/there`);
  firstPort = (first.address() as AddressInfo).port;
});

afterAll(() => {
  for (const server of [first, second]) {
    server.closeAllConnections();
    server.close();
  }
});

describe("hostRules", () => {
  const rules = hostRules(["db.internal", "db2.internal:5432", "10.1.0.0/16", "fd00::/8", "nonsense/99"]);

  it("trusts names, and names at a port", () => {
    expect([rules.isTrusted("DB.internal.", 1), rules.isTrusted("db2.internal", 5432), rules.isTrusted("db2.internal", 22)]).toEqual([true, true, false]);
  });

  it("allows ranges and the public internet, nothing else", () => {
    expect(["10.1.2.3", "fd12::1", "1.1.1.1"].every((address) => rules.isAllowedAddress(address))).toBe(true);
    expect(["10.2.0.1", "127.0.0.1", "169.254.169.254", "::1"].some((address) => rules.isAllowedAddress(address))).toBe(false);
  });
});

describe("the network", () => {
  it("refuses private addresses and names that lead to them", async () => {
    const network = createNetwork({ privateHosts: [] });
    for (const host of ["127.0.0.1", "localhost", "[::1]", "169.254.169.254"]) {
      await expect(network.connect(host, firstPort, never)).rejects.toMatchObject({ code: "connection.host_refused" });
      await expect(network.fetch(`http://${host}:${firstPort}/`)).rejects.toMatchObject({ code: "connection.host_refused" });
    }
    expect(seen).toEqual([]);
  });

  it("refuses numbers that browsers read as addresses", async () => {
    const network = createNetwork({ privateHosts: [] });
    await expect(network.fetch("http://2130706433/")).rejects.toMatchObject({ code: "connection.host_refused" });
  });

  it("says what failed: the name, or the port", async () => {
    const network = createNetwork({ privateHosts: ["127.0.0.1"] });
    await expect(network.connect("nowhere.invalid", 1, never)).rejects.toMatchObject({ code: "connection.unreachable", params: { stage: "name" } });
    await expect(network.connect("127.0.0.1", 1, never)).rejects.toMatchObject({ code: "connection.unreachable", params: { stage: "network" } });
  });

  it("fetches from an allowed host and unpacks the body", async () => {
    const network = createNetwork({ privateHosts: [`127.0.0.1:${firstPort}`] });
    const answer = await network.fetch(`http://127.0.0.1:${firstPort}/packed`);
    expect(await answer.text()).toBe("unpacked");
  });

  it("leaves secrets out when it follows a redirect elsewhere", async () => {
    const network = createNetwork({ privateHosts: ["127.0.0.1"] });
    seen.length = 0;
    const headers = { authorization: "Bearer s3cret", "x-api-key": "s3cret", "x-other": "kept" };
    await (await network.fetch(`http://127.0.0.1:${firstPort}/away`, { headers, secretHeaders: ["X-Api-Key"] })).text();
    expect(seen[0]?.headers.authorization).toBe("Bearer s3cret");
    expect(seen[1]).toMatchObject({ path: "/there", headers: { "x-other": "kept" } });
    expect(JSON.stringify(seen[1]?.headers)).not.toContain("s3cret");
  });

  it("checks where a redirect leads, and how often", async () => {
    const network = createNetwork({ privateHosts: ["127.0.0.1"] });
    await expect(network.fetch(`http://127.0.0.1:${secondPort}/away`)).rejects.toMatchObject({ code: "connection.host_refused" });
    await expect(network.fetch(`http://127.0.0.1:${secondPort}/loop`)).rejects.toMatchObject({ code: "connection.unreachable" });
  });

  it("never hands a body to another host", async () => {
    const network = createNetwork({ privateHosts: ["127.0.0.1"] });
    const sent = network.fetch(`http://127.0.0.1:${firstPort}/away`, { method: "POST", body: "rows" });
    await expect(sent).rejects.toMatchObject({ code: "connection.refused" });
  });

  it("gives up on a server that says nothing, and stops when told to", async () => {
    const network = createNetwork({ privateHosts: ["127.0.0.1"] });
    const silent = `http://127.0.0.1:${firstPort}/silent`;
    await expect(network.fetch(silent, { timeoutMs: 50 })).rejects.toMatchObject({ code: "connection.unreachable" });
    await expect(network.fetch(silent, { signal: AbortSignal.timeout(20) })).rejects.toMatchObject({ name: "AbortError" });
  });
});
