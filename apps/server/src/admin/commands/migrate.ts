import { migrate, pending } from "@granary/db";
import type { Command } from "commander";
import type { Desk } from "../desk.ts";
import { openInstallation } from "../installation.ts";

async function showPending(desk: Desk): Promise<void> {
  await using installation = await openInstallation(desk.config(), { use: "beside" });
  const waiting = await pending(installation.connection);
  if (waiting.length === 0) return desk.say("The database is up to date.");
  for (const { name, breaking } of waiting) desk.say(breaking === undefined ? name : `${name} (breaking: ${breaking})`);
}

async function runMigrations(desk: Desk): Promise<void> {
  const config = desk.config();
  {
    await using running = await openInstallation(config, { use: "beside", create: true });
    if ((await pending(running.connection)).length === 0) return desk.say("The database is up to date.");
  }
  await using installation = await openInstallation(config, { use: "alone" });
  const { applied } = await migrate(installation.connection);
  desk.say(`Applied ${applied.join(", ")}.`);
}

/** `migrate`: brings the database to this program's schema, as every start does. */
export function addMigrate(program: Command, desk: Desk): void {
  program
    .command("migrate")
    .description("bring the database to the schema of this program, as every start does")
    .option("--dry-run", "list what would be applied, and change nothing")
    .action((options: { dryRun?: boolean }) => (options.dryRun === true ? showPending(desk) : runMigrations(desk)));
}
