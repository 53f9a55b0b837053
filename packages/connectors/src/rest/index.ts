import type { ConnectionConfig, Connector } from "../connector.ts";
import { check } from "./check.ts";
import { restConfig } from "./config.ts";
import { discoverStream } from "./discover.ts";
import { read } from "./read.ts";
import { spec } from "./spec.ts";
import { write } from "./write.ts";

function hosts(config: ConnectionConfig): readonly { readonly host: string; readonly port: number }[] {
  const { baseUrl, auth } = restConfig(config);
  const urls = [baseUrl, ...(auth !== undefined && "tokenUrl" in auth ? [auth.tokenUrl] : [])].map((url) => new URL(url));
  return urls.map((url) => ({ host: url.hostname, port: Number(url.port) || (url.protocol === "https:" ? 443 : 80) }));
}

/** APIs that answer JSON over HTTP. Their endpoints are described, not discovered. */
export const rest: Connector = {
  kind: "rest",
  spec,
  hosts,
  check,
  discover: async () => [],
  discoverStream,
  read,
  deliveryFormat: () => "json_lines",
  write,
};
