import type { Readable } from "node:stream";
import { problem } from "@granary/protocol";
import mysql, { type Connection, type ConnectionOptions, type RowDataPacket } from "mysql2";
import type { ConnectorContext } from "../connector.ts";
import { mysqlFault } from "./faults.ts";
import { bind } from "./quote.ts";

export interface MysqlConfig {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password?: string;
  readonly encryption: "verified" | "required" | "preferred" | "off";
  readonly certificate?: string;
}

/** A connection of its own, ended when it is disposed. */
export interface MysqlClient extends AsyncDisposable {
  readonly connection: Connection;
  readonly isEncrypted: boolean;
  query<T>(sql: string, values?: Values): Promise<readonly T[]>;
  /** Rows a statement changed. */
  execute(sql: string, values?: Values, infile?: () => Readable): Promise<number>;
}

type Values = readonly (string | number | null)[];

const SESSION = "set session time_zone = '+00:00', sql_mode = 'NO_BACKSLASH_ESCAPES,STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION', group_concat_max_len = 1000000";

export const configOf = (context: ConnectorContext): MysqlConfig => context.config as unknown as MysqlConfig;

function optionsOf(config: MysqlConfig, encrypted: boolean): ConnectionOptions {
  const isVerified = config.encryption === "verified";
  const ca = config.certificate === undefined || config.certificate === "" ? {} : { ca: config.certificate };
  const ssl = { rejectUnauthorized: isVerified, verifyIdentity: isVerified, ...(isVerified ? ca : {}) };
  return {
    host: config.host,
    port: config.port,
    database: config.database,
    user: config.user,
    password: config.password ?? "",
    ...(encrypted ? { ssl } : {}),
    charset: "utf8mb4",
    dateStrings: true,
    supportBigNumbers: true,
    bigNumberStrings: true,
    multipleStatements: false,
  };
}

async function signIn(context: ConnectorContext, encrypted: boolean): Promise<MysqlClient> {
  const config = configOf(context);
  const socket = await context.network.connect(config.host, config.port, context.signal);
  const connection = mysql.createConnection({ ...optionsOf(config, encrypted), stream: socket });
  // Whoever waits for an answer is told; without a listener the end of the connection would end this process.
  connection.on("error", () => undefined);
  const stop = () => socket.destroy();
  context.signal.addEventListener("abort", stop, { once: true });
  const query = <T>(sql: string, values: Values = []): Promise<readonly T[]> =>
    new Promise((resolve, reject) => {
      connection.query<RowDataPacket[]>(bind(sql, values), (error, rows) => (error === null ? resolve(rows as unknown as T[]) : reject(error)));
    });
  const execute = (sql: string, values: Values = [], infile?: () => Readable): Promise<number> =>
    new Promise((resolve, reject) => {
      const options = { sql: bind(sql, values), ...(infile === undefined ? {} : { infileStreamFactory: infile }) };
      connection.query<mysql.ResultSetHeader>(options, (error, result) => (error === null ? resolve(result.affectedRows) : reject(error)));
    });
  const close = () => {
    context.signal.removeEventListener("abort", stop);
    connection.destroy();
    socket.destroy();
  };
  try {
    await query(SESSION);
  } catch (error) {
    close();
    throw error;
  }
  return { connection, isEncrypted: encrypted, query, execute, [Symbol.asyncDispose]: async () => close() };
}

/** Signs in. Throws `connection.host_refused`, `connection.unreachable`, `connection.refused` with the `stage` of the test that failed. */
export async function openClient(context: ConnectorContext): Promise<MysqlClient> {
  const { encryption, host } = configOf(context);
  context.signal.throwIfAborted();
  try {
    if (encryption === "off") return await signIn(context, false);
    return await signIn(context, true).catch(async (error: unknown) => {
      if ((error as { code?: string }).code !== "HANDSHAKE_NO_SSL_SUPPORT") throw error;
      if (encryption === "preferred") return signIn(context, false);
      throw problem("connection.refused", { reason: "it does not offer encrypted connections", stage: "encryption" }, { cause: error });
    });
  } catch (error) {
    context.signal.throwIfAborted();
    throw mysqlFault(error, host, "");
  }
}

/** Runs work on a connection of its own; its faults become problems, and an abort is thrown as it is. */
export async function withClient<T>(context: ConnectorContext, stream: string, work: (client: MysqlClient) => Promise<T>): Promise<T> {
  await using client = await openClient(context);
  try {
    return await work(client);
  } catch (error) {
    context.signal.throwIfAborted();
    throw mysqlFault(error, configOf(context).host, stream);
  }
}
