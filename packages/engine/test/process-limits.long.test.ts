import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { call, cast, column, type Engine, type Query, type SandboxQuery, withFewerThreads } from "@granary/engine";
import { isAppError } from "@granary/kernel";
import { problem } from "@granary/protocol";
import { describe, expect, it, vi } from "vitest";
import { testEngine } from "./engine.ts";

const MIB = 1024 * 1024;
/** What a process is held to beside twice its memory. */
const OVERHEAD = 1024 * MIB;

const numbers = (length: number): Query => ({ kind: "select", items: [{ expression: column("position"), as: "n" }], from: { kind: "sequence", length } });
const countOf = (query: Query): Query => ({ kind: "select", items: [{ expression: call("count", column("n")), as: "n" }], from: { kind: "query", query } });

const hash = call("sha256", cast(column("n"), { kind: "text" }));
const slow: Query = { kind: "select", items: [{ expression: call("max", hash), as: "h" }], from: { kind: "query", query: numbers(1_000_000_000) } };

/** The largest of all hashes but one, which needs them sorted. */
const sorted = (rows: number): Query => ({
  kind: "select",
  items: [{ expression: call("max", column("n")), as: "n" }],
  from: {
    kind: "query",
    query: {
      kind: "select",
      items: [{ expression: hash, as: "n" }],
      from: { kind: "query", query: numbers(rows) },
      orderBy: [{ expression: hash, direction: "asc" }],
      limit: rows - 1,
    },
  },
});

async function codeOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => "no error",
    (error: unknown) => (isAppError(error) ? error.code : String(error)),
  );
}

/** Processes of an engine, by what their command line holds, wherever in the tree they are. */
function pidsOf(dir: string, entry: string): readonly number[] {
  const listing = execFileSync("ps", ["-eo", "pid=,args="], { encoding: "utf8", maxBuffer: 64 * MIB });
  const lines = listing.split("\n").filter((line) => line.includes(entry) && line.includes(dir) && !line.includes("bwrap"));
  return lines.map((line) => Number(line.trim().split(" ")[0]));
}

const pidOf = (dir: string): number => pidsOf(dir, "child-main.ts")[0] ?? Number.NaN;

const dataLimitOf = (pid: number): number => Number(/Max data size\s+(\d+)/.exec(readFileSync(`/proc/${pid}/limits`, "utf8"))?.[1]);

const processLimitOf = (pid: number): number => Number(/Max processes\s+(\d+)/.exec(readFileSync(`/proc/${pid}/limits`, "utf8"))?.[1]);

const count = async (engine: Engine): Promise<number> => {
  const { rows } = await engine.use({ kind: "read" }, (session) => session.run({ kind: "query", query: countOf(numbers(10)) }));
  return Number(rows[0]?.[0]);
};

const sandboxed = (sql: string, more: Partial<SandboxQuery> = {}): SandboxQuery => ({ sql, relations: {}, files: [], ...more });

async function rowsOf(engine: Engine, query: SandboxQuery): Promise<number> {
  await using result = await engine.sandbox(query);
  let rows = 0;
  for await (const batch of result.batches) rows += batch.length;
  return rows;
}

describe("limits of processes", () => {
  it("are those of the operating system, for each kind and for a job that asks for its own", async () => {
    await using harness = testEngine({ read: { memoryBytes: 128 * MIB } });
    const found: number[] = [];
    await harness.engine.use({ kind: "read" }, () => Promise.resolve(found.push(dataLimitOf(pidOf(harness.dir)))));
    await using other = testEngine();
    await other.engine.use({ kind: "job", memoryBytes: 300 * MIB, threads: 1 }, () => Promise.resolve(found.push(dataLimitOf(pidOf(other.dir)))));
    expect(found).toEqual([2 * 128 * MIB + OVERHEAD, 2 * 300 * MIB + OVERHEAD]);
  });

  it("leave the server half of the processes its account may have", async () => {
    await using harness = testEngine();
    const ofThis = processLimitOf(process.pid);
    const ofEngine = await harness.engine.use({ kind: "read" }, () => Promise.resolve(processLimitOf(pidOf(harness.dir))));
    expect(ofEngine).toBe(Number.isNaN(ofThis) ? ofThis : Math.ceil(ofThis / 2));
  });

  it("are those of a sandbox too, with the time of the processor and the size of a file", async () => {
    await using harness = testEngine({ sandbox: { threads: 1, memoryBytes: 128 * MIB, maxTempBytes: 64 * MIB, deadlineMs: 10_000 } });
    await using _running = await harness.engine.sandbox(sandboxed("SELECT * FROM range(100000000)"));
    const limits = pidsOf(harness.dir, "sandbox-main.ts").map((pid) => readFileSync(`/proc/${pid}/limits`, "utf8"));
    expect(limits.length).toBeGreaterThan(0);
    for (const text of limits) {
      expect(text).toMatch(new RegExp(`Max data size\\s+${2 * 128 * MIB + OVERHEAD}`));
      expect(text).toMatch(/Max cpu time\s+40 /);
      expect(text).toMatch(new RegExp(`Max file size\\s+${64 * MIB} `));
      expect(text).toMatch(/Max core file size\s+0 /);
    }
  });

  it("turn a call that takes all memory into an error", async () => {
    await using harness = testEngine({ sandbox: { memoryBytes: 128 * MIB, threads: 1 } });
    expect(await codeOf(rowsOf(harness.engine, sandboxed("SELECT length(lpad('x', (range * 2000000000)::INTEGER, 'yyyyyyyyy')) FROM range(1, 2)")))).toBe(
      "engine.out_of_memory",
    );
    expect(await rowsOf(harness.engine, sandboxed("SELECT 1"))).toBe(1);
  });

  it("hold what is spilled", async () => {
    await using harness = testEngine({ job: { memoryBytes: 80 * MIB, maxTempBytes: 8 * MIB, threads: 1 } });
    const work = harness.engine.use({ kind: "job" }, (session) => session.run({ kind: "query", query: sorted(3_000_000) }));
    expect(await codeOf(work)).toBe("storage.full");
    expect(await count(harness.engine)).toBe(10);
  });

  it("replace a process that has grown", async () => {
    await using harness = testEngine({ read: { maxResidentBytes: 1 } });
    const used: number[] = [];
    for (let round = 0; round < 2; round += 1) await harness.engine.use({ kind: "read" }, () => Promise.resolve(used.push(pidOf(harness.dir))));
    expect(used[1]).not.toBe(used[0]);
    expect(harness.engine.processCount()).toBe(0);
  });
});

describe("processes that do not answer", () => {
  it("are killed at the deadline when they hang outside the engine's reach", async () => {
    await using harness = testEngine();
    const pipe = join(harness.dir, "pipe");
    execFileSync("mkfifo", [pipe]);
    const work = harness.engine.use({ kind: "job", deadlineMs: 300 }, (session) => session.task("archiveMembers", { path: pipe }));
    expect(await codeOf(work)).toBe("engine.deadline");
    expect(await count(harness.engine)).toBe(10);
  });

  it("are killed at the deadline when something stopped them", async () => {
    await using harness = testEngine();
    const work = harness.engine.use({ kind: "read", deadlineMs: 1500 }, async (session) => {
      setImmediate(() => process.kill(pidOf(harness.dir), "SIGSTOP"));
      return session.run({ kind: "query", query: slow });
    });
    expect(await codeOf(work)).toBe("engine.deadline");
    expect(await count(harness.engine)).toBe(10);
  });

  it("are replaced when they were stopped while they waited for work", async () => {
    await using harness = testEngine();
    await count(harness.engine);
    const first = pidOf(harness.dir);
    process.kill(first, "SIGSTOP");
    expect(await count(harness.engine)).toBe(10);
    expect(pidOf(harness.dir)).not.toBe(first);
  });

  it("are killed under a query that looks at no interrupt", async () => {
    await using harness = testEngine({ sandbox: { threads: 1 } });
    const query = sandboxed("SELECT levenshtein(repeat('a', 300000), repeat('b', 300000))", { limits: { deadlineMs: 500 } });
    expect(await codeOf(rowsOf(harness.engine, query))).toBe("engine.deadline");
    expect(await rowsOf(harness.engine, sandboxed("SELECT 1"))).toBe(1);
  });
});

describe("a sandbox query", () => {
  const endless = "SELECT count(*) FROM range(10000000) a, range(10000000) b WHERE a.range + b.range = -1";

  it("ends when its caller gives up, before and while it runs", async () => {
    await using harness = testEngine({ sandbox: { threads: 1 } });
    expect(await codeOf(rowsOf(harness.engine, sandboxed("SELECT 1", { signal: AbortSignal.abort() })))).toBe("engine.cancelled");
    await harness.engine.capabilities();
    const controller = new AbortController();
    const running = codeOf(rowsOf(harness.engine, sandboxed(endless, { signal: controller.signal })));
    await vi.waitFor(() => expect(pidsOf(harness.dir, "sandbox-main.ts")).not.toEqual([]), { timeout: 10_000 });
    controller.abort();
    expect(await running).toBe("engine.cancelled");
  });

  it("ends when its caller stops reading, and gives its place to the next", async () => {
    await using harness = testEngine({ sandbox: { threads: 1, maxProcesses: 1 } });
    await using result = await harness.engine.sandbox(sandboxed("SELECT * FROM range(100000000)"));
    for await (const batch of result.batches) {
      expect(batch.length).toBeLessThanOrEqual(2048);
      break;
    }
    expect(await rowsOf(harness.engine, sandboxed("SELECT 1"))).toBe(1);
  });

  it("is cut after so many rows or bytes, and says so", async () => {
    await using harness = testEngine({ sandbox: { threads: 1 } });
    const cut: unknown[] = [];
    for (const limits of [{ maxRows: 3000 }, { maxRows: 100_000, maxBytes: 10_000 }, { maxRows: 5000 }]) {
      await using result = await harness.engine.sandbox(sandboxed("SELECT range AS n FROM range(5000) ORDER BY n DESC", { limits }));
      const rows: unknown[] = [];
      for await (const batch of result.batches) rows.push(...batch);
      cut.push([rows.length > 2000 ? rows.length : "few", rows[0], result.truncated]);
    }
    expect(cut).toEqual([
      [3000, ["4999"], "rows"],
      ["few", ["4999"], "bytes"],
      [5000, ["4999"], undefined],
    ]);
    expect(await codeOf(rowsOf(harness.engine, sandboxed("SELECT repeat('x', 5000)", { limits: { maxCellBytes: 4096 } })))).toBe("sql.cell_too_large");
  });

  it("is turned away when too many wait", async () => {
    await using harness = testEngine({ sandbox: { threads: 1, maxProcesses: 1, maxWaiting: 0 } });
    await using _held = await harness.engine.sandbox(sandboxed("SELECT * FROM range(100000000)"));
    expect(await codeOf(rowsOf(harness.engine, sandboxed("SELECT 1")))).toBe("engine.busy");
  });

  it("becomes an error when its process is killed from outside", async () => {
    await using harness = testEngine({ sandbox: { threads: 1, maxProcesses: 1 } });
    await harness.engine.capabilities();
    const running = codeOf(rowsOf(harness.engine, sandboxed(endless)));
    await vi.waitFor(() => expect(pidsOf(harness.dir, "sandbox-main.ts")).not.toEqual([]), { timeout: 10_000 });
    for (const pid of pidsOf(harness.dir, "sandbox-main.ts")) process.kill(pid, "SIGKILL");
    expect(await running).toBe("engine.crashed");
    expect(await rowsOf(harness.engine, sandboxed("SELECT 1"))).toBe(1);
  });

  it("leaves no process behind when its owner is killed", async () => {
    await using harness = testEngine();
    const dir = join(harness.dir, "orphan");
    const script = `
      import { createEngine } from "@granary/engine";
      const engine = createEngine({ tempRoot: ${JSON.stringify(dir)} });
      await engine.checkSql("SELECT 1");
      const result = await engine.sandbox({ sql: "SELECT * FROM range(100000000)", relations: {}, files: [] });
      for await (const batch of result.batches) process.kill(process.pid, "SIGKILL");`;
    expect(() => execFileSync(process.execPath, ["--input-type=module", "--eval", script], { cwd: import.meta.dirname, stdio: "ignore" })).toThrow();
    await vi.waitFor(() => expect(pidsOf(dir, "sandbox-main.ts")).toEqual([]), { timeout: 10_000 });
  });
});

describe("work with fewer threads", () => {
  const outOfMemory = (): never => {
    throw problem("engine.out_of_memory", { limit: "1 MiB" });
  };

  it("halves the threads while memory runs out", async () => {
    await using harness = testEngine();
    const tried: number[] = [];
    const answer = await withFewerThreads(harness.engine, { threads: 4 }, async (session, threads) => {
      tried.push(threads);
      const { rows } = await session.run({ kind: "query", query: countOf(numbers(5)) });
      return threads > 1 ? outOfMemory() : rows[0]?.[0];
    });
    expect([tried, answer]).toEqual([[4, 2, 1], "5"]);
  });

  it("ends well where the engine runs out of memory with many threads", async () => {
    await using harness = testEngine();
    const tried: number[] = [];
    const answer = await withFewerThreads(harness.engine, { threads: 8, memoryBytes: 24 * MIB }, async (session, threads) => {
      tried.push(threads);
      const { rows } = await session.run({ kind: "query", query: sorted(1_000_000) });
      return String(rows[0]?.[0]);
    });
    expect(answer).toMatch(/^ffff[0-9a-f]{60}$/);
    expect(tried.slice(0, 2)).toEqual([8, 4]);
  });

  it("gives up with one thread, and at once for any other error", async () => {
    await using harness = testEngine();
    const tried: number[] = [];
    const work = async (_session: unknown, threads: number): Promise<never> => {
      tried.push(threads);
      return threads === 3 ? Promise.reject(problem("storage.full")) : outOfMemory();
    };
    expect(await codeOf(withFewerThreads(harness.engine, { threads: 2 }, work))).toBe("engine.out_of_memory");
    expect(await codeOf(withFewerThreads(harness.engine, { threads: 3 }, work))).toBe("storage.full");
    expect(tried).toEqual([2, 1, 3]);
  });
});
