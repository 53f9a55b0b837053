import type { Client } from "@granary/client";
import type { InvitationResult, User } from "@granary/protocol";
import { type Command, Option } from "commander";
import type { Column } from "../output/index.ts";
import { connect, type Shell } from "../shell.ts";
import { readPages, several, withListOptions } from "./list-options.ts";

const COLUMNS: readonly Column<User>[] = [
  { title: "E-mail", of: (user) => user.email },
  { title: "Name", of: (user) => user.name },
  { title: "Status", of: (user) => (user.security?.lockedUntil == null ? user.status : "locked") },
  { title: "Roles", of: (user) => user.roles.join(", ") },
  { title: "Last sign-in", of: (user) => user.lastSignInAt, kind: "instant" },
  { title: "Id", of: (user) => user.id },
];

const FIELDS: readonly Column<User>[] = [
  { title: "Name", of: (user) => user.name },
  { title: "E-mail", of: (user) => `${user.email}${user.emailVerified ? "" : " (not confirmed)"}` },
  { title: "Id", of: (user) => user.id },
  { title: "Status", of: (user) => user.status },
  { title: "Roles", of: (user) => user.roles.join(", ") },
  { title: "Groups", of: (user) => user.groups.map((group) => group.name).join(", ") },
  { title: "Instance administrator", of: (user) => (user.instanceAdmin ? "yes" : "no") },
  { title: "Second factor", of: ({ security }) => (security === null ? "not shown to you" : security.secondFactor ? "on" : "off") },
  { title: "Locked until", of: (user) => user.security?.lockedUntil, kind: "instant" },
  { title: "Last sign-in", of: (user) => user.lastSignInAt, kind: "instant" },
  { title: "Member since", of: (user) => user.joinedAt, kind: "instant" },
];

const INVITED: readonly Column<InvitationResult>[] = [
  { title: "E-mail", of: (item) => item.email },
  { title: "Result", of: (item) => item.result.replaceAll("_", " ") },
  { title: "Link", of: (item) => item.link },
];

type Change = (client: Client, user: string) => Promise<User>;

const CHANGES: Readonly<Record<string, readonly [change: Change, description: string, result: string]>> = {
  activate: [(client, user) => client.call("users.activate", { params: { user } }), "let a deactivated person in again", "is active"],
  deactivate: [(client, user) => client.call("users.deactivate", { params: { user } }), "deactivate an account and end its sessions at once", "is deactivated"],
  unlock: [(client, user) => client.call("users.unlock", { params: { user } }), "unlock an account after too many failed sign-ins", "is unlocked"],
};

interface ListUsersOptions {
  readonly limit: number;
  readonly all?: boolean;
  readonly search?: string;
  readonly role?: string;
  readonly status?: "active" | "inactive";
}

function addReading(users: Command, shell: Shell): void {
  withListOptions(users.command("list").description("list the people of the workspace"))
    .option("--search <text>", "part of a name or e-mail address")
    .option("--role <role>", "people who hold this role")
    .addOption(new Option("--status <status>", "people with this status").choices(["active", "inactive"]))
    .action(async ({ search, role, status, ...amount }: ListUsersOptions, command: Command) => {
      const { client, output } = await connect(shell, command);
      const page = await readPages(amount, (query) => client.call("users.list", { query: { ...query, search, role, status } }));
      output.list(page, COLUMNS, "Nobody matches.");
    });
  users
    .command("show")
    .description("show a person")
    .argument("<user>", "id or e-mail address")
    .action(async (user: string, _options: unknown, command: Command) => {
      const { client, output } = await connect(shell, command);
      output.record(await client.call("users.get", { params: { user } }), FIELDS);
    });
}

function addInviting(users: Command, shell: Shell): void {
  users
    .command("invite")
    .description("invite people into the workspace by mail")
    .argument("<email...>", "e-mail addresses")
    .option("--name <name>", "greets the person; for a single address")
    .option("--role <role>", "role to give, several with commas; viewer when left out", several)
    .action(async (emails: string[], options: { name?: string; role?: readonly string[] }, command: Command) => {
      const roles = options.role === undefined ? undefined : [...options.role];
      const { client, output } = await connect(shell, command);
      const answer = await client.call("invitations.create", { body: { emails, name: options.name, roles } });
      if (output.json) output.value(answer);
      else output.list({ items: answer.results, next: null }, INVITED, "Nobody was invited.");
    });
}

/** `users list, show, invite, activate, deactivate, unlock`. */
export function addUsers(program: Command, shell: Shell): void {
  const users = program.command("users").description("people of the workspace");
  addReading(users, shell);
  addInviting(users, shell);
  for (const [verb, [change, description, result]] of Object.entries(CHANGES)) {
    users
      .command(verb)
      .description(description)
      .argument("<user>", "id or e-mail address")
      .action(async (user: string, _options: unknown, command: Command) => {
        const { client, output } = await connect(shell, command);
        const changed = await change(client, user);
        output.done(changed, `${changed.email} ${result}.`);
      });
  }
}
