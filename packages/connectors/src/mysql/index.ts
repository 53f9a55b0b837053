import type { Connector } from "../connector.ts";
import { check } from "./check.ts";
import { discover, discoverStream } from "./discover.ts";
import { read } from "./read.ts";
import { spec } from "./spec.ts";
import { write } from "./write.ts";

/** Tables and views of MySQL and MariaDB. */
export const mysql: Connector = {
  kind: "mysql",
  spec,
  hosts: ({ host, port }) => [{ host: String(host), port: Number(port ?? 3306) }],
  check,
  discover,
  discoverStream,
  read,
  deliveryFormat: () => "csv",
  write,
};
