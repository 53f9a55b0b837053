import { VARIABLES } from "../../apps/cli/src/environment.ts";
import { EXIT_CODES } from "../../apps/cli/src/exit-codes.ts";
import { buildProgram } from "../../apps/cli/src/program.ts";
import { ADMIN_EXIT_CODES, buildAdminProgram } from "../../apps/server/src/admin/program.ts";

type Command = ReturnType<typeof buildProgram>;

const nobody = (): never => {
  throw new Error("the reference runs no command");
};

/** The command tree of `granary`, to be described and not to be run. */
function granary(): Command {
  const terminal = { width: undefined, canAsk: false, showsProgress: false, write: nobody, note: nobody, paint: nobody, readSecret: nobody, readAll: nobody };
  const environment = { apiKey: undefined, server: undefined, workspace: undefined, profile: undefined, configDirectory: "", mayColor: false };
  return buildProgram({ terminal, environment, version: "" });
}

function granaryAdmin(): Command {
  return buildAdminProgram({ config: nobody, say: nobody, note: nobody, ask: nobody, readAll: nobody }, "");
}

interface Described {
  readonly command: Command;
  /** The words that call it. */
  readonly path: string;
}

function leaves(command: Command, path: string): readonly Described[] {
  if (command.commands.length === 0) return [{ command, path }];
  return command.commands.flatMap((child) => leaves(child, `${path} ${child.name()}`));
}

/** Every command of both programs that does something, by the words that call it. */
export function describedCommands(): readonly Described[] {
  return [...leaves(granary(), "granary"), ...leaves(granaryAdmin(), "granary-admin")];
}

const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
const cell = (text: string): string => text.replaceAll("|", "\\|");

function optionRows(command: Command): readonly string[] {
  const options = command.createHelp().visibleOptions(command);
  return options.filter((option) => option.long !== "--help").map((option) => `| \`${cell(option.flags)}\` | ${cell(describe(option))} |`);
}

function describe(option: Command["options"][number]): string {
  const choices = option.argChoices === undefined ? "" : ` (${option.argChoices.join(", ")})`;
  const fallback = typeof option.defaultValue === "number" ? `; ${option.defaultValue} when left out` : "";
  const needed = option.mandatory ? "; required" : "";
  return `${option.description}${choices}${fallback}${needed}`;
}

function section({ command, path }: Described): string {
  const values = command.registeredArguments.map((argument) => {
    const name = `${argument.name()}${argument.variadic ? "..." : ""}`;
    return argument.required ? `<${name}>` : `[${name}]`;
  });
  const rows = optionRows(command);
  const args = command.registeredArguments.map((argument) => `- \`${argument.name()}\`: ${argument.description}`);
  const parts = [`### \`${[path, ...values].join(" ")}\``, `${sentence(command.description())}.`];
  if (args.length > 0) parts.push(args.join("\n"));
  if (rows.length > 0) parts.push(["| Option | Meaning |", "| --- | --- |", ...rows].join("\n"));
  return parts.join("\n\n");
}

function codes(table: Readonly<Record<string, readonly [number, string]>>): string {
  return ["| Code | Meaning |", "| --- | --- |", ...Object.values(table).map(([code, meaning]) => `| ${code} | ${meaning} |`)].join("\n");
}

function sections(root: string): string {
  const found = describedCommands().filter(({ path }) => path.startsWith(`${root} `));
  return found.map(section).join("\n\n");
}

const GRANARY_INTRO = `\`granary\` talks to a running server, as \`./granary <command>\` in a checkout. Sign in once with \`granary login\`: it shows a code to approve in a browser. Scripts use an API key in \`GRANARY_API_KEY\`.

Results go to standard output, everything else to standard error. On a terminal lists are tables that fit it; in a pipe they are one line each with tabs between and no heading, and nothing is coloured. With \`--json\` results are the server's answers, and an error is one line \`{"error": {"code", "message", "status", "issues", "requestId"}}\` on standard error.

Sign-ins are kept by profile in \`granary/credentials.json\` of the configuration directory, readable by you alone. Several commands may run at once: tokens are renewed under a lock. A secret is only ever sent to the server it is for.`;

const ADMIN_INTRO = `\`granary-admin\` looks after an installation, as \`./granary-admin <command>\` or \`./granary admin <command>\` in a checkout. It runs on the machine of the data with the settings of the server (see configuration), and works on its database without the server: beside a running one where that is safe, and not at all where it is not.

A backup holds the whole database as it was at one moment, the files of the tables where they are stored on this machine, uploads and checksums of everything; \`--include-secrets\` adds the generated secret keys, without which second factors and stored passwords of connections cannot be read. A restore checks every checksum first. It never replaces data without \`--replace\`, a confirmation (typed, or \`--yes\`) and a fresh backup of what is there. The database changes in one transaction: a restore that is killed leaves the old data, and can simply be run again. Tables are found under their whole address, so they are restored to the address they had; \`GRANARY_STORAGE\` names it when the data directory is another one.`;

/** The text of docs/reference/cli.md. */
export function cliPage(mark: string): string {
  const options = optionRows(granary()).filter((row) => !row.includes("--version"));
  const variables = Object.entries(VARIABLES).map(([name, text]) => `| \`${name}\` | ${text} |`);
  const parts = [
    mark,
    "# Command line",
    "## `granary`",
    GRANARY_INTRO,
    ["| Option of every command | Meaning |", "| --- | --- |", ...options].join("\n"),
    ["| Variable | Meaning |", "| --- | --- |", ...variables].join("\n"),
    codes(EXIT_CODES),
    sections("granary"),
    "## `granary-admin`",
    ADMIN_INTRO,
    codes(ADMIN_EXIT_CODES),
    sections("granary-admin"),
  ];
  return `${parts.join("\n\n")}\n`;
}
