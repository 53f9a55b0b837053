import { type ChildProcess, fork, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { findNpm } from "../../scripts/launcher/npm.mjs";

const FOLDER = import.meta.dirname;

type JsonRow = Readonly<Record<string, unknown>>;

/** ClickHouse as a library in a process of its own: what it does to memory and signals stays there. One query at a time. */
export interface ClickHouse extends AsyncDisposable {
  /** The rows as ClickHouse writes them in JSON, numbers of 64 bits and decimals as texts. Throws ClickHouse's own message. */
  query(sql: string, settings?: readonly string[]): Promise<readonly JsonRow[]>;
}

function isInstalled(): boolean {
  const { devDependencies } = JSON.parse(readFileSync(join(FOLDER, "package.json"), "utf8")) as { devDependencies: { chdb: string } };
  const manifest = join(FOLDER, "node_modules/chdb/package.json");
  return existsSync(manifest) && (JSON.parse(readFileSync(manifest, "utf8")) as { version: string }).version === devDependencies.chdb;
}

/**
 * Installs what package-lock.json beside this file names. Not `npm ci`: that refuses a lockfile without the libraries of
 * platforms the registry does not have.
 */
function install(): void {
  const npm = findNpm(process.env, process.execPath);
  const flags = ["install", "--no-save", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", "--engine-strict=false"];
  const { status, stderr } = spawnSync(npm.file, [...npm.args, ...flags], { cwd: FOLDER, encoding: "utf8" });
  if (status === 0 && isInstalled()) return;
  throw new Error(
    `ClickHouse (chdb, 550 MB) cannot be installed in ${FOLDER}, so this suite cannot read our tables with it: run npm install there.\n${stderr}`,
  );
}

/** A string literal of ClickHouse's SQL. */
export const quoted = (text: string): string => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;

const FORMAT = [
  "output_format_json_quote_64bit_integers=1",
  "output_format_json_quote_decimals=1",
  "output_format_json_quote_denormals=1",
  "output_format_decimal_trailing_zeros=1",
  "output_format_json_named_tuples_as_objects=1",
];

interface Answer {
  readonly rows?: string;
  readonly error?: string;
}

async function ask(child: ChildProcess, sql: string): Promise<string> {
  const settled = new AbortController();
  const { signal } = settled;
  const gone = async (): Promise<never> => {
    const [code, killedBy] = await once(child, "exit", { signal });
    throw new Error(`ClickHouse ended (${killedBy ?? code}) at: ${sql}`);
  };
  try {
    const answered = Promise.race([once(child, "message", { signal }), gone()]);
    child.send(sql);
    const [{ rows, error }] = (await answered) as [Answer];
    if (rows === undefined) throw new Error(error);
    return rows;
  } finally {
    settled.abort();
  }
}

/** Starts ClickHouse over the files of a directory, outside of which it reads nothing; installs it first where it is missing. */
export function startClickHouse(directory: string): ClickHouse {
  if (!isInstalled()) install();
  const child = fork(join(FOLDER, "clickhouse-child.ts"), {
    cwd: directory,
    env: { ...process.env, TZ: "UTC" },
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  return {
    async query(sql, settings = []) {
      const lines = await ask(child, `${sql} SETTINGS ${[...FORMAT, ...settings].join(", ")}`);
      return lines.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line) as JsonRow]));
    },
    async [Symbol.asyncDispose]() {
      if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, "exit");
      child.kill("SIGKILL");
      await gone;
    },
  };
}
