#!/usr/bin/env node
import { isAppError } from "@granary/kernel";
import { CommanderError } from "commander";
import { ConfigError, readConfig } from "../config.ts";
import { VERSION } from "../version.ts";
import { BadNews, createDesk } from "./desk.ts";
import { ADMIN_EXIT_CODES, buildAdminProgram } from "./program.ts";

type Outcome = keyof typeof ADMIN_EXIT_CODES;

function outcomeOf(error: unknown): Outcome {
  if (!(error instanceof CommanderError)) return "failure";
  return error.exitCode === 0 ? "ok" : "usage";
}

/** Errors meant for people are one sentence; anything else is a fault, whose trace helps to find it. */
function textOf(error: unknown): string {
  if (isAppError(error)) return [error.message, ...error.issues.map((issue) => `  ${issue.message}`)].join("\n");
  if (error instanceof CommanderError) return error.message.replace(/^error: /, "");
  if (error instanceof ConfigError || error instanceof BadNews) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

const desk = createDesk(process, () => readConfig(process.env));

try {
  await buildAdminProgram(desk, VERSION).parseAsync();
} catch (error) {
  const outcome = outcomeOf(error);
  const isHelp = error instanceof CommanderError && error.code === "commander.help";
  if (outcome !== "ok" && !isHelp) desk.note(`granary-admin: ${textOf(error)}`);
  process.exitCode = ADMIN_EXIT_CODES[outcome][0];
}
