import type { Client } from "@granary/client";
import type { Dataset, DownloadFormat, SqlQuery } from "@granary/protocol";
import { type Command, Option } from "commander";
import { CliError, outcomeOfCode } from "../exit-codes.ts";
import { type Column, showProgress, tableText } from "../output/index.ts";
import { connect, type Connection, type Shell } from "../shell.ts";
import { positiveNumber } from "./list-options.ts";
import { saveDownload } from "./save-download.ts";
import { awaitLoad } from "./send-file.ts";

const FORMATS = ["table", "csv", "json", "ndjson", "parquet", "xlsx"] as const;
type Format = (typeof FORMATS)[number];

const FIRST_WAIT_S = 1;
const ROWS_A_PAGE = 1_000;
const DEFAULT_ROWS = 10_000;

interface SqlOptions {
  readonly format?: Format;
  readonly output?: string;
  readonly at?: string;
  readonly maxRows: number;
  readonly saveAs?: string;
  readonly into?: string;
  readonly mode?: "append" | "replace";
  readonly evolve?: boolean;
  readonly visibility?: Dataset["visibility"];
  readonly wait: boolean;
}

/** Runs a query to its end. Ctrl-C cancels it on the server too. */
async function runQuery({ client, output }: Connection, sql: string, { at, maxRows }: SqlOptions): Promise<SqlQuery> {
  using progress = showProgress(output.terminal);
  const stop = { isAsked: false };
  const onInterrupt = (): void => {
    stop.isAsked = true;
  };
  process.once("SIGINT", onInterrupt);
  try {
    const body = { sql, maxRows, wait: FIRST_WAIT_S, limit: 1, ...(at === undefined ? {} : { at }) };
    let { query } = await client.call("sql.run", { body });
    while (query.status === "running") {
      progress.show("The query is running");
      if (stop.isAsked) await client.call("sql.cancel", { params: { query: query.id } });
      query = await client.call("sql.get", { params: { query: query.id }, query: { wait: stop.isAsked ? 1 : FIRST_WAIT_S } });
    }
    return query;
  } finally {
    process.removeListener("SIGINT", onInterrupt);
  }
}

function requireRows(query: SqlQuery): SqlQuery {
  if (query.status === "succeeded") return query;
  if (query.error === null || query.status === "cancelled") throw new CliError("failure", "The query was cancelled.");
  throw new CliError(outcomeOfCode(query.error.code), query.error.message);
}

type Row = readonly (string | null)[];

async function readRows(client: Client, query: SqlQuery["id"]): Promise<Row[]> {
  const rows: Row[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = await client.call("sql.rows", { params: { query }, query: { limit: ROWS_A_PAGE, full: "true", ...(cursor === undefined ? {} : { cursor }) } });
    rows.push(...page.rows);
    if (page.next === null) return rows;
    cursor = page.next;
  }
}

async function showTable({ client, output }: Connection, query: SqlQuery): Promise<void> {
  const rows = await readRows(client, query.id);
  if (output.json) return output.value({ query, columns: query.columns, rows });
  const shown = (query.columns ?? []).map(({ name, type }, index): Column<Row> => {
    const isNumber = type === "integer" || type === "decimal" || type === "number";
    return { title: name, of: (row) => row[index], ...(isNumber ? { kind: "number" } : {}) };
  });
  output.terminal.write(tableText(rows, shown, output.terminal));
}

function formatOf({ format, output }: SqlOptions, isTerminal: boolean): Format {
  const ending = FORMATS.find((known) => known !== "table" && output?.toLowerCase().endsWith(`.${known}`));
  const chosen = format ?? ending ?? (output === undefined ? "table" : "csv");
  if (chosen === "table" && output !== undefined) throw new CliError("usage", "A table is for the terminal. Choose another --format for a file.");
  const isBinary = chosen === "parquet" || chosen === "xlsx";
  if (isBinary && output === undefined && isTerminal) throw new CliError("usage", `A terminal cannot show ${chosen}. Write it to a file with -o.`);
  return chosen;
}

function checkTarget({ saveAs, into, mode, evolve, visibility, format, output }: SqlOptions): void {
  if (saveAs !== undefined && into !== undefined) throw new CliError("usage", "Choose one of --save-as and --into.");
  if (into === undefined && (mode !== undefined || evolve === true)) throw new CliError("usage", "--mode and --evolve belong to --into <dataset>.");
  if (saveAs === undefined && visibility !== undefined) throw new CliError("usage", "--visibility belongs to --save-as <name>.");
  if ((saveAs ?? into) !== undefined && (format ?? output) !== undefined)
    throw new CliError("usage", "Rows go into a dataset or into a file, not both at once.");
}

/** Has all rows of the query stored in a dataset, and follows the load. */
async function store({ client, output }: Connection, text: string, options: SqlOptions): Promise<void> {
  using progress = showProgress(output.terminal);
  const query = { sql: text, ...(options.at === undefined ? {} : { at: options.at }) };
  const { saveAs, into = "", visibility, mode = "append" } = options;
  const begin = async () => {
    if (saveAs !== undefined)
      return client.call("sql.createDataset", { body: { ...query, name: saveAs, ...(visibility === undefined ? {} : { visibility }) } });
    const onNewColumns = options.evolve === true ? ("evolve" as const) : ("refuse" as const);
    const dataset = await client.call("datasets.get", { params: { dataset: into } });
    return { dataset, ...(await client.call("sql.loadDataset", { params: { dataset: dataset.id }, body: { ...query, mode, onNewColumns } })) };
  };
  const begun = await begin();
  const batch = options.wait ? await awaitLoad(client, begun.dataset.id, begun.batch, progress) : begun.batch;
  progress[Symbol.dispose]();
  const { name, id } = begun.dataset;
  const said =
    batch.status === "loaded" ? `${batch.rows} rows are in ${name} (${id}), version ${batch.version}.` : `The job ${begun.jobId} stores the rows in ${name}.`;
  output.done({ ...begun, batch }, said);
}

async function sql(connection: Connection, given: string | undefined, options: SqlOptions): Promise<void> {
  const { client, output } = connection;
  const { terminal } = output;
  checkTarget(options);
  const isStored = (options.saveAs ?? options.into) !== undefined;
  const format = isStored ? "table" : formatOf(options, terminal.width !== undefined);
  const text = given === undefined || given === "-" ? await terminal.readAll() : given;
  if (isStored) return store(connection, text, options);
  const query = requireRows(await runQuery(connection, text, options));
  if (format === "table") await showTable(connection, query);
  else
    await saveDownload(
      await client.download("sql.download", { params: { query: query.id }, query: { format: format satisfies DownloadFormat } }),
      options.output,
      process.stdout,
    );
  if (query.cut === "rows") terminal.note(`There are more rows: these are the first ${query.rows}. Ask for more with --max-rows.\n`);
  if (query.cut === "bytes") terminal.note(`These are the first ${query.rows} rows, because they became too large. Read fewer columns.\n`);
}

/** `sql`. */
export function addSql(program: Command, shell: Shell): void {
  program
    .command("sql")
    .description("run a SQL query over the datasets you may read")
    .argument("[query]", "the query; read from standard input when left out or -")
    .addOption(new Option("-f, --format <format>", "how rows are written; by the file's ending, else a table").choices(FORMATS))
    .option("-o, --output <file>", "where to put the rows; standard output when left out")
    .option("--at <version>", "version of the datasets that name none: a number, a name or an instant")
    .option("--max-rows <n>", "rows after which the result is cut", positiveNumber, DEFAULT_ROWS)
    .option("--save-as <name>", "store all rows in a new dataset of this name")
    .addOption(new Option("--visibility <who>", "with --save-as: who sees it").choices(["private", "workspace"]))
    .option("--into <dataset>", "store all rows in this dataset, by id or name")
    .addOption(new Option("--mode <mode>", "with --into: what becomes of the rows that are there").choices(["append", "replace"]))
    .option("--evolve", "with --into: give the dataset the columns that are new")
    .option("--no-wait", "do not wait until the rows are stored")
    .addHelpText(
      "after",
      '\nExamples:\n  granary sql "SELECT count(*) FROM orders"\n  granary sql -o sums.parquet < sums.sql\n  granary sql "SELECT * FROM orders AT (VERSION => 3)" --format csv | head\n  granary sql "SELECT city, count(*) AS n FROM orders GROUP BY city" --save-as "Orders by city"',
    )
    .action(async (query: string | undefined, options: SqlOptions, command: Command) => sql(await connect(shell, command), query, options));
}
