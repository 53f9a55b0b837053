import "./type-parsers.ts";
import pg from "pg";
import { type ConnectionOptions, clientConfig } from "./database.ts";

/** One connection as the owner of the tables, closed by its disposal; for migrations, schema dumps and copies. */
export async function connectOwner(connection: ConnectionOptions, applicationName: string): Promise<pg.Client & AsyncDisposable> {
  const client = new pg.Client(clientConfig(connection, "owner", applicationName));
  // The statement that was running reports the lost connection; without a listener it would also end the process.
  client.on("error", () => undefined);
  await client.connect();
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.end().catch(() => undefined) });
}
