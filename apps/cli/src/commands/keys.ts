import type { ApiKey } from "@granary/protocol";
import { type Command, Option } from "commander";
import type { Column } from "../output/index.ts";
import { connect, type Shell } from "../shell.ts";
import { duration, readPages, several, withListOptions } from "./list-options.ts";

const COLUMNS: readonly Column<ApiKey>[] = [
  { title: "Name", of: (key) => key.name },
  { title: "Begins with", of: (key) => key.hint },
  { title: "Owner", of: (key) => key.owner.name },
  { title: "Status", of: (key) => key.status },
  { title: "Scopes", of: (key) => (key.scopes.length === 0 ? "all of its owner's" : key.scopes.join(", ")) },
  { title: "Last used", of: (key) => key.lastUsedAt, kind: "instant" },
  { title: "Expires", of: (key) => key.expiresAt ?? "never", kind: "instant" },
  { title: "Id", of: (key) => key.id },
];

interface ListKeysOptions {
  readonly limit: number;
  readonly all?: boolean;
  readonly everyone?: boolean;
  readonly status?: ApiKey["status"];
}

interface CreateKeyOptions {
  readonly expires: number | null;
  readonly scope?: readonly string[];
}

type Scopes = ApiKey["scopes"];

const lifetime = (text: string): number | null => (text === "never" ? null : duration(text));

function addCreate(keys: Command, shell: Shell): void {
  keys
    .command("create")
    .description("create a key; its secret is the only thing written to standard output, once")
    .argument("<name>", "what the key is for")
    .requiredOption("--expires <time>", "how long it works, such as 90d or 12h, or never", lifetime)
    .option("--scope <permission>", "limit it to these permissions, several with commas; all of yours when left out", several)
    .action(async (name: string, options: CreateKeyOptions, command: Command) => {
      const { client, output } = await connect(shell, command);
      const expiresAt = options.expires === null ? null : new Date(Date.now() + options.expires).toISOString();
      // The names are checked by the server, which knows them all.
      const created = await client.call("apiKeys.create", { body: { name, scopes: [...(options.scope ?? [])] as Scopes, expiresAt } });
      if (output.json) return output.value(created);
      output.terminal.note(`Created the key ${created.apiKey.name} (${created.apiKey.id}). Keep its secret now; it is not shown again:\n`);
      output.terminal.write(`${created.secret}\n`);
    });
}

/** `keys list, create, revoke`. */
export function addKeys(program: Command, shell: Shell): void {
  const keys = program.command("keys").description("API keys for scripts and other programs");
  withListOptions(keys.command("list").description("list your API keys"))
    .option("--everyone", "those of all people of the workspace")
    .addOption(new Option("--status <status>", "keys with this status").choices(["active", "expired", "revoked"]))
    .action(async ({ everyone, status, ...amount }: ListKeysOptions, command: Command) => {
      const { client, output } = await connect(shell, command);
      const owner = everyone === true ? "all" : "me";
      const page = await readPages(amount, (query) => client.call("apiKeys.list", { query: { ...query, owner, status } }));
      output.list(page, COLUMNS, "There are no keys.");
    });
  addCreate(keys, shell);
  keys
    .command("revoke")
    .description("revoke a key at once")
    .argument("<key>", "id of the key")
    .action(async (key: string, _options: unknown, command: Command) => {
      const { client, output } = await connect(shell, command);
      await client.call("apiKeys.revoke", { params: { key } });
      output.done({ id: key, status: "revoked" }, `The key ${key} is revoked.`);
    });
}
