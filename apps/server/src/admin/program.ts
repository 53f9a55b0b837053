import { Command } from "commander";
import { addAccounts } from "./commands/accounts.ts";
import { addBackup } from "./commands/backup.ts";
import { addDoctor } from "./commands/doctor.ts";
import { addMigrate } from "./commands/migrate.ts";
import { addRestore } from "./commands/restore.ts";
import { addVerifyAudit } from "./commands/verify-audit.ts";
import type { Desk } from "./desk.ts";

const FEATURES = [addMigrate, addAccounts, addBackup, addRestore, addVerifyAudit, addDoctor];

/** Every exit code of `granary-admin` and what it means. */
export const ADMIN_EXIT_CODES = {
  ok: [0, "Done."],
  failure: [1, "It failed, was refused, or a check found something wrong."],
  usage: [2, "The command line is wrong."],
} as const;

/** The command tree of `granary-admin`: it works on the data beside the server, with the server's settings. */
export function buildAdminProgram(desk: Desk, version: string): Command {
  const program = new Command("granary-admin")
    .description("Looks after an installation, on the machine of its data and with the settings of its server.")
    .version(version, "-V, --version", "show the version of this program")
    .helpCommand(false)
    .exitOverride()
    .configureOutput({ outputError: () => undefined });
  for (const add of FEATURES) add(program, desk);
  return program;
}
