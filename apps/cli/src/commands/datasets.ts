import { type Dataset, DOWNLOAD_FORMATS, type DownloadFormat } from "@granary/protocol";
import { type Command, Option } from "commander";
import { CliError } from "../exit-codes.ts";
import { type Column, tableText } from "../output/index.ts";
import { connect, type Connection, type Shell } from "../shell.ts";
import { addVersions } from "./dataset-versions.ts";
import { positiveNumber, readPages, withListOptions } from "./list-options.ts";
import { addLoading } from "./load-datasets.ts";
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

const FIELDS: readonly Column<Dataset>[] = [
  { title: "Name", of: (dataset) => dataset.name },
  { title: "Id", of: (dataset) => dataset.id },
  { title: "Description", of: (dataset) => dataset.description },
  { title: "Tags", of: (dataset) => dataset.tags.join(", ") },
  { title: "Seen by", of: (dataset) => dataset.visibility },
  { title: "Owner", of: (dataset) => dataset.owner?.name ?? "left" },
  { title: "Status", of: (dataset) => dataset.status },
  { title: "Rows", of: (dataset) => dataset.rows },
  { title: "Version", of: (dataset) => dataset.dataVersion },
  { title: "You may", of: (dataset) => dataset.level },
  { title: "Created", of: (dataset) => dataset.createdAt, kind: "instant" },
  { title: "Changed", of: (dataset) => dataset.updatedAt, kind: "instant" },
];

const COLUMN_FIELDS: readonly Column<Dataset["columns"][number]>[] = [
  { title: "Column", of: (column) => column.name },
  { title: "Type", of: (column) => column.type },
  { title: "Stored as", of: (column) => column.storedType },
  { title: "You see", of: (column) => (column.masked ? "masked" : "as it is") },
];

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

interface DownloadOptions {
  readonly output?: string;
  readonly format?: DownloadFormat;
  readonly dataVersion?: string;
}

async function download({ client, output }: Connection, dataset: string, options: DownloadOptions): Promise<void> {
  const ending = DOWNLOAD_FORMATS.find((known) => options.output?.toLowerCase().endsWith(`.${known}`));
  const format = options.format ?? ending ?? "csv";
  if ((format === "parquet" || format === "xlsx") && options.output === undefined && output.terminal.width !== undefined)
    throw new CliError("usage", `A terminal cannot show ${format}. Write it to a file with -o.`);
  const query = { format, ...(options.dataVersion === undefined ? {} : { version: options.dataVersion }) };
  await saveDownload(await client.download("datasets.download", { params: { dataset }, query }), options.output, process.stdout);
}

async function show({ client, output }: Connection, dataset: string): Promise<void> {
  const found = await client.call("datasets.get", { params: { dataset } });
  output.record(found, FIELDS);
  if (!output.json) output.terminal.write(`\n${tableText(found.columns, COLUMN_FIELDS, output.terminal)}`);
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
  datasets
    .command("show")
    .description("show a dataset and its columns")
    .argument("<dataset>", "id or name")
    .action(async (dataset: string, _options: unknown, command: Command) => show(await connect(shell, command), dataset));
  withListOptions(datasets.command("rows").description("show rows of a dataset"))
    .argument("<dataset>", "id or name")
    .option("--data-version <n>", "as they were at this version", positiveNumber)
    .action(async (dataset: string, { dataVersion, ...amount }: { limit: number; all?: boolean; dataVersion?: number }, command: Command) =>
      showRows(await connect(shell, command), dataset, { ...amount, ...(dataVersion === undefined ? {} : { version: dataVersion }) }),
    );
}

/** `datasets list, show, rows, create, upload, versions, restore, download`. */
export function addDatasets(program: Command, shell: Shell): void {
  const datasets = program.command("datasets").description("table-shaped data that keeps every version");
  addReading(datasets, shell);
  addLoading(datasets, shell);
  addVersions(datasets, shell);
  datasets
    .command("download")
    .description("download the rows you may see as a file")
    .argument("<dataset>", "id or name")
    .addOption(new Option("-f, --format <format>", "kind of file; by its ending, else CSV").choices(DOWNLOAD_FORMATS))
    .option("-o, --output <file>", "where to put it; standard output when left out")
    .option("--data-version <version>", "as they were at this version: a number, a name or an instant")
    .action(async (dataset: string, options: DownloadOptions, command: Command) => download(await connect(shell, command), dataset, options));
}
