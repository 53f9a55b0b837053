import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import mysql, { type Connection } from "mysql2/promise";
import { freePort } from "./free-port.ts";
import { findProgram, startServerProcess } from "./server-process.ts";
import { startTcpProxy, type TcpProxy } from "./tcp-proxy.ts";

const run = promisify(execFile);

/** A MariaDB to read from and write to. */
export interface MariadbSource extends AsyncDisposable {
  /** The settings of a connection to it. */
  readonly config: {
    readonly host: string;
    readonly port: number;
    readonly database: string;
    readonly user: string;
    readonly password: string;
    readonly encryption: "off";
  };
  readonly proxy: TcpProxy;
  query<T>(sql: string): Promise<readonly T[]>;
}

const PASSWORD = `pass 'word" \\ 1`;

/** Starts Debian's MariaDB with a database and a user who owns it, in a folder that is gone afterwards. */
export async function startMariadbSource(): Promise<MariadbSource> {
  await using starting = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "granary-mariadb-"));
  starting.defer(() => rm(folder, { recursive: true, force: true }));
  const data = join(folder, "data");
  const socket = join(folder, "s");
  const { username } = userInfo();
  await run(findProgram("mariadb-install-db", "mariadb-server"), [
    `--datadir=${data}`,
    `--user=${username}`,
    "--skip-test-db",
    "--auth-root-authentication-method=socket",
  ]);
  const port = await freePort();
  const connect = (): Promise<Connection> => mysql.createConnection({ socketPath: socket, user: username, multipleStatements: true });
  const options = [
    `--user=${username}`,
    `--datadir=${data}`,
    `--socket=${socket}`,
    `--port=${port}`,
    `--pid-file=${join(folder, "pid")}`,
    `--tmpdir=${folder}`,
  ];
  const limits = [
    "--bind-address=127.0.0.1",
    "--innodb-buffer-pool-size=64M",
    "--innodb-log-file-size=64M",
    "--innodb-flush-log-at-trx-commit=0",
    "--skip-log-bin",
    "--character-set-server=utf8mb4",
  ];
  starting.use(
    await startServerProcess({
      command: findProgram("mariadbd", "mariadb-server"),
      args: ["--no-defaults", ...options, ...limits],
      isReady: async () => {
        const connection = await connect();
        await connection.end();
        return true;
      },
    }),
  );
  const owner = await connect();
  starting.defer(() => owner.end());
  await owner.query(
    `create database shop; create user reader@'%' identified by ${mysql.escape(PASSWORD)}; grant all on shop.* to reader@'%'; use shop; set time_zone = '+00:00'`,
  );
  const proxy = starting.use(await startTcpProxy({ host: "127.0.0.1", port }));
  const resources = starting.move();
  return {
    config: { host: "127.0.0.1", port: proxy.port, database: "shop", user: "reader", password: PASSWORD, encryption: "off" },
    proxy,
    query: async <T>(sql: string) => (await owner.query(sql))[0] as unknown as T[],
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}
