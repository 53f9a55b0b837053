import { readFile } from "node:fs/promises";
import type { Client } from "@granary/client";
import type { RouteSpec } from "@granary/protocol";
import { type Command, InvalidArgumentError } from "commander";
import { CliError } from "../exit-codes.ts";
import type { Column, Terminal } from "../output/index.ts";
import { connect, findTarget, type Shell } from "../shell.ts";
import { openFile } from "./open-file.ts";
import { saveDownload } from "./save-download.ts";

interface ApiOptions {
  readonly param: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, readonly string[]>>;
  readonly data?: string;
  readonly file?: string;
  readonly field: Readonly<Record<string, string>>;
  readonly ifMatch?: number;
  readonly output?: string;
  readonly list?: boolean;
}

/** The client for routes known only at run time; the server checks what the types do otherwise. */
interface UntypedClient {
  call(id: string, request: unknown): Promise<unknown>;
  upload(id: string, request: unknown): Promise<unknown>;
  download(id: string, request: unknown): ReturnType<Client["download"]>;
}

interface ListedRoute {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly summary: string;
}

const COLUMNS: readonly Column<ListedRoute>[] = [
  { title: "Route", of: (route) => route.id },
  { title: "Method", of: (route) => route.method },
  { title: "Path", of: (route) => route.path },
  { title: "What it does", of: (route) => route.summary },
];

/** The contract brings its validators, which only this command and completion need, so it is loaded when asked for. */
export async function routeTable(): Promise<Readonly<Record<string, RouteSpec>>> {
  return (await import("@granary/protocol")).routes;
}

function pair(text: string): [string, string] {
  const at = text.indexOf("=");
  if (at < 1) throw new InvalidArgumentError("Write it as name=value.");
  return [text.slice(0, at), text.slice(at + 1)];
}

function pairs(text: string, before: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const [name, value] = pair(text);
  return { ...before, [name]: value };
}

function repeatedPairs(text: string, before: Readonly<Record<string, readonly string[]>>): Readonly<Record<string, readonly string[]>> {
  const [name, value] = pair(text);
  return { ...before, [name]: [...(before[name] ?? []), value] };
}

function version(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new InvalidArgumentError("It must be the version you read, a whole number.");
  return value;
}

async function bodyOf(data: string | undefined, terminal: Terminal): Promise<unknown> {
  if (data === undefined) return undefined;
  const text = data === "-" ? await terminal.readAll() : data.startsWith("@") ? await readFile(data.slice(1), "utf8") : data;
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new CliError("usage", `--data is not JSON: ${cause instanceof Error ? cause.message : String(cause)}`, cause);
  }
}

function requireParams(id: string, spec: RouteSpec, options: ApiOptions): void {
  const missing = [...spec.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? "").filter((name) => !options.param[name]);
  if (missing.length > 0) throw new CliError("usage", `${id} needs ${missing.map((name) => `--param ${name}=...`).join(" ")} for its path ${spec.path}.`);
  if (spec.versioned === true && spec.method !== "GET" && options.ifMatch === undefined) {
    throw new CliError("usage", `${id} edits something that others may edit too: add --if-match with the version you read.`);
  }
}

async function callRoute(shell: Shell, command: Command, id: string, options: ApiOptions): Promise<void> {
  const spec = (await routeTable())[id];
  if (spec === undefined) throw new CliError("usage", `There is no route ${id}. List them with: granary api --list`);
  requireParams(id, spec, options);
  const { client, output } = await connect(shell, command);
  const untyped = client as unknown as UntypedClient;
  const request = { params: options.param, query: options.query, body: await bodyOf(options.data, shell.terminal), version: options.ifMatch };
  if (spec.bodyKind === "multipart" || spec.bodyKind === "bytes") {
    if (options.file === undefined) throw new CliError("usage", `${id} takes a file: add --file <path>.`);
    output.value(await untyped.upload(id, { ...request, ...(await openFile(options.file)), fields: options.field }));
    return;
  }
  if (Object.values(spec.responses).includes("bytes")) return saveDownload(await untyped.download(id, request), options.output, process.stdout);
  const answer = await untyped.call(id, request);
  if (answer !== undefined) output.value(answer);
}

async function listRoutes(shell: Shell, command: Command): Promise<void> {
  const { output } = await findTarget(shell, command);
  const items = Object.entries(await routeTable()).map(([id, { method, path, summary }]): ListedRoute => ({ id, method, path, summary }));
  output.list({ items, next: null }, COLUMNS, "There are no routes.");
}

/** `api`: any route of the contract by its id, for what has no command of its own. */
export function addApi(program: Command, shell: Shell): void {
  program
    .command("api")
    .description("call any route of the API by its id; the answer is printed as JSON")
    .argument("[route]", "id of the route, such as workspaces.list")
    .option("--list", "list all routes")
    .option("--param <name=value>", "a parameter of the path, may be repeated", pairs, {})
    .option("--query <name=value>", "a parameter of the query, may be repeated", repeatedPairs, {})
    .option("--data <json>", "the body: JSON, @file, or - for standard input")
    .option("--file <path>", "the file to upload, for routes that take one")
    .option("--field <name=value>", "a form field beside the file, may be repeated", pairs, {})
    .option("--if-match <version>", "the version you read, for edits", version)
    .option("-o, --output <file>", "where to put a download; standard output when left out")
    .action(async (id: string | undefined, options: ApiOptions, command: Command) => {
      if (options.list === true) return listRoutes(shell, command);
      if (id === undefined) throw new CliError("usage", "Name a route, or list them with: granary api --list");
      return callRoute(shell, command, id, options);
    });
}
