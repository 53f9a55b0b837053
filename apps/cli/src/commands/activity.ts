import { setTimeout as sleep } from "node:timers/promises";
import type { ActivityArea, ActivityEntry } from "@granary/protocol";
import { type Command, Option } from "commander";
import { type Column, tableText } from "../output/index.ts";
import { connect, type Connection, type Shell } from "../shell.ts";
import { duration, positiveNumber, readPages } from "./list-options.ts";

const AREAS = ["authentication", "administration", "data", "system"] as const satisfies readonly ActivityArea[];
const DEFAULT_LINES = 20;
const FOLLOW_EVERY_MS = 2_000;
/** Ids are made before the commit, so an entry may appear behind a later one by as long as a transaction takes. */
const OVERLAP_MS = 60_000;

const COLUMNS: readonly Column<ActivityEntry>[] = [
  { title: "At", of: (entry) => entry.at, kind: "instant" },
  { title: "Result", of: (entry) => entry.result },
  { title: "What", of: (entry) => entry.text },
  { title: "Type", of: (entry) => entry.type },
  { title: "From", of: (entry) => entry.ip },
  { title: "Id", of: (entry) => entry.id },
];

interface ActivityOptions {
  readonly lines: number;
  readonly follow?: boolean;
  readonly since?: number;
  readonly type?: string;
  readonly area?: ActivityArea;
  readonly actor?: string;
  readonly subject?: string;
  readonly result?: ActivityEntry["result"];
  readonly text?: string;
  readonly instance?: boolean;
}

function filtersOf(options: ActivityOptions) {
  const { type, area, actor, subject, result, text } = options;
  const of = options.instance === true ? ("instance" as const) : ("workspace" as const);
  return { type, area, actor, subject, result, text, of };
}

const since = (ms: number): string => new Date(ms).toISOString();

/** The newest entries, oldest first, as a log is read. */
async function readTail({ client }: Connection, options: ActivityOptions): Promise<readonly ActivityEntry[]> {
  const from = options.since === undefined ? undefined : since(Date.now() - options.since);
  const filters = filtersOf(options);
  const page = await readPages({ limit: options.lines }, (query) => client.call("activity.list", { query: { ...query, ...filters, from } }));
  return page.items.toReversed();
}

function printEntries({ output }: Connection, entries: readonly ActivityEntry[]): void {
  const { terminal } = output;
  if (output.json) for (const entry of entries) terminal.write(`${JSON.stringify(entry)}\n`);
  else if (entries.length > 0) terminal.write(tableText(entries, COLUMNS, terminal));
}

async function follow(connection: Connection, options: ActivityOptions, first: readonly ActivityEntry[]): Promise<never> {
  const filters = filtersOf(options);
  let newest = Date.parse(first.at(-1)?.at ?? since(Date.now()));
  let seen = new Set(first.map((entry) => entry.id));
  for (;;) {
    await sleep(FOLLOW_EVERY_MS);
    const from = since(newest - OVERLAP_MS);
    const { items } = await readPages<ActivityEntry>({ limit: 0, all: true }, (query) =>
      connection.client.call("activity.list", { query: { ...query, ...filters, from } }),
    );
    const fresh = items.filter((entry) => !seen.has(entry.id) && (first.length > 0 || Date.parse(entry.at) >= newest)).toReversed();
    printEntries(connection, fresh);
    seen = new Set([...seen, ...items.map((entry) => entry.id)]);
    newest = Math.max(newest, ...items.map((entry) => Date.parse(entry.at)));
  }
}

async function showActivity(connection: Connection, options: ActivityOptions): Promise<void> {
  const entries = await readTail(connection, options);
  printEntries(connection, entries);
  if (options.follow === true) await follow(connection, options, entries);
  else if (entries.length === 0) connection.output.terminal.note("Nothing matches.\n");
}

/** `activity`: the tail of the activity log. */
export function addActivity(program: Command, shell: Shell): void {
  program
    .command("activity")
    .description("show the latest of the activity log, oldest first; with --json one document a line")
    .option("-n, --lines <n>", "show this many", positiveNumber, DEFAULT_LINES)
    .option("-f, --follow", "go on showing what happens until interrupted")
    .option("--since <time>", "not older than this, such as 30m, 12h or 7d", duration)
    .option("--type <type>", "of these types, several with commas, such as session.started")
    .addOption(new Option("--area <area>", "of this area").choices(AREAS))
    .option("--actor <id>", "done by this person or API key")
    .option("--subject <id>", "done to this")
    .addOption(new Option("--result <result>", "with this result").choices(["success", "denied", "failure"]))
    .option("--text <text>", "with this text in a label or address")
    .option("--instance", "what belongs to no workspace; for administrators of the installation")
    .action(async (options: ActivityOptions, command: Command) => showActivity(await connect(shell, command), options));
}
