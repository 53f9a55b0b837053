import { mkdtemp, rm } from "node:fs/promises";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ConnectionConfig, type Connector, CONNECTORS, type ConnectorContext } from "@granary/connectors";
import { createNetwork, type Network } from "@granary/connectors/network";
import { connectOwner, startEmbeddedPostgres } from "@granary/db";
import { silentLogger } from "@granary/kernel";
import { startMariadbSource } from "@granary/testkit/sources/mariadb";
import pg from "pg";
import { to as copyTo } from "pg-copy-streams";

/**
 * Rows a second that connectors read from a real server: `node benchmarks/connectors/run.ts [rows]`. PostgreSQL is compared with
 * `COPY ... TO STDOUT` thrown away by a client in the same run, which it is to reach half of.
 */

const ROWS = Number(process.argv[2] ?? 2_000_000);
const ROUNDS = 3;
const CHUNK_BYTES = 64 * 1024 * 1024;
const COLUMNS =
  "id bigint, customer bigint, name varchar(50), city varchar(50), amount decimal(12,2), share double precision, paid boolean, day date, at timestamp, note varchar(100)";

const tell = (figure: string, seconds: number): void => {
  process.stdout.write(`${figure.padEnd(58)} ${Math.round(ROWS / seconds).toLocaleString("en")} rows/s\n`);
};

async function best(work: () => Promise<void>): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round += 1) {
    const startedAt = performance.now();
    await work();
    least = Math.min(least, (performance.now() - startedAt) / 1_000);
  }
  return least;
}

async function readAll(connector: Connector, config: ConnectionConfig, network: Network): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "granary-bench-"));
  const context: ConnectorContext = {
    config,
    network,
    folder,
    sharedFolders: [],
    signal: new AbortController().signal,
    log: silentLogger,
    saveConfig: async () => undefined,
  };
  const request = {
    stream: { namespace: null, name: "bench", config: {} },
    columns: [],
    mode: "full",
    keys: [],
    state: null,
    chunkBytes: CHUNK_BYTES,
  } as const;
  let rows = 0;
  for await (const message of connector.read?.(context, request) ?? []) {
    if (message.type !== "chunk") continue;
    rows += message.rows ?? 0;
    await rm(message.path);
  }
  await rm(folder, { recursive: true });
  if (rows !== ROWS) throw new Error(`${rows} rows were read instead of ${ROWS}`);
}

async function postgresql(): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), "granary-bench-"));
  await using server = await startEmbeddedPostgres({ dataDir, mode: "test", stopWithParent: true, deleteOnStop: true });
  {
    await using owner = await connectOwner(server.connection, "benchmark");
    await owner.query(`create table bench (${COLUMNS}); insert into bench select i, i % 1000, 'customer ' || i, 'city ' || i % 500, i % 10000 / 100.0, i / 7.0, i % 2 = 0,
      date '2026-01-01' + i % 365, timestamp '2026-01-01' + i * interval '1 second', repeat('n', i % 50) from generate_series(1, ${ROWS}) i`);
    await owner.query("vacuum analyze bench");
  }
  const thrown = await best(async () => {
    const client = new pg.Client(server.connection);
    await client.connect();
    for await (const part of client.query(copyTo("copy bench to stdout"))) void part;
    await client.end();
  });
  tell("PostgreSQL: COPY TO STDOUT, thrown away", thrown);
  // The embedded server listens on a socket alone.
  const network: Network = { ...createNetwork({ privateHosts: [] }), connect: async () => createConnection(join(server.socketDir, ".s.PGSQL.5432")) };
  const { user, database } = server.connection;
  const read = await best(() => readAll(CONNECTORS.postgresql, { host: "local", port: 5432, user, database, encryption: "off" }, network));
  tell("PostgreSQL: read into chunks", read);
  process.stdout.write(`${"of what COPY alone does".padEnd(58)} ${(thrown / read).toFixed(2)}\n`);
}

async function mysql(): Promise<void> {
  await using source = await startMariadbSource();
  await source.query(`create table bench (${COLUMNS.replace("double precision", "double")}); insert into bench select seq, seq % 1000, concat('customer ', seq), concat('city ', seq % 500),
    seq % 10000 / 100, seq / 7, seq % 2, date_add('2026-01-01', interval seq % 365 day), date_add('2026-01-01', interval seq second), repeat('n', seq % 50) from seq_1_to_${ROWS}`);
  const network = createNetwork({ privateHosts: ["127.0.0.1"] });
  tell("MariaDB: read into chunks", await best(() => readAll(CONNECTORS.mysql, source.config, network)));
}

await postgresql();
await mysql();
