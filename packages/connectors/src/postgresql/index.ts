import type { Connector } from "../connector.ts";
import { check } from "./check.ts";
import { discover, discoverStream } from "./discover.ts";
import { read } from "./read.ts";
import { spec } from "./spec.ts";
import { write } from "./write.ts";

/** Tables and views of PostgreSQL. */
export const postgresql: Connector = {
  kind: "postgresql",
  spec,
  hosts: ({ host, port }) => [{ host: String(host), port: Number(port ?? 5432) }],
  check,
  discover,
  discoverStream,
  read,
  deliveryFormat: () => "csv",
  write,
};
