import { randomInt } from "node:crypto";
import { createAdministrator, unlockAccount } from "@granary/core/identity";
import { migrate } from "@granary/db";
import { email as emailSchema } from "@granary/protocol";
import { type Command, InvalidArgumentError } from "commander";
import type { Desk } from "../desk.ts";
import { asPlatform, openInstallation } from "../installation.ts";

/** Without letters and digits that look alike; 20 of them are 99 random bits. */
const ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789";
const GROUPS = 5;
const GROUP_LENGTH = 4;

function generatePassword(): string {
  const group = (): string => Array.from({ length: GROUP_LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join("");
  return Array.from({ length: GROUPS }, group).join("-");
}

function address(text: string): string {
  const parsed = emailSchema.safeParse(text);
  if (!parsed.success) throw new InvalidArgumentError("It must be an e-mail address.");
  return parsed.data;
}

interface CreateAdminOptions {
  readonly email: string;
  readonly name?: string;
  readonly passwordStdin?: boolean;
}

async function createAdmin(desk: Desk, { email, name, passwordStdin }: CreateAdminOptions): Promise<void> {
  const config = desk.config();
  const password = passwordStdin === true ? (await desk.readAll()).replace(/\r?\n$/, "") : generatePassword();
  const input = { email, name: name ?? email.split("@")[0] ?? email, password, mustChangePassword: passwordStdin !== true };
  await using installation = await openInstallation(config, { use: "beside", create: true });
  await migrate(installation.connection);
  const created = await asPlatform(config, installation.connection, (ctx) => createAdministrator(ctx, input));
  const kind = created.first ? "the first administrator, who is protected" : "another administrator of the installation";
  desk.note(`${created.email} is ${kind}.`);
  if (passwordStdin === true) return;
  desk.note("The password is shown this once:");
  desk.say(password);
}

async function unlock(desk: Desk, email: string): Promise<void> {
  const config = desk.config();
  await using installation = await openInstallation(config, { use: "beside" });
  const wasLocked = await asPlatform(config, installation.connection, (ctx) => unlockAccount(ctx, email));
  desk.say(wasLocked ? `${email} is unlocked.` : `${email} was not locked.`);
}

/** `create-admin` and `unlock`: the ways back in for whoever runs the installation. */
export function addAccounts(program: Command, desk: Desk): void {
  program
    .command("create-admin")
    .description("create an administrator of the installation; a generated password is printed once")
    .requiredOption("--email <address>", "the person's e-mail address", address)
    .option("--name <name>", "the person's name; taken from the address when left out")
    .option("--password-stdin", "read the password from standard input instead of generating one")
    .action((options: CreateAdminOptions) => createAdmin(desk, options));
  program
    .command("unlock")
    .description("unlock an account after too many failed sign-ins")
    .argument("<email>", "the person's e-mail address", address)
    .action((email: string) => unlock(desk, email));
}
