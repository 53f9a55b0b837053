import { parse } from "node:path";
import type { Dataset } from "@granary/protocol";
import { type Command, Option } from "commander";
import { CliError } from "../exit-codes.ts";
import { type Column, tableText } from "../output/index.ts";
import { connect, type Connection, type Shell } from "../shell.ts";
import { positiveNumber, readPages, withListOptions } from "./list-options.ts";
import { openFile } from "./open-file.ts";
import { saveDownload } from "./save-download.ts";

const COLUMNS: readonly Column<Dataset>[] = [
  { title: "Name", of: (dataset) => dataset.name },
  { title: "Status", of: (dataset) => dataset.status },
  { title: "Rows", of: (dataset) => dataset.rows, kind: "number" },
  { title: "Version", of: (dataset) => dataset.dataVersion, kind: "number" },
  { title: "Owner", of: (dataset) => dataset.owner?.name ?? "left" },
  { title: "Changed", of: (dataset) => dataset.updatedAt, kind: "instant" },
  { title: "Id", of: (dataset) => dataset.id },
];

interface UploadOptions {
  readonly name?: string;
  readonly description?: string;
  readonly visibility?: Dataset["visibility"];
  readonly wait: boolean;
}

async function upload({ client, output }: Connection, path: string, options: UploadOptions): Promise<void> {
  const { file, fileName } = await openFile(path);
  const { description, visibility } = options;
  const given = { name: options.name ?? parse(fileName).name, description, visibility };
  const fields = Object.fromEntries(Object.entries(given).filter((entry): entry is [string, string] => entry[1] !== undefined));
  // The body's type describes the form, whose parts are sent as fields and file.
  const request = { query: { wait: String(options.wait) }, file, fileName, fields } as unknown as Parameters<typeof client.upload<"datasets.create">>[1];
  const created = await client.upload("datasets.create", request);
  const { dataset, batch } = created;
  if (batch.status === "failed") {
    const { message = "no reason was given", issues = [] } = batch.error ?? {};
    const details = issues.map((issue) => (issue.path === "" ? issue.message : `${issue.path}: ${issue.message}`));
    throw new CliError("failure", `${fileName} could not be loaded: ${[message, ...details].join(" ")} (dataset ${dataset.id})`);
  }
  const rejected = batch.rejected === null || batch.rejected === 0 ? "" : ` ${batch.rejected} records were set aside.`;
  const loaded = batch.status === "loaded" ? `with ${batch.rows} rows.${rejected}` : `and is being loaded by the job ${created.jobId}.`;
  output.done(created, `The dataset ${dataset.name} (${dataset.id}) exists ${loaded}`);
}

type Row = readonly (string | null)[];

async function showRows({ client, output }: Connection, dataset: string, options: { limit: number; all?: boolean; version?: number }): Promise<void> {
  let columns: readonly { readonly name: string }[] = [];
  const page = await readPages<Row>(options, async (query) => {
    const answer = await client.call("datasets.rows", { params: { dataset }, query: { ...query, version: options.version } });
    columns = answer.columns;
    return { items: answer.rows, next: answer.next };
  });
  if (output.json) return output.value({ columns, rows: page.items, next: page.next });
  const shown = columns.map((column, index): Column<Row> => ({ title: column.name, of: (row) => row[index] }));
  output.terminal.write(tableText(page.items, shown, output.terminal));
  if (page.next !== null) output.terminal.note("There is more: add --all, or a larger --limit.\n");
}

function addReading(datasets: Command, shell: Shell): void {
  withListOptions(datasets.command("list").description("list the datasets you may read"))
    .option("--search <text>", "part of a name or description")
    .option("--mine", "your own")
    .action(async ({ search, mine, ...amount }: { limit: number; all?: boolean; search?: string; mine?: boolean }, command: Command) => {
      const { client, output } = await connect(shell, command);
      const owner = mine === true ? ("me" as const) : undefined;
      const page = await readPages(amount, (query) => client.call("datasets.list", { query: { ...query, q: search, owner } }));
      output.list(page, COLUMNS, "There are no such datasets.");
    });
  withListOptions(datasets.command("rows").description("show rows of a dataset"))
    .argument("<dataset>", "id or name")
    .option("--data-version <n>", "as they were at this version", positiveNumber)
    .action(async (dataset: string, { dataVersion, ...amount }: { limit: number; all?: boolean; dataVersion?: number }, command: Command) =>
      showRows(await connect(shell, command), dataset, { ...amount, ...(dataVersion === undefined ? {} : { version: dataVersion }) }),
    );
}

/** `datasets list, upload, rows, download`. */
export function addDatasets(program: Command, shell: Shell): void {
  const datasets = program.command("datasets").description("table-shaped data that keeps every version");
  addReading(datasets, shell);
  datasets
    .command("upload")
    .description("create a dataset from a file")
    .argument("<file>", "CSV or other delimited text, JSON, XML, Excel or Parquet, packed or not")
    .option("--name <name>", "name of the dataset; the file's when left out")
    .option("--description <text>", "what it holds")
    .addOption(new Option("--visibility <who>", "who sees it").choices(["private", "workspace"]))
    .option("--no-wait", "do not wait until it is loaded")
    .action(async (file: string, options: UploadOptions, command: Command) => upload(await connect(shell, command), file, options));
  datasets
    .command("download")
    .description("download the rows you may see as CSV")
    .argument("<dataset>", "id or name")
    .option("-o, --output <file>", "where to put it; standard output when left out")
    .option("--data-version <n>", "as they were at this version", positiveNumber)
    .action(async (dataset: string, options: { output?: string; dataVersion?: number }, command: Command) => {
      const { client } = await connect(shell, command);
      const download = await client.download("datasets.download", { params: { dataset }, query: { version: options.dataVersion } });
      await saveDownload(download, options.output, process.stdout);
    });
}
