import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";
import type { Query } from "@granary/engine";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bubblewrapCommand, findBubblewrap, SPILL_DIR } from "../src/sandbox/confinement.ts";
import { lockInstance } from "../src/sandbox/lock-instance.ts";
import { openSandboxInstance } from "../src/sandbox/sandbox-session.ts";
import { type TestEngine, testEngine } from "./engine.ts";
import { attempt, CANARY, type Fixture, see, writeFixture } from "./sandbox-fixture.ts";

const MIB = 1024 * 1024;

const dir = mkdtempSync(join(tmpdir(), "granary-walls-"));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** The second wall, with the first one, the reading of the text, taken away. */
describe("a locked instance, asked without any check", () => {
  let connection: DuckDBConnection;
  const given = join(dir, "given.parquet");
  const other = join(dir, "other.parquet");
  const spill = join(dir, "instance");

  beforeAll(async () => {
    mkdirSync(spill);
    connection = await openSandboxInstance({ memoryBytes: 256 * MIB, threads: 1, maxTempBytes: MIB, tempDir: spill });
    for (const path of [given, other]) await connection.run(`COPY (SELECT 1 AS x) TO '${path}'`);
    const relations = [`CREATE VIEW granary_relation_0 AS FROM read_parquet('${given}')`];
    await lockInstance(connection, { relations, files: [given], memoryBytes: 128 * MIB, tempBytes: MIB, explain: false });
  });
  afterAll(() => connection.closeSync());

  it("answers what it was given", async () => {
    expect((await connection.runAndReadAll("FROM granary_relation_0")).getRows()).toEqual([[1]]);
  });

  it.each([
    "FROM read_text('/etc/passwd')",
    "FROM read_blob('/proc/self/environ')",
    "FROM glob('/etc/*')",
    `FROM '${other}'`,
    `FROM read_parquet('${dir}/*.parquet')`,
    `FROM read_parquet('${dir}/../${dir.slice(5)}/other.parquet')`,
    `FROM query('FROM read_text(''/etc/passwd'')')`,
    "FROM 'http://127.0.0.1:1/x.parquet'",
    "ATTACH '/tmp/granary-walls.db'",
    `COPY (SELECT 1) TO '${dir}/written.csv'`,
    "EXPORT DATABASE '/tmp/granary-walls'",
    "INSTALL httpfs",
    "LOAD httpfs",
    "SET enable_external_access = true",
    "SET lock_configuration = false",
    "SET memory_limit = '100GB'",
    "SET threads = 64",
    "SET allowed_paths = ['/etc/passwd']",
    "SET allowed_directories = ['/']",
    "SET temp_directory = '/etc'",
    "SET home_directory = '/'",
    "RESET allowed_paths",
    "PRAGMA enable_profiling = 'json'",
    "CREATE SECRET (TYPE http, BEARER_TOKEN 'x')",
  ])("refuses %s", async (sql) => {
    await expect(connection.run(sql)).rejects.toThrow();
  });
});

const PROBE = `
const fs = require("node:fs"); const net = require("node:net"); const cp = require("node:child_process");
const attempt = (name, work) => { try { return [name, String(work()).slice(0, 80)]; } catch (error) { return [name, error.code ?? "failed"]; } };
const found = Object.fromEntries([
  attempt("passwd", () => fs.readFileSync("/etc/passwd")),
  attempt("environment", () => Object.keys(process.env).filter((name) => name === "GRANARY_TEST_SECRET")),
  attempt("processes", () => fs.readdirSync("/proc")),
  attempt("beside", () => fs.readFileSync(process.argv[2])),
  attempt("given", () => fs.readFileSync(process.argv[1])),
  attempt("write given", () => fs.writeFileSync(process.argv[1], "owned")),
  attempt("write root", () => fs.writeFileSync("/owned", "owned")),
  attempt("write spill", () => fs.writeFileSync("spilled", "x") ?? "written"),
  attempt("parent", () => process.kill(Number(process.argv[4]), 0)),
  attempt("shell", () => { const ran = cp.spawnSync("/bin/sh", ["-c", "id"]); if (ran.error) throw ran.error; return ran.stdout; }),
]);
const socket = net.connect(Number(process.argv[3]), "127.0.0.1");
socket.on("connect", () => { console.log(JSON.stringify({ ...found, network: "connected" })); process.exit(0); });
socket.on("error", (error) => console.log(JSON.stringify({ ...found, network: error.code })));
`;

function runConfined(given: string, beside: string, port: number): Record<string, string> {
  const tempDir = join(dir, "confined");
  mkdirSync(join(tempDir, SPILL_DIR), { recursive: true });
  const path = findBubblewrap() ?? "";
  const [command = "", ...rest] = bubblewrapCommand({ path, files: [given] }, { tempDir, env: { PATH: "/usr/bin" } });
  const probe = ["--eval", PROBE, given, beside, String(port), String(process.pid)];
  const env = { GRANARY_TEST_SECRET: CANARY };
  return JSON.parse(execFileSync(command, [...rest, process.execPath, ...probe], { encoding: "utf8", env })) as Record<string, string>;
}

const WALLED = {
  passwd: "ENOENT",
  environment: "",
  processes: "ENOENT",
  beside: "ENOENT",
  given: "given",
  "write given": "EROFS",
  "write root": "EROFS",
  "write spill": "written",
  parent: "ESRCH",
  shell: "ENOENT",
  network: "ECONNREFUSED",
};

async function probe(): Promise<Record<string, string>> {
  const [given, beside] = [join(dir, "given.txt"), join(dir, "beside.txt")];
  writeFileSync(given, "given");
  writeFileSync(beside, CANARY);
  const server = createServer().listen(0, "127.0.0.1");
  try {
    await once(server, "listening");
    return runConfined(given, beside, (server.address() as AddressInfo).port);
  } finally {
    server.close();
  }
}

/** The third wall. Where the system has none, the engine has to say why. */
describe("a sandbox process", () => {
  it("sees no file, process, network or environment but its own, or says why it might", async () => {
    await using harness = testEngine();
    const { confinement, reason } = await harness.engine.capabilities();
    const found = confinement === "bubblewrap" ? await probe() : {};
    expect(found).toEqual(confinement === "bubblewrap" ? WALLED : {});
    expect(reason ?? "bubblewrap is not installed").toMatch(/^bubblewrap (is not installed|does not work here)/);
  });
});

/** Everything that holds under bubblewrap holds without it too, for a query that keeps to SQL. */
describe("without bubblewrap", () => {
  let harness: TestEngine;
  let fixture: Fixture;
  beforeAll(async () => {
    harness = testEngine({ sandbox: { confinement: "process", threads: 1 } });
    fixture = await writeFixture(harness.engine, harness.dir);
  });
  afterAll(() => harness[Symbol.asyncDispose]());

  it("says so", async () => {
    expect(await harness.engine.capabilities()).toEqual({ confinement: "process", reason: "the configuration says so" });
  });

  it.each([
    ["SELECT count(*) FROM people", ""],
    ["SELECT * FROM read_text('/etc/passwd')", "sql.function_not_allowed"],
    ["SELECT * FROM '/etc/passwd'", "sql.unknown_table"],
    ["SELECT email::INTEGER FROM people", "sql.value_invalid"],
  ])("runs or refuses %s", async (sql, code) => {
    const seen = await attempt(harness.engine, fixture, { name: sql, sql, refusals: [] });
    expect(seen.code).toBe(code);
    expect(seen.everything).not.toContain(CANARY);
  });

  it("reads no file of a relation that was not listed", async () => {
    const relations: Record<string, Query> = { people: fixture.relations["people"] as Query, salaries: fixture.relations["salaries"] as Query };
    const seen = await see(harness.engine, { sql: "SELECT * FROM salaries", relations, files: [fixture.people] });
    expect(seen.code).toMatch(/^(engine\.statement_failed|sql\.invalid)$/);
    expect(seen.everything).not.toContain(CANARY);
  });
});
