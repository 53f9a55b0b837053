import { createHash } from "node:crypto";
import type pg from "pg";

const MAX_PREPARED = 400;
const MAX_PREPARED_TEXT = 8_000;

type Client = pg.PoolClient & { granaryWorkspace?: string };

/** Statement texts that connections may prepare; bounded, so that generated IN lists cannot fill the server's memory. */
const preparedNames = new Map<string, string>();

function preparedName(text: string): string | undefined {
  const known = preparedNames.get(text);
  if (known !== undefined) return known;
  if (text.length > MAX_PREPARED_TEXT || preparedNames.size >= MAX_PREPARED) return undefined;
  const name = `g_${createHash("sha1").update(text).digest("base64url")}`;
  preparedNames.set(text, name);
  return name;
}

function isTransactionControl(text: string): boolean {
  return /^(begin|start|commit|rollback|savepoint|release|set)\b/i.test(text);
}

/** The part of a client Kysely uses; named statements are parsed and planned once a connection. */
function preparing(client: Client) {
  return {
    query(text: unknown, values?: readonly unknown[]) {
      if (typeof text !== "string" || isTransactionControl(text)) return client.query(text as string, values as unknown[]);
      const name = preparedName(text);
      return client.query(name === undefined ? { text, values: values as unknown[] } : { name, text, values: values as unknown[] });
    },
    release: () => client.release(),
  };
}

/** A pool whose connections see one workspace: the setting row-level security reads is made whenever a connection changes hands. */
export function workspacePool(pool: pg.Pool, workspaceId: string) {
  return {
    async connect() {
      const client: Client = await pool.connect();
      if (client.granaryWorkspace !== workspaceId) {
        try {
          await client.query({ name: "g_workspace", text: "select set_config('granary.workspace', $1, false)", values: [workspaceId] });
          client.granaryWorkspace = workspaceId;
        } catch (error) {
          client.release(error instanceof Error ? error : true);
          throw error;
        }
      }
      return preparing(client);
    },
    end: async () => undefined,
  };
}

/** A pool without a workspace, for the system role. */
export function systemPool(pool: pg.Pool) {
  return { connect: async () => preparing(await pool.connect()), end: async () => undefined };
}
