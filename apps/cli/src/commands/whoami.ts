import type { SessionInfo, Workspace } from "@granary/protocol";
import type { Command } from "commander";
import type { Column } from "../output/index.ts";
import { connect, type Shell } from "../shell.ts";
import { readPages, withListOptions } from "./list-options.ts";

type Identity = SessionInfo & { readonly server: string; readonly profile: string };

const IDENTITY: readonly Column<Identity>[] = [
  { title: "Name", of: ({ user }) => user.name },
  { title: "E-mail", of: ({ user }) => user.email },
  { title: "Id", of: ({ user }) => user.id },
  { title: "Server", of: ({ server }) => server },
  { title: "Profile", of: ({ profile }) => profile },
  { title: "Workspace", of: ({ workspace }) => (workspace === null ? "none" : `${workspace.name} (${workspace.slug})`) },
  { title: "Roles", of: ({ roles }) => roles.join(", ") },
  { title: "Signed in by", of: ({ session }) => (session === null ? "API key" : "session") },
  { title: "Ends", of: ({ session }) => session?.expiresAt, kind: "instant" },
];

const WORKSPACES: readonly Column<Workspace>[] = [
  { title: "Slug", of: (workspace) => workspace.slug },
  { title: "Name", of: (workspace) => workspace.name },
  { title: "Members", of: (workspace) => workspace.members, kind: "number" },
  { title: "Id", of: (workspace) => workspace.id },
];

/** `whoami` and `workspaces`. */
export function addWhoami(program: Command, shell: Shell): void {
  program
    .command("whoami")
    .description("show who you are, where and with which roles")
    .action(async (_options: unknown, command: Command) => {
      const { client, output, server, profileName } = await connect(shell, command);
      output.record({ server, profile: profileName, ...(await client.call("account.sessionInfo")) }, IDENTITY);
    });
  withListOptions(program.command("workspaces").description("list the workspaces you are a member of")).action(
    async (options: { limit: number; all?: boolean }, command: Command) => {
      const { client, output } = await connect(shell, command);
      const page = await readPages(options, (query) => client.call("workspaces.list", { query }));
      output.list(page, WORKSPACES, "You are a member of no workspace.");
    },
  );
}
