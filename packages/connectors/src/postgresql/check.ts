import type { CheckStep } from "@granary/protocol";
import { runCheck, StepFailure, type StepFinding } from "../checks/index.ts";
import type { ConnectorContext } from "../connector.ts";
import { configOf, openClient, type PostgresClient } from "./open-client.ts";

async function readable({ client }: PostgresClient): Promise<StepFinding> {
  const { rows } = await client.query<{ readable: number; writable: boolean; superuser: boolean }>(`
    select count(*) filter (where has_any_column_privilege(c.oid, 'select'))::int as readable,
      coalesce(bool_or(has_table_privilege(c.oid, 'insert, update, delete')), false) as writable,
      (select rolsuper from pg_roles where rolname = current_user) as superuser
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p', 'v', 'm', 'f') and n.nspname <> 'information_schema' and n.nspname !~ '^pg_' and has_schema_privilege(n.oid, 'usage')`);
  const [found] = rows;
  const count = found?.readable ?? 0;
  const tables = `${count} ${count === 1 ? "table or view" : "tables and views"} can be read`;
  if (found?.superuser === true) return { warned: `${tables}. The user is a superuser: one that may only read is safer.` };
  if (count === 0) return { warned: "Nothing can be read. Grant the user select on what is to be read." };
  return found?.writable === true ? { warned: `${tables}. The user may also write: for a source, one that may only read is safer.` } : `${tables}.`;
}

/** Tries the connection step by step. */
export async function check(context: ConnectorContext): Promise<readonly CheckStep[]> {
  const { host, port, database, user, encryption } = configOf(context);
  const { network, signal } = context;
  await using held = new AsyncDisposableStack();
  let opened: PostgresClient | undefined;
  const open = async (): Promise<PostgresClient> => (opened ??= held.use(await openClient(context)));
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
          const { rows } = await (await open()).client.query<{ version: string }>("select current_setting('server_version') as version");
          return `${database} is there, PostgreSQL ${rows[0]?.version ?? ""}.`;
        },
      },
      {
        name: "permission",
        run: async () => {
          try {
            return await readable(await open());
          } catch (error) {
            throw new StepFailure("permission", "The catalogue of the database cannot be read.", { cause: error });
          }
        },
      },
    ],
    signal,
  );
}
