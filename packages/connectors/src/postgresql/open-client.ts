import type { Socket } from "node:net";
import { problem } from "@granary/protocol";
import pg from "pg";
import type { ConnectorContext } from "../connector.ts";
import { postgresFault } from "./faults.ts";

export interface PostgresConfig {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password?: string;
  readonly encryption: "verified" | "required" | "preferred" | "off";
  readonly certificate?: string;
  readonly schemas?: readonly string[];
}

/** A connection of its own, ended when it is disposed. */
export interface PostgresClient extends AsyncDisposable {
  readonly client: pg.Client;
  readonly isEncrypted: boolean;
}

const SIGN_IN_MS = 15_000;
const NO_TLS = /does not support SSL/;

export const configOf = (context: ConnectorContext): PostgresConfig => context.config as unknown as PostgresConfig;

/** pg opens connections itself; this one is open already, to an address that was checked. */
function opened(socket: Socket): Socket {
  return Object.assign(socket, {
    connect: () => {
      queueMicrotask(() => socket.emit("connect"));
      return socket;
    },
  });
}

async function signIn(context: ConnectorContext, encrypted: boolean): Promise<PostgresClient> {
  const config = configOf(context);
  const socket = await context.network.connect(config.host, config.port, context.signal);
  const isVerified = config.encryption === "verified";
  const ca = config.certificate === undefined || config.certificate === "" ? {} : { ca: config.certificate };
  const client = new pg.Client({
    host: config.host,
    port: config.port,
    database: config.database,
    user: config.user,
    // An empty text would have pg look into the environment and the password file of the program.
    password: () => config.password ?? "",
    ssl: encrypted ? { rejectUnauthorized: isVerified, ...(isVerified ? ca : {}) } : false,
    stream: () => opened(socket),
    connectionTimeoutMillis: SIGN_IN_MS,
    application_name: "granary",
    options: "-c datestyle=ISO,YMD -c timezone=UTC -c intervalstyle=iso_8601 -c extra_float_digits=1 -c bytea_output=hex -c standard_conforming_strings=on",
    client_encoding: "UTF8",
  });
  // Whoever waits for an answer is told; without a listener the end of the connection would end this process.
  client.on("error", () => undefined);
  const stop = () => socket.destroy();
  context.signal.addEventListener("abort", stop, { once: true });
  try {
    await client.connect();
  } catch (error) {
    context.signal.removeEventListener("abort", stop);
    socket.destroy();
    throw error;
  }
  return {
    client,
    isEncrypted: encrypted,
    [Symbol.asyncDispose]: async () => {
      context.signal.removeEventListener("abort", stop);
      await Promise.race([client.end().catch(() => undefined), new Promise((resolve) => setTimeout(resolve, 1_000).unref())]);
      socket.destroy();
    },
  };
}

/** Signs in. Throws `connection.host_refused`, `connection.unreachable`, `connection.refused` with the `stage` of the test that failed. */
export async function openClient(context: ConnectorContext): Promise<PostgresClient> {
  const { encryption, host } = configOf(context);
  context.signal.throwIfAborted();
  try {
    if (encryption === "off") return await signIn(context, false);
    return await signIn(context, true).catch(async (error: unknown) => {
      if (!NO_TLS.test(String(error))) throw error;
      if (encryption === "preferred") return signIn(context, false);
      throw problem("connection.refused", { reason: "it does not offer encrypted connections", stage: "encryption" }, { cause: error });
    });
  } catch (error) {
    context.signal.throwIfAborted();
    throw postgresFault(error, host, "");
  }
}

/** Runs work on a connection of its own; its faults become problems, and an abort is thrown as it is. */
export async function withClient<T>(context: ConnectorContext, stream: string, work: (opened: PostgresClient) => Promise<T>): Promise<T> {
  await using open = await openClient(context);
  try {
    return await work(open);
  } catch (error) {
    context.signal.throwIfAborted();
    throw postgresFault(error, configOf(context).host, stream);
  }
}
