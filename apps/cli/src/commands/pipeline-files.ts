import { readdir, readFile, stat } from "node:fs/promises";
import { extname, join } from "node:path";
import { type Client, isApiError } from "@granary/client";
import { compareDocuments } from "@granary/graph";
import type { GraphFault, Pipeline, PipelineDifference, PipelineDocument } from "@granary/protocol";
import { CliError } from "../exit-codes.ts";

const ENDINGS = new Set([".yaml", ".yml", ".json"]);

/** The pipeline files at paths: files as they are, folders with all below them, in the order of their names. */
export async function findFiles(paths: readonly string[]): Promise<readonly string[]> {
  const found: string[] = [];
  for (const path of paths) {
    const facts = await stat(path).catch(() => undefined);
    if (facts === undefined) throw new CliError("usage", `There is no ${path}.`);
    if (!facts.isDirectory()) found.push(path);
    else {
      const entries = await readdir(path, { recursive: true, withFileTypes: true });
      const files = entries.filter((entry) => entry.isFile() && ENDINGS.has(extname(entry.name))).map((entry) => join(entry.parentPath, entry.name));
      found.push(...files.toSorted());
    }
  }
  if (found.length === 0) throw new CliError("usage", `There are no pipeline files (.yaml, .yml, .json) in ${paths.join(", ")}.`);
  return found;
}

/** A file against what the server has: what would change, and what is wrong with it. */
export interface PlannedFile {
  readonly path: string;
  readonly document: PipelineDocument;
  readonly action: "create" | "update" | "none";
  /** The pipeline of its name, where there is one. */
  readonly pipeline: Pipeline | null;
  readonly difference: PipelineDifference | null;
  readonly faults: readonly GraphFault[];
}

async function findPipeline(client: Client, name: string): Promise<Pipeline | null> {
  try {
    return await client.call("pipelines.get", { params: { pipeline: name } });
  } catch (error) {
    if (isApiError(error) && error.status === 404) return null;
    throw error;
  }
}

export async function planFile(client: Client, path: string): Promise<PlannedFile> {
  const text = await readFile(path, "utf8");
  const { document } = await client.call("pipelines.parse", { body: { text } });
  const { faults } = await client.call("pipelines.check", { body: { document } });
  const pipeline = await findPipeline(client, document.name);
  if (pipeline === null) return { path, document, action: "create", pipeline, difference: null, faults };
  const difference = compareDocuments(pipeline.document, document);
  const isSame = JSON.stringify(pipeline.document) === JSON.stringify(document) || isEmpty(difference);
  return { path, document, action: isSame ? "none" : "update", pipeline, difference, faults };
}

const isEmpty = ({ nodes, edges, triggers, settings }: PipelineDifference): boolean => nodes.length + edges.length + triggers.length + settings.length === 0;

export const errorsOf = ({ faults }: Pick<PlannedFile, "faults">): readonly GraphFault[] => faults.filter(({ severity }) => severity === "error");

const MARKS = { added: "+", removed: "-", changed: "~", moved: ">" } as const;

/** What a file would do, in lines for people. */
export function planText({ path, document, action, difference, faults }: PlannedFile): string {
  const head = { create: `${document.name} would be created`, update: `${document.name} would change`, none: `${document.name} is as it is` }[action];
  const settingLines = (settings: PipelineDifference["settings"]) =>
    settings.map(({ path: at, from, to }) => `      ${at}: ${from ?? "none"} -> ${to ?? "none"}`);
  const changes = [
    ...(difference?.nodes ?? []).flatMap(({ id, change, settings }) => [`  ${MARKS[change]} ${id}`, ...settingLines(settings)]),
    ...(difference?.edges ?? []).map(({ from, to, change }) => `  ${MARKS[change]} ${from} -> ${to}`),
    ...(difference?.triggers ?? []).map(({ id, change, from, to }) => `  ${MARKS[change]} trigger ${id}: ${from ?? "none"} -> ${to ?? "none"}`),
    ...settingLines(difference?.settings ?? []),
  ];
  const problems = faults.map(
    ({ severity, node, path: at, message }) => `  ${severity}: ${[node, at].filter((part) => part !== null).join(".") || "document"}: ${message}`,
  );
  return [`${path}: ${head}`, ...(action === "none" ? [] : changes), ...problems, ""].join("\n");
}
