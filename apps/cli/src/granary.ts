#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { CommanderError } from "commander";
import { readEnvironment } from "./environment.ts";
import { EXIT_CODES, outcomeOf } from "./exit-codes.ts";
import { createTerminal, errorJson, errorText } from "./output/index.ts";
import { buildProgram } from "./program.ts";
import { globalOptions } from "./shell.ts";

/** A reader that has seen enough closes its pipe (`granary users list | head`); that is no failure of ours. */
process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));

const environment = readEnvironment(process.env);
const terminal = createTerminal(process, environment.mayColor);
const manifest = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as { version: string };
const program = buildProgram({ environment, terminal, version: manifest.version });

try {
  await program.parseAsync();
} catch (error) {
  const outcome = outcomeOf(error);
  // A group without a command was answered with its help already.
  const isHelp = error instanceof CommanderError && error.code === "commander.help";
  if (outcome !== "ok" && !isHelp) {
    const { json, server } = globalOptions(program);
    terminal.note(json === true ? errorJson(error) : errorText(error, terminal, server ?? environment.server));
  }
  process.exitCode = EXIT_CODES[outcome][0];
}
