import { parse } from "node:path";
import type { Batch, Dataset, LoadMode } from "@granary/protocol";
import { type Command, Option } from "commander";
import { CliError } from "../exit-codes.ts";
import { showProgress } from "../output/index.ts";
import { connect, type Connection, type Shell } from "../shell.ts";
import { several } from "./list-options.ts";
import { awaitLoad, sendFile } from "./send-file.ts";

const FILE = "CSV or other delimited text, JSON, XML, Excel or Parquet, packed or not";

interface NewDatasetOptions {
  readonly name?: string;
  readonly description?: string;
  readonly visibility?: Dataset["visibility"];
  readonly tag?: readonly string[];
  readonly wait: boolean;
}

interface UploadOptions extends NewDatasetOptions {
  readonly to?: string;
  readonly mode?: LoadMode;
  readonly key?: readonly string[];
  readonly evolve?: boolean;
}

function setAside({ rejected }: Batch): string {
  return rejected === null || rejected === 0 ? "" : ` ${rejected} records were set aside.`;
}

async function create({ client, output }: Connection, path: string, options: NewDatasetOptions): Promise<void> {
  using progress = showProgress(output.terminal);
  const upload = await sendFile(client, path, progress);
  const { description, visibility, tag: tags } = options;
  const given = { description, visibility, tags };
  const body = {
    name: options.name ?? parse(upload.fileName).name,
    uploadId: upload.id,
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
  };
  const created = await client.call("datasets.create", { query: { wait: "false" }, body });
  const { dataset, jobId } = created;
  const batch = options.wait ? await awaitLoad(client, dataset.id, created.batch, progress) : created.batch;
  progress[Symbol.dispose]();
  const loaded = batch.status === "loaded" ? `with ${batch.rows} rows.${setAside(batch)}` : `and is being loaded by the job ${jobId}.`;
  output.done({ ...created, batch }, `The dataset ${dataset.name} (${dataset.id}) exists ${loaded}`);
}

async function load({ client, output }: Connection, path: string, dataset: string, options: UploadOptions): Promise<void> {
  const { id, name } = await client.call("datasets.get", { params: { dataset } });
  using progress = showProgress(output.terminal);
  const upload = await sendFile(client, path, progress);
  const keys = options.key === undefined ? {} : { keys: [...options.key] };
  const onNewColumns = options.evolve === true ? ("evolve" as const) : ("refuse" as const);
  const begun = await client.call("datasets.load", {
    params: { dataset: id },
    body: { uploadId: upload.id, mode: options.mode ?? "append", onNewColumns, ...keys },
  });
  const batch = options.wait ? await awaitLoad(client, id, begun.batch, progress) : begun.batch;
  progress[Symbol.dispose]();
  const loaded =
    batch.status === "loaded"
      ? `${batch.rows} rows were loaded into ${name} (version ${batch.version}).${setAside(batch)}`
      : `The job ${begun.jobId} loads the file into ${name}.`;
  output.done({ ...begun, batch }, loaded);
}

function withNewOptions(command: Command): Command {
  return command
    .option("--name <name>", "name of the dataset; the file's when left out")
    .option("--description <text>", "what it holds")
    .option("--tag <tags>", "labels, with commas between", several)
    .addOption(new Option("--visibility <who>", "who sees it").choices(["private", "workspace"]))
    .option("--no-wait", "do not wait until it is loaded");
}

/** `datasets create, upload`. */
export function addLoading(datasets: Command, shell: Shell): void {
  withNewOptions(datasets.command("create").description("create a dataset from a file"))
    .argument("<file>", FILE)
    .action(async (file: string, options: NewDatasetOptions, command: Command) => create(await connect(shell, command), file, options));
  withNewOptions(datasets.command("upload").description("send a file, in parts that are not sent twice, and load it into a dataset or a new one"))
    .argument("<file>", FILE)
    .option("--to <dataset>", "load into this dataset, by id or name, instead of a new one")
    .addOption(new Option("--mode <mode>", "with --to: what becomes of the rows that are there").choices(["append", "replace", "upsert"]))
    .option("--key <columns>", "with --mode upsert: the columns that identify a row", several)
    .option("--evolve", "with --to: give the dataset the columns that are new in the file")
    .action(async (file: string, options: UploadOptions, command: Command) => {
      const onlyTo = options.mode !== undefined || options.key !== undefined || options.evolve === true;
      if (options.to === undefined && onlyTo) throw new CliError("usage", "--mode, --key and --evolve belong to --to <dataset>.");
      const connection = await connect(shell, command);
      await (options.to === undefined ? create(connection, file, options) : load(connection, file, options.to, options));
    });
}
