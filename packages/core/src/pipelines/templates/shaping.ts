import { at, chain, CONNECTION, DATASET, every, form, NAME, names, SCHEDULE, type Template, TARGET, ZONE } from "./template.ts";

/** A name as expressions write it. */
const column = (name: string): string => `"${name.replaceAll('"', '""')}"`;

const deduplicate: Template = {
  id: "deduplicate",
  title: "Customers without doubles",
  text: "Brings addresses into one form and keeps the newest of rows that mean the same customer.",
  icon: "copy-minus",
  config: form({
    name: { ...NAME, default: "Deduplicate customers" },
    source: DATASET,
    email: { title: "Column with the e-mail address", default: "email" },
    newest: { title: "Column that tells the newest row", default: "updated_at" },
    dataset: TARGET,
  }),
  fill: ({ name = "", source = "", email = "", newest = "", dataset = "" }) => ({
    name,
    description: `Customers of ${source}, each once.`,
    triggers: [{ id: "changed", kind: "dataset", datasets: [source] }],
    nodes: [
      { id: "customers", kind: "source_dataset", title: source, position: at(0), settings: { dataset: source } },
      { id: "tidy", kind: "derive", title: "One form", position: at(1), settings: { columns: [{ name: email, expression: `lower(trim(${column(email)}))` }] } },
      {
        id: "once",
        kind: "deduplicate",
        title: "Each once",
        position: at(2),
        settings: { by: [email], keep: "first", orderBy: [{ column: newest, direction: "desc" }] },
      },
      { id: "dataset", kind: "to_dataset", title: dataset, position: at(3), settings: { dataset } },
    ],
    edges: chain("customers", "tidy", "once", "dataset"),
  }),
};

const dailyAggregate: Template = {
  id: "daily_aggregate",
  title: "Totals by day",
  text: "Counts rows and adds an amount up for each day, every morning.",
  icon: "sigma",
  config: form(
    {
      name: { ...NAME, default: "Totals by day" },
      source: DATASET,
      time: { title: "Column with the time", default: "created_at" },
      amount: { title: "Column with the amount", default: "amount" },
      dataset: TARGET,
      schedule: { ...SCHEDULE, default: "0 6 * * *" },
      timeZone: ZONE,
    },
    ["schedule", "timeZone"],
  ),
  fill: ({ name = "", source = "", time = "", amount = "", dataset = "", schedule, timeZone }) => ({
    name,
    description: `Rows and ${amount} of ${source} by day.`,
    triggers: every(schedule, timeZone),
    nodes: [
      { id: "rows", kind: "source_dataset", title: source, position: at(0), settings: { dataset: source } },
      { id: "days", kind: "derive", title: "Day", position: at(1), settings: { columns: [{ name: "day", expression: `cast(${column(time)} as date)` }] } },
      {
        id: "totals",
        kind: "aggregate",
        title: "Totals",
        position: at(2),
        settings: {
          by: ["day"],
          measures: [
            { name: "rows", expression: "count(*)" },
            { name: "total", expression: `sum(${column(amount)})` },
          ],
        },
      },
      { id: "dataset", kind: "to_dataset", title: dataset, position: at(3), settings: { dataset } },
    ],
    edges: chain("rows", "days", "totals", "dataset"),
  }),
};

const maskAndShare: Template = {
  id: "mask_and_share",
  title: "A masked copy to share",
  text: "Copies a dataset with personal columns masked, whenever it changes, for people who may not see the original.",
  icon: "venetian-mask",
  config: form({
    name: { ...NAME, default: "Masked copy" },
    source: DATASET,
    columns: { title: "Columns to mask", description: "With commas between", examples: ["email, phone"] },
    dataset: TARGET,
  }),
  fill: ({ name = "", source = "", columns, dataset = "" }) => ({
    name,
    description: `${source} without what is personal.`,
    triggers: [{ id: "changed", kind: "dataset", datasets: [source] }],
    nodes: [
      { id: "rows", kind: "source_dataset", title: source, position: at(0), settings: { dataset: source } },
      {
        id: "masked",
        kind: "mask",
        title: "Masked",
        position: at(1),
        settings: { columns: names(columns).map((item) => ({ column: item, mask: { kind: "redact" as const } })) },
      },
      { id: "dataset", kind: "to_dataset", title: dataset, position: at(2), settings: { dataset } },
    ],
    edges: chain("rows", "masked", "dataset"),
  }),
};

const toPostgres: Template = {
  id: "dataset_to_postgresql",
  title: "Dataset to a PostgreSQL table",
  text: "Keeps a table of another database like a dataset, whenever the dataset changes.",
  icon: "database-zap",
  config: form(
    {
      name: { ...NAME, default: "Deliver to PostgreSQL" },
      source: DATASET,
      connection: CONNECTION,
      schema: { title: "Schema", default: "public" },
      table: { title: "Table" },
      keys: { title: "Key", description: "Columns that identify a row; left empty, the table is replaced whole", default: "" },
    },
    ["keys"],
  ),
  fill: ({ name = "", source = "", connection = "", schema = "", table = "", keys }) => ({
    name,
    description: `Delivers ${source} to ${table}.`,
    triggers: [{ id: "changed", kind: "dataset", datasets: [source] }],
    nodes: [
      { id: "rows", kind: "source_dataset", title: source, position: at(0), settings: { dataset: source } },
      {
        id: "table",
        kind: "to_connection",
        title: table,
        position: at(1),
        settings: { connection, target: { schema, table }, mode: names(keys).length === 0 ? "replace" : "upsert", keys: names(keys) },
      },
    ],
    edges: chain("rows", "table"),
  }),
};

const qualityGate: Template = {
  id: "quality_gate",
  title: "Only good rows, the others kept apart",
  text: "Lets rows through that have what they need and come once; keeps the others for people to look at.",
  icon: "shield-check",
  config: form({
    name: { ...NAME, default: "Quality gate" },
    source: DATASET,
    required: { title: "Columns that must have a value", description: "With commas between", examples: ["id, email"] },
    unique: { title: "Columns whose values come once", description: "With commas between", examples: ["id"] },
    dataset: TARGET,
  }),
  fill: ({ name = "", source = "", required, unique, dataset = "" }) => ({
    name,
    description: `${source} without rows that are wrong.`,
    triggers: [{ id: "changed", kind: "dataset", datasets: [source] }],
    nodes: [
      { id: "rows", kind: "source_dataset", title: source, position: at(0), settings: { dataset: source } },
      {
        id: "gate",
        kind: "gate",
        title: "Quality gate",
        position: at(1),
        settings: {
          onFail: "quarantine",
          checks: [
            ...names(required).map((item) => ({ check: "not_null" as const, column: item })),
            ...(names(unique).length === 0 ? [] : [{ check: "unique" as const, columns: names(unique) }]),
          ],
        },
      },
      { id: "dataset", kind: "to_dataset", title: dataset, position: at(2), settings: { dataset } },
    ],
    edges: chain("rows", "gate", "dataset"),
  }),
};

export const SHAPING: readonly Template[] = [deduplicate, dailyAggregate, maskAndShare, toPostgres, qualityGate];
