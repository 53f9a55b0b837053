import { setTimeout as delay } from "node:timers/promises";
import type { Client } from "@granary/client";
import { CHANGE_EXPORTS, CHANGE_STATES, type ChangedRow, type ChangeDiff, type ChangeRequest, type ChangeState } from "@granary/protocol";
import { type Command, InvalidArgumentError, Option } from "commander";
import { CliError } from "../exit-codes.ts";
import { type Progress, showProgress } from "../output/index.ts";
import { connect, type Connection, type Shell } from "../shell.ts";
import { CHANGE_COLUMNS, diffText, requirePassing, showChange } from "./change-views.ts";
import { readPages, several, withListOptions } from "./list-options.ts";
import { saveDownload } from "./save-download.ts";
import { sendFile } from "./send-file.ts";

const LOOK_AGAIN_MS = 500;
const CHANGE = "number or id of a change request";

type Kind = "added" | "removed" | "modified" | "format" | "duplicate_key" | "null_key";
const KINDS: readonly Kind[] = ["added", "removed", "modified", "format", "duplicate_key", "null_key"];

/** Reads a request again until it is past what `isUnderWay` tells. */
async function follow(client: Client, begun: ChangeRequest, progress: Progress, step: { readonly text: string; isUnderWay(change: ChangeRequest): boolean }) {
  let change = begun;
  while (step.isUnderWay(change)) {
    progress.show(step.text);
    await delay(LOOK_AGAIN_MS);
    change = await client.call("changes.get", { params: { change: change.id } });
  }
  return change;
}

const COMPARING = { text: "Comparing with the dataset", isUnderWay: ({ pending }: ChangeRequest) => pending?.state === "computing" };
const MERGING = { text: "Merging", isUnderWay: ({ state }: ChangeRequest) => state === "merging" };

interface ProposeOptions {
  readonly dataset: string;
  readonly title?: string;
  readonly description?: string;
  readonly draft?: boolean;
  readonly missing?: "kept" | "deleted";
  readonly key?: readonly string[];
  readonly base?: string;
  readonly wait: boolean;
}

async function propose({ client, output }: Connection, path: string, options: ProposeOptions): Promise<void> {
  using progress = showProgress(output.terminal);
  const upload = await sendFile(client, path, progress);
  const { title, description, missing, key, base } = options;
  const proposal = {
    from: "file" as const,
    uploadId: upload.id,
    ...(missing === undefined ? {} : { missing }),
    ...(key === undefined ? {} : { keys: [...key] }),
    ...(base === undefined ? {} : { baseVersion: base }),
  };
  const about = { ...(title === undefined ? {} : { title }), ...(description === undefined ? {} : { description }) };
  const body = { dataset: options.dataset, draft: options.draft === true, proposal, ...about };
  const begun = await client.call("changes.create", { query: { wait: "false" }, body });
  const change = options.wait ? await follow(client, begun, progress, COMPARING) : begun;
  progress[Symbol.dispose]();
  if (options.wait) requirePassing(change);
  const size = change.counts;
  const found = size === null ? "is being compared" : `adds ${size.added}, changes ${size.modified} and deletes ${size.removed} rows`;
  output.done(change, `The change request #${change.number} of ${change.dataset.name} is ${change.state.replaceAll("_", " ")}: it ${found}.`);
}

interface DiffOptions {
  readonly limit: number;
  readonly all?: boolean;
  readonly kind?: Kind;
  readonly column?: string;
}

async function showDiff({ client, output }: Connection, change: string, { kind, column, ...amount }: DiffOptions): Promise<void> {
  let last: ChangeDiff | undefined;
  const rows = await readPages<ChangedRow>(amount, async (query) => {
    last = await client.call("changes.diff", { params: { change }, query: { ...query, kind, column } });
    return { items: last.changes, next: last.next };
  });
  if (last === undefined) return;
  const page = { ...last, changes: [...rows.items], next: rows.next };
  if (output.json) return output.value(page);
  if (page.changes.length === 0) output.terminal.note("No row is changed.\n");
  else output.terminal.write(diffText(output, page));
  if (page.next !== null) output.terminal.note("There is more: add --all, or a larger --limit.\n");
}

async function merge({ client, output }: Connection, change: string, options: { readonly bypass?: string; readonly wait: boolean }): Promise<void> {
  using progress = showProgress(output.terminal);
  const { bypass } = options;
  const begun = await client.call("changes.merge", { params: { change }, query: { wait: "false" }, body: bypass === undefined ? {} : { bypass } });
  const merged = options.wait ? await follow(client, begun, progress, MERGING) : begun;
  progress[Symbol.dispose]();
  if (options.wait && merged.merged === null) {
    const { message = "it is not merged", issues = [] } = merged.mergeError ?? {};
    const details = issues.map((issue) => `${issue.path}: ${issue.message}`);
    throw new CliError("failure", `The change request #${merged.number} was not merged: ${[message, ...details].join(" ")}`);
  }
  const sentence = merged.merged === null ? "is being merged" : `is version ${merged.merged.version} of ${merged.dataset.name}`;
  output.done(merged, `The change request #${merged.number} ${sentence}.`);
}

function keyOf(text: string): (string | null)[] {
  try {
    const key: unknown = JSON.parse(text);
    if (Array.isArray(key) && key.length > 0 && key.every((item) => item === null || typeof item === "string")) return key as (string | null)[];
  } catch {
    // Falls through to the one answer for what is no key.
  }
  throw new InvalidArgumentError("Write the key as a JSON list of texts, such as '[\"A-1\"]'.");
}

function addReading(changes: Command, shell: Shell): void {
  withListOptions(changes.command("list").description("list change requests, those changed last first"))
    .option("--dataset <id>", "of this dataset")
    .addOption(new Option("--state <state>", "in this state").choices(CHANGE_STATES))
    .option("--mine", "your own")
    .option("--waiting", "those that wait for you")
    .option("--search <text>", "a number, or a part of the title")
    .action(async (options: ListChangesOptions, command: Command) => {
      const { client, output } = await connect(shell, command);
      const { dataset, state, search: q } = options;
      const filters = { dataset, q, state, author: options.mine === true ? "me" : undefined, waiting: options.waiting === true ? "true" : undefined };
      output.list(await readPages(options, (query) => client.call("changes.list", { query: { ...query, ...filters } })), CHANGE_COLUMNS, "There are none.");
    });
  changes
    .command("show")
    .description("show a change request and its checks")
    .argument("<change>", CHANGE)
    .option("--check", "fail when its comparison or a check failed")
    .action(async (id: string, options: { check?: boolean }, command: Command) => {
      const { client, output } = await connect(shell, command);
      const change = await client.call("changes.get", { params: { change: id } });
      showChange(output, change);
      if (options.check === true) requirePassing(change);
    });
  withListOptions(changes.command("diff").description("show changed rows, with each value before and after"))
    .argument("<change>", CHANGE)
    .addOption(new Option("--kind <kind>", "only these").choices(KINDS))
    .option("--column <name>", "only rows in which this column is changed")
    .action(async (id: string, options: DiffOptions, command: Command) => showDiff(await connect(shell, command), id, options));
  changes
    .command("export")
    .description("write what a change request changes to a file")
    .argument("<change>", CHANGE)
    .addOption(new Option("-f, --format <format>", "kind of file").choices(CHANGE_EXPORTS).default("csv"))
    .option("-o, --output <file>", "where to put it; standard output when left out")
    .action(async (id: string, options: { format: (typeof CHANGE_EXPORTS)[number]; output?: string }, command: Command) => {
      const { client } = await connect(shell, command);
      const { format } = options;
      await saveDownload(await client.download("changes.export", { params: { change: id }, query: { format } }), options.output, process.stdout);
    });
}

interface ListChangesOptions {
  readonly limit: number;
  readonly all?: boolean;
  readonly dataset?: string;
  readonly state?: ChangeState;
  readonly mine?: boolean;
  readonly waiting?: boolean;
  readonly search?: string;
}

function addDeciding(changes: Command, shell: Shell): void {
  changes
    .command("comment")
    .description("say something about a change request, one of its rows or a cell")
    .argument("<change>", CHANGE)
    .argument("<text>", "what to say")
    .option("--row <key>", "about this row: its key as a JSON list of texts", keyOf)
    .option("--column <name>", "with --row: about its cell in this column")
    .action(async (id: string, body: string, options: { row?: (string | null)[]; column?: string }, command: Command) => {
      const { client, output } = await connect(shell, command);
      const about = { ...(options.row === undefined ? {} : { rowKey: options.row }), ...(options.column === undefined ? {} : { column: options.column }) };
      output.done(await client.call("changes.comment", { params: { change: id }, body: { body, ...about } }), "Your comment is kept.");
    });
  changes
    .command("approve")
    .description("approve what is proposed now")
    .argument("<change>", CHANGE)
    .option("--message <text>", "what to say with it", "")
    .action(async (id: string, options: { message: string }, command: Command) => {
      const { client, output } = await connect(shell, command);
      const change = await client.call("changes.approve", { params: { change: id }, body: { body: options.message } });
      output.done(change, `You approved #${change.number}: ${change.approvals.given} of ${change.approvals.needed} approvals.`);
    });
  changes
    .command("reject")
    .description("ask for something else, or with --close turn it down for good")
    .argument("<change>", CHANGE)
    .requiredOption("--message <text>", "why")
    .option("--close", "close the request, too")
    .action(async (id: string, options: { message: string; close?: boolean }, command: Command) => {
      const { client, output } = await connect(shell, command);
      const change = await client.call("changes.reject", { params: { change: id }, body: { body: options.message, close: options.close === true } });
      output.done(change, `The change request #${change.number} is ${change.state.replaceAll("_", " ")}.`);
    });
  changes
    .command("merge")
    .description("merge an approved change request into its dataset")
    .argument("<change>", CHANGE)
    .option("--bypass <reason>", "pass over missing approvals, with the reason that is kept; for administrators that own the dataset")
    .option("--no-wait", "do not wait until it is merged")
    .action(async (id: string, options: { bypass?: string; wait: boolean }, command: Command) => merge(await connect(shell, command), id, options));
}

/** `changes list, propose, show, diff, export, comment, approve, reject, merge`. */
export function addChanges(program: Command, shell: Shell): void {
  const changes = program.command("changes").description("proposed changes of datasets, reviewed before they count");
  addReading(changes, shell);
  changes
    .command("propose")
    .description("propose an edited file; fails when it cannot be compared or a check fails")
    .argument("<file>", "an edited download, or any file with the dataset's key columns")
    .requiredOption("--dataset <dataset>", "id or name")
    .option("--title <text>", "what it is about")
    .option("--description <text>", "why")
    .addOption(new Option("--missing <what>", "what rows mean that are not in the file").choices(["kept", "deleted"]))
    .option("--key <columns>", "the columns that identify a row, when not the dataset's own", several)
    .option("--base <version>", "the version the file was made of, when it does not tell itself")
    .option("--draft", "do not open it for review yet")
    .option("--no-wait", "do not wait until it is compared")
    .action(async (file: string, options: ProposeOptions, command: Command) => propose(await connect(shell, command), file, options));
  addDeciding(changes, shell);
}
