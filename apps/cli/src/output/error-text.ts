import { isApiError } from "@granary/client";
import { CommanderError } from "commander";
import { plain } from "./cells.ts";
import type { Terminal } from "./terminal.ts";

const ADVICE: Readonly<Record<string, string>> = {
  "auth.required": "Sign in with: granary login",
  "auth.session_required": "Sign in as a person with: granary login",
  "auth.password_change_required": "Sign in with a browser to choose a new password.",
  "auth.second_factor_enrolment_required": "Sign in with a browser to set up the second factor.",
  "workspace.not_found": "List your workspaces with: granary workspaces",
  "edit.conflict": "Read it again, then repeat the command.",
};

interface ErrorDocument {
  readonly code: string;
  readonly message: string;
  readonly status?: number;
  readonly issues?: readonly { readonly path: string; readonly message: string }[];
  readonly requestId?: string | undefined;
}

function documentOf(error: unknown): ErrorDocument {
  if (isApiError(error)) {
    const { code, message, status, issues, requestId } = error;
    return { code, message, status, issues, requestId };
  }
  const message = error instanceof Error ? error.message : String(error);
  return error instanceof CommanderError ? { code: "usage", message: message.replace(/^error: /, "") } : { code: "cli", message };
}

/** An error as one JSON document, for `--json`. */
export function errorJson(error: unknown): string {
  return `${JSON.stringify({ error: documentOf(error) })}\n`;
}

/** An error for people: what is wrong, every issue, what to do and the request id an administrator can look up. */
export function errorText(error: unknown, terminal: Terminal, server: string | undefined): string {
  const { code, message, issues = [], requestId } = documentOf(error);
  const lines = [`${terminal.paint("red", "granary:", "notes")} ${plain(message)}`];
  for (const issue of issues) lines.push(`  ${plain(issue.path === "" ? issue.message : `${issue.path}: ${issue.message}`)}`);
  const advice = code === "network.unreachable" && server !== undefined ? `Is Granary running at ${server}? Name another address with --server.` : ADVICE[code];
  if (advice !== undefined) lines.push(`  ${advice}`);
  if (requestId !== undefined) lines.push(`  Request ${plain(requestId)}`);
  return `${lines.join("\n")}\n`;
}
