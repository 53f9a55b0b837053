import type { CheckStep } from "@granary/protocol";
import { runCheck, type StepFinding } from "../checks/index.ts";
import type { ConnectorContext } from "../connector.ts";
import { configOf, type MysqlClient, openClient } from "./open-client.ts";

async function readable(client: MysqlClient, database: string): Promise<StepFinding> {
  const [found] = await client.query<{ count: number | string }>("select count(*) as count from information_schema.tables where table_schema = ?", [database]);
  const count = Number(found?.count ?? 0);
  const tables = `${count} ${count === 1 ? "table or view" : "tables and views"} can be seen`;
  if (count === 0) return { warned: "Nothing can be read. Grant the user select on what is to be read." };
  const grants = await client.query<Record<string, string>>("show grants");
  const mayWrite = grants.some((grant) => /\b(ALL PRIVILEGES|INSERT|UPDATE|DELETE)\b/.test(Object.values(grant).join(" ")));
  return mayWrite ? { warned: `${tables}. The user may also write: for a source, one that may only read is safer.` } : `${tables}.`;
}

/** Tries the connection step by step. */
export async function check(context: ConnectorContext): Promise<readonly CheckStep[]> {
  const { host, port, database, user, encryption } = configOf(context);
  const { network, signal } = context;
  await using held = new AsyncDisposableStack();
  let client: MysqlClient | undefined;
  const open = async (): Promise<MysqlClient> => (client ??= held.use(await openClient(context)));
  return await runCheck(
    [
      { name: "name", run: async () => `${host} is ${(await network.resolve(host, port)).join(", ")}.` },
      {
        name: "network",
        run: async () => {
          (await network.connect(host, port, signal)).destroy();
          return `It answers on port ${port}.`;
        },
      },
      {
        name: "encryption",
        run: async () => {
          if ((await open()).isEncrypted)
            return encryption === "verified" ? "Encrypted, and the certificate is right." : "Encrypted; the certificate is not checked.";
          return { warned: "Not encrypted: whoever listens on the way reads along." };
        },
      },
      { name: "credentials", run: () => open().then(() => `${user} is let in.`) },
      {
        name: "database",
        run: async () => {
          const [found] = await (await open()).query<{ version: string }>("select version() as version");
          return `${database} is there, version ${found?.version ?? ""}.`;
        },
      },
      { name: "permission", run: async () => readable(await open(), database) },
    ],
    signal,
  );
}
