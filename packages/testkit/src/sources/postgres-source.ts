import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { connectOwner } from "@granary/db";
import { inject } from "vitest";
import { createTestDatabase } from "../postgres.ts";
import { PASSWORD_ROLE } from "./password-role.ts";
import { startTcpProxy, type TcpProxy } from "./tcp-proxy.ts";

/** A PostgreSQL database to read from and write to, over TCP and with a password. */
export interface PostgresSource extends AsyncDisposable {
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
  /** Runs statements as the owner of everything. */
  query<T>(text: string, values?: readonly unknown[]): Promise<readonly T[]>;
}

/** A database of its own for a test file, with a user who owns its schema `public`. */
export async function startPostgresSource(): Promise<PostgresSource> {
  await using starting = new AsyncDisposableStack();
  const { host } = inject("postgres");
  const database = starting.use(await createTestDatabase({ empty: true }));
  const owner = starting.use(await connectOwner(database.connection, "granary testkit"));
  const user = `source_${randomBytes(6).toString("hex")}`;
  const password = `pass ${randomBytes(9).toString("base64")}'"`;
  await owner.query(`create role ${user} login password '${password.replaceAll("'", "''")}' in role ${PASSWORD_ROLE}`);
  starting.defer(async () => {
    await owner.query(`drop owned by ${user} cascade; drop role ${user}`);
  });
  await owner.query(`grant create on database ${database.connection.database} to ${user}; alter schema public owner to ${user}; set role ${user}`);
  starting.defer(async () => {
    await owner.query("reset role");
  });
  const proxy = starting.use(await startTcpProxy({ path: join(host, ".s.PGSQL.5432") }));
  const resources = starting.move();
  return {
    config: { host: "127.0.0.1", port: proxy.port, database: String(database.connection.database), user, password, encryption: "off" },
    proxy,
    query: async <T>(text: string, values: readonly unknown[] = []) => (await owner.query(text, [...values])).rows as T[],
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}
