import type { ConfigSchema, PipelineDocumentInput } from "@granary/protocol";

/** What somebody filled into a template's form, every field of the schema with its value or default. */
export type TemplateValues = Readonly<Record<string, string>>;

/** A pipeline with a form of parameters in front. */
export interface Template {
  readonly id: string;
  readonly title: string;
  readonly text: string;
  /** A lucide icon. */
  readonly icon: string;
  /** Fields are texts, or texts with choices. */
  readonly config: ConfigSchema;
  fill(values: TemplateValues): PipelineDocumentInput;
}

type Field = Pick<ConfigSchema, "title" | "description" | "default" | "enum" | "enumTitles" | "examples">;

/** A form of texts in the order given; those named are asked for. */
export function form(fields: Readonly<Record<string, Field>>, optional: readonly string[] = []): ConfigSchema {
  const names = Object.keys(fields);
  const properties = Object.fromEntries(names.map((name, order) => [name, { type: "string" as const, maxLength: 500, order, ...fields[name] }]));
  return { type: "object", properties, required: names.filter((name) => !optional.includes(name)) };
}

/** `a, b` as names. */
export const names = (text: string | undefined): string[] =>
  (text ?? "")
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");

export const at = (column: number, row = 0) => ({ x: 80 + column * 260, y: 120 + row * 160 });

/** Nodes one behind the other. */
export const chain = (...ids: readonly string[]) => ids.slice(1).map((to, index) => ({ from: ids[index] ?? "", to }));

export const every = (cron: string | undefined, timeZone: string | undefined) =>
  cron === undefined || cron === "" ? [] : [{ id: "schedule", kind: "schedule" as const, cron: [cron], timeZone: timeZone || "UTC" }];

export const NAME: Field = { title: "Name of the pipeline" };
export const CONNECTION: Field = { title: "Connection", description: "Name of a connection that is there" };
export const TARGET: Field = { title: "Dataset to write", description: "Made by the first run when there is none" };
export const DATASET: Field = { title: "Dataset to read" };
export const SCHEDULE: Field = {
  title: "Runs",
  default: "",
  enum: ["", "0 * * * *", "0 6 * * *", "0 6 * * 1"],
  enumTitles: ["When somebody starts it", "Every hour", "Every day at 06:00", "Every Monday at 06:00"],
};
export const ZONE: Field = { title: "Time zone", default: "UTC", examples: ["Europe/Berlin"] };
