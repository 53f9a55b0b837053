import type { Pipeline, PipelineSummary, RunSummary } from "@granary/protocol";
import { type Command, InvalidArgumentError, Option } from "commander";
import { CliError } from "../exit-codes.ts";
import type { Column } from "../output/index.ts";
import { connect, type Connection, type Shell } from "../shell.ts";
import { positiveNumber, readPages, several, withListOptions } from "./list-options.ts";
import { errorsOf, findFiles, type PlannedFile, planFile, planText } from "./pipeline-files.ts";
import { requireSuccess, showLog } from "./pipeline-runs.ts";
import { saveDownload } from "./save-download.ts";

const PIPELINE = "name or id of a pipeline";

const lastState = ({ lastRun }: PipelineSummary): string | null => lastRun?.state.replaceAll("_", " ") ?? null;

const COLUMNS: readonly Column<PipelineSummary>[] = [
  { title: "Name", of: (pipeline) => pipeline.name },
  { title: "Version", of: (pipeline) => pipeline.documentVersion, kind: "number" },
  { title: "Last run", of: lastState },
  { title: "Next run", of: (pipeline) => pipeline.nextRunAt, kind: "instant" },
  { title: "Runs by itself", of: (pipeline) => (pipeline.triggers.length === 0 ? "no" : pipeline.enabled ? "yes" : "turned off") },
  { title: "Id", of: (pipeline) => pipeline.id },
];

const FIELDS: readonly Column<Pipeline>[] = [
  { title: "Name", of: (pipeline) => pipeline.name },
  { title: "Id", of: (pipeline) => pipeline.id },
  { title: "About", of: (pipeline) => pipeline.description },
  { title: "Version", of: (pipeline) => pipeline.documentVersion },
  { title: "Nodes", of: (pipeline) => pipeline.document.nodes.map(({ id, kind }) => `${id} (${kind})`).join(", ") },
  { title: "Triggers", of: (pipeline) => pipeline.triggers.map(({ text }) => text).join("; ") },
  { title: "Next run", of: (pipeline) => pipeline.nextRunAt, kind: "instant" },
  { title: "Last run", of: lastState },
  { title: "Faults", of: (pipeline) => pipeline.faults.map(({ message }) => message).join(" ") },
  { title: "Runs as", of: (pipeline) => pipeline.runsAs?.name },
];

function requireNoFaults(planned: readonly PlannedFile[]): void {
  const wrong = planned.filter((file) => errorsOf(file).length > 0);
  if (wrong.length === 0) return;
  throw new CliError("failure", `There are faults in ${wrong.map(({ path }) => path).join(", ")}. Nothing was changed.`);
}

async function plan({ client, output }: Connection, paths: readonly string[]): Promise<void> {
  const planned: PlannedFile[] = [];
  for (const path of await findFiles(paths)) planned.push(await planFile(client, path));
  if (output.json) output.value(planned.map(({ path, action, difference, faults, document }) => ({ path, name: document.name, action, difference, faults })));
  else for (const file of planned) output.terminal.write(planText(file));
  requireNoFaults(planned);
}

async function applyFile({ client }: Connection, { action, document, pipeline }: PlannedFile, note: string): Promise<Pipeline | null> {
  if (action === "create") return client.call("pipelines.create", { body: { document, note } });
  if (action === "none" || pipeline === null) return pipeline;
  return client.call("pipelines.update", { params: { pipeline: pipeline.id }, body: { document, base: pipeline.documentVersion, note } });
}

const DONE = { create: "created", update: "changed", none: "as it was" } as const;

/** All files are looked at before the first is applied, so that a fault in one leaves all as they are. */
async function apply(connection: Connection, paths: readonly string[], note: string): Promise<void> {
  const { client, output } = connection;
  const planned: PlannedFile[] = [];
  for (const path of await findFiles(paths)) planned.push(await planFile(client, path));
  if (!output.json) for (const file of planned.filter((item) => errorsOf(item).length > 0)) output.terminal.note(planText(file));
  requireNoFaults(planned);
  const applied: { path: string; name: string; id: string; version: number; action: PlannedFile["action"] }[] = [];
  for (const file of planned) {
    const pipeline = await applyFile(connection, file, note);
    if (pipeline === null) continue;
    applied.push({ path: file.path, name: pipeline.name, id: pipeline.id, version: pipeline.documentVersion, action: file.action });
    if (!output.json) output.terminal.write(`${pipeline.name} is ${DONE[file.action]}, version ${pipeline.documentVersion}.\n`);
  }
  if (output.json) output.value(applied);
}

interface RunOptions {
  readonly parameter?: readonly string[];
  readonly atVersion?: number;
  readonly dryRun?: boolean;
  readonly fullRefresh?: readonly string[];
  readonly wait?: boolean;
}

/** `name=value`, repeated. */
function parameter(text: string, before: readonly string[] = []): readonly string[] {
  if (!/^[a-z][a-z0-9_]*=/.test(text)) throw new InvalidArgumentError("Write a parameter as name=value.");
  return [...before, text];
}

async function run(connection: Connection, pipeline: string, options: RunOptions): Promise<void> {
  const { client, output } = connection;
  const parameters = Object.fromEntries((options.parameter ?? []).map((text) => [text.slice(0, text.indexOf("=")), text.slice(text.indexOf("=") + 1)]));
  const { atVersion: version, dryRun = false, fullRefresh = [] } = options;
  const body = { parameters, dryRun, fullRefresh: [...fullRefresh], ...(version === undefined ? {} : { version }) };
  const started: RunSummary = await client.call("pipelines.execute", { params: { pipeline }, body });
  if (options.wait !== true) return output.done(started, `${started.pipeline.name} #${started.number} was started: ${started.id}`);
  const ended = await showLog(connection, started.id, true);
  requireSuccess(ended);
  if (!output.json) output.terminal.write(`${ended.pipeline.name} #${ended.number} ${ended.state.replaceAll("_", " ")}: ${ended.counts.rowsOut} rows.\n`);
}

async function exportPipeline(
  { client }: Connection,
  pipeline: string,
  options: { readonly format: "yaml" | "json"; readonly output?: string },
): Promise<void> {
  const download = await client.download("pipelines.export", { params: { pipeline }, query: { format: options.format } });
  await saveDownload(download, options.output, process.stdout);
}

function addReading(pipelines: Command, shell: Shell): void {
  withListOptions(pipelines.command("list").description("list pipelines, those changed last first"))
    .option("--search <text>", "a part of the name or description")
    .option("--tag <tag>", "with this tag; several with commas", several)
    .addOption(new Option("--state <state>", "in this state").choices(["failing", "running", "scheduled"]))
    .action(
      async (
        options: { limit: number; all?: boolean; search?: string; tag?: readonly string[]; state?: "failing" | "running" | "scheduled" },
        command: Command,
      ) => {
        const { client, output } = await connect(shell, command);
        const { search: q, tag, state, ...amount } = options;
        const page = await readPages<PipelineSummary>(amount, (query) =>
          client.call("pipelines.list", { query: { ...query, q, state, tag: tag === undefined ? undefined : [...tag] } }),
        );
        output.list(page, COLUMNS, "There are no such pipelines.");
      },
    );
  pipelines
    .command("show")
    .description("show a pipeline")
    .argument("<pipeline>", PIPELINE)
    .action(async (pipeline: string, _options: unknown, command: Command) => {
      const { client, output } = await connect(shell, command);
      output.record(await client.call("pipelines.get", { params: { pipeline } }), FIELDS);
    });
  pipelines
    .command("export")
    .description("write a pipeline as a file for git")
    .argument("<pipeline>", PIPELINE)
    .addOption(new Option("--format <format>", "of the file").choices(["yaml", "json"]).default("yaml"))
    .option("-o, --output <file>", "where to; standard output unless said")
    .action(async (pipeline: string, options: { format: "yaml" | "json"; output?: string }, command: Command) =>
      exportPipeline(await connect(shell, command), pipeline, options),
    );
}

/** `pipelines list, show, plan, apply, run, logs, export`. */
export function addPipelines(program: Command, shell: Shell): void {
  const pipelines = program.command("pipelines").description("pipelines, and files of them in a folder");
  addReading(pipelines, shell);
  pipelines
    .command("plan")
    .description("show what files would change, and what is wrong with them")
    .argument("<paths...>", "files, or folders with files (.yaml, .yml, .json)")
    .action(async (paths: string[], _options: unknown, command: Command) => plan(await connect(shell, command), paths));
  pipelines
    .command("apply")
    .description("create or change the pipelines of files, by their names; none of them where one has a fault")
    .argument("<paths...>", "files, or folders with files (.yaml, .yml, .json)")
    .option("--note <text>", "what to say about the versions", "")
    .action(async (paths: string[], options: { note: string }, command: Command) => apply(await connect(shell, command), paths, options.note));
  pipelines
    .command("run")
    .description("start a run")
    .argument("<pipeline>", PIPELINE)
    .option("--parameter <name=value>", "value of a parameter; may be repeated", parameter)
    .option("--at-version <number>", "this version instead of the newest", positiveNumber)
    .option("--dry-run", "read samples and publish nothing")
    .option("--full-refresh <nodes>", "read these sources from the beginning; several with commas", several)
    .option("--wait", "show the log until the run has ended, and end as it did")
    .action(async (pipeline: string, options: RunOptions, command: Command) => run(await connect(shell, command), pipeline, options));
  pipelines
    .command("logs")
    .description("show the log of a run")
    .argument("<run>", "id of a run")
    .option("--follow", "go on until the run has ended")
    .action(async (id: string, options: { follow?: boolean }, command: Command) => {
      await showLog(await connect(shell, command), id, options.follow === true);
    });
}
