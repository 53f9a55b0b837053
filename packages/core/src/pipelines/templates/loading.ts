import { at, chain, CONNECTION, every, form, NAME, names, SCHEDULE, type Template, TARGET, ZONE } from "./template.ts";

const stream = (name: string, namespace = "") => ({ namespace: namespace === "" ? null : namespace, name });

const csvFolder: Template = {
  id: "csv_folder",
  title: "CSV files in a folder to a dataset",
  text: "Reads the files of a folder, SFTP server or S3 bucket, takes blanks away and keeps the rows in a dataset.",
  icon: "folder-input",
  config: form(
    {
      name: { ...NAME, default: "Load files" },
      connection: CONNECTION,
      files: { title: "Files", description: "The stream of the connection", examples: ["orders/*.csv"] },
      dataset: TARGET,
      mode: {
        title: "What becomes of earlier rows",
        default: "replace",
        enum: ["replace", "append"],
        enumTitles: ["They are replaced", "They stay, and new ones are added"],
      },
      schedule: SCHEDULE,
      timeZone: ZONE,
    },
    ["schedule", "timeZone"],
  ),
  fill: ({ name = "", connection = "", files = "", dataset = "", mode, schedule, timeZone }) => ({
    name,
    description: `Loads ${files} from ${connection} into ${dataset}.`,
    triggers: every(schedule, timeZone),
    nodes: [
      { id: "files", kind: "source_stream", title: "Files", position: at(0), settings: { connection, stream: stream(files) } },
      { id: "dataset", kind: "to_dataset", title: dataset, position: at(1), settings: { dataset, mode: mode === "append" ? "append" : "replace" } },
    ],
    edges: chain("files", "dataset"),
  }),
};

const postgresIncremental: Template = {
  id: "postgresql_incremental",
  title: "PostgreSQL table, what is new, without doubles",
  text: "Reads rows whose cursor has grown since the last run and brings them into a dataset by their key.",
  icon: "database",
  config: form(
    {
      name: { ...NAME, default: "Follow a table" },
      connection: CONNECTION,
      schema: { title: "Schema", default: "public" },
      table: { title: "Table", examples: ["orders"] },
      cursor: { title: "Cursor", description: "A column whose values only grow", examples: ["updated_at"] },
      keys: { title: "Key", description: "Columns that identify a row, with commas between", examples: ["id"] },
      dataset: TARGET,
      schedule: { ...SCHEDULE, default: "0 * * * *" },
      timeZone: ZONE,
    },
    ["schedule", "timeZone"],
  ),
  fill: ({ name = "", connection = "", schema, table = "", cursor = "", keys, dataset = "", schedule, timeZone }) => ({
    name,
    description: `Follows ${table} by ${cursor}.`,
    triggers: every(schedule, timeZone),
    nodes: [
      {
        id: "table",
        kind: "source_stream",
        title: table,
        position: at(0),
        settings: { connection, stream: stream(table, schema), mode: "incremental", cursor, keys: names(keys) },
      },
      { id: "dataset", kind: "to_dataset", title: dataset, position: at(1), settings: { dataset, mode: "upsert", keys: names(keys), lastBy: cursor } },
    ],
    edges: chain("table", "dataset"),
  }),
};

const restApi: Template = {
  id: "rest_api",
  title: "REST API to a dataset",
  text: "Reads the records of an endpoint page by page and brings them into a dataset by their key.",
  icon: "webhook",
  config: form(
    {
      name: { ...NAME, default: "Load an API" },
      connection: CONNECTION,
      stream: { title: "Endpoint", examples: ["customers"] },
      keys: { title: "Key", description: "Columns that identify a record, with commas between", examples: ["id"] },
      dataset: TARGET,
      schedule: { ...SCHEDULE, default: "0 6 * * *" },
      timeZone: ZONE,
    },
    ["schedule", "timeZone"],
  ),
  fill: ({ name = "", connection = "", stream: endpoint = "", keys, dataset = "", schedule, timeZone }) => ({
    name,
    description: `Loads ${endpoint} of ${connection}.`,
    triggers: every(schedule, timeZone),
    settings: { retry: { maxAttempts: 8 } },
    nodes: [
      { id: "records", kind: "source_stream", title: endpoint, position: at(0), settings: { connection, stream: stream(endpoint) } },
      { id: "dataset", kind: "to_dataset", title: dataset, position: at(1), settings: { dataset, mode: "upsert", keys: names(keys) } },
    ],
    edges: chain("records", "dataset"),
  }),
};

export const LOADING: readonly Template[] = [csvFolder, postgresIncremental, restApi];
