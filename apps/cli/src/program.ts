import { Command } from "commander";
import { addActivity } from "./commands/activity.ts";
import { addApi } from "./commands/api.ts";
import { addChanges } from "./commands/changes.ts";
import { addCompletion } from "./commands/completion.ts";
import { addDatasets } from "./commands/datasets.ts";
import { addHealth } from "./commands/health.ts";
import { addJobs } from "./commands/jobs.ts";
import { addKeys } from "./commands/keys.ts";
import { addLogin } from "./commands/login.ts";
import { addPipelines } from "./commands/pipelines.ts";
import { addSql } from "./commands/sql.ts";
import { addUsers } from "./commands/users.ts";
import { addWhoami } from "./commands/whoami.ts";
import type { Shell } from "./shell.ts";

const FEATURES = [
  addLogin,
  addWhoami,
  addHealth,
  addUsers,
  addKeys,
  addJobs,
  addActivity,
  addDatasets,
  addChanges,
  addPipelines,
  addSql,
  addApi,
  addCompletion,
];

/** The whole command tree of `granary`. Errors of the command line are thrown, so that one place prints them. */
export function buildProgram(shell: Shell): Command {
  const program = new Command("granary")
    .description("Talks to a running Granary server.")
    .version(shell.version, "-V, --version", "show the version of this program")
    .option("--json", "print JSON instead of tables and sentences")
    .option("--server <url>", "address of the server")
    .option("--workspace <workspace>", "workspace by id or slug")
    .option("--profile <name>", "which sign-in to use")
    .helpCommand(false)
    .showSuggestionAfterError(true)
    .exitOverride()
    .configureOutput({ writeOut: (text) => shell.terminal.write(text), writeErr: (text) => shell.terminal.note(text), outputError: () => undefined });
  for (const add of FEATURES) add(program, shell);
  for (const group of program.commands) group.helpCommand(false);
  return program;
}
