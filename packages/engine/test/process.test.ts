import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { inspect } from "node:util";
import { call, cast, column, createEngine, type Engine, type EngineSession, literal, type Query } from "@granary/engine";
import { isAppError } from "@granary/kernel";
import { describe, expect, it, vi } from "vitest";
import { EngineChild } from "../src/process/engine-child.ts";
import { testEngine } from "./engine.ts";

const MIB = 1024 * 1024;

const NUMBERS = 5000;

const numbers = (length: number): Query => ({ kind: "select", items: [{ expression: column("position"), as: "n" }], from: { kind: "sequence", length } });

const answerOne: Query = { kind: "select", items: [{ expression: call("count", column("n")), as: "n" }], from: { kind: "query", query: numbers(NUMBERS) } };

async function codeOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => "no error",
    (error: unknown) => (isAppError(error) ? error.code : String(error)),
  );
}

const pidOf = (dir: string): number => {
  const parent = process.pid;
  const listing = execFileSync("ps", ["-o", "pid=,args=", "--ppid", String(parent)], { encoding: "utf8" });
  const line = listing.split("\n").find((text) => text.includes("child-main.ts") && text.includes(dir));
  return Number(line?.trim().split(" ")[0]);
};

const count = async (engine: Engine): Promise<number> => {
  const { rows } = await engine.use({ kind: "read" }, (session) => session.run({ kind: "query", query: answerOne }));
  return Number(rows[0]?.[0]);
};

describe("engine processes", () => {
  it("answer a query and are used again for the next", async () => {
    await using harness = testEngine();
    expect(harness.engine.processCount()).toBe(0);
    expect(await count(harness.engine)).toBe(NUMBERS);
    const first = pidOf(harness.dir);
    await count(harness.engine);
    expect([harness.engine.processCount(), pidOf(harness.dir)]).toEqual([1, first]);
  });

  it("are stopped when nothing was asked for a while, and leave no directory behind", async () => {
    await using harness = testEngine({ read: { idleMs: 10 } });
    await count(harness.engine);
    await vi.waitFor(() => expect(harness.engine.processCount()).toBe(0), { timeout: 10_000 });
    expect(readdirSync(join(harness.dir, "engine"))).toEqual([]);
  });

  it("keep a program alive while they work, and let it end while they wait", async () => {
    await using harness = testEngine();
    const script = `
      import { createEngine, column } from "@granary/engine";
      const engine = createEngine({ tempRoot: ${JSON.stringify(join(harness.dir, "alone"))} });
      const query = { kind: "select", items: [{ expression: column("position"), as: "n" }], from: { kind: "sequence", length: 3 } };
      for (let round = 0; round < 3; round += 1) {
        const { rows } = await engine.use({ kind: "read" }, (session) => session.run({ kind: "query", query }));
        console.log(rows.length);
      }`;
    expect(execFileSync(process.execPath, ["--input-type=module", "--eval", script], { cwd: import.meta.dirname, encoding: "utf8", timeout: 20_000 })).toBe(
      "3\n3\n3\n",
    );
  });

  it("are replaced after their number of sessions", async () => {
    await using harness = testEngine({ read: { maxSessionsPerProcess: 2 } });
    await count(harness.engine);
    const first = pidOf(harness.dir);
    await count(harness.engine);
    await count(harness.engine);
    expect(pidOf(harness.dir)).not.toBe(first);
  });

  it("do small jobs one after another, but none with other limits or after one that grew", async () => {
    const pidOfJob = async (harness: ReturnType<typeof testEngine>, threads: number): Promise<number> =>
      harness.engine.use({ kind: "job", threads }, (session) => session.run({ kind: "query", query: answerOne }).then(() => pidOf(harness.dir)));
    await using harness = testEngine({ job: { maxProcesses: 1 } });
    const first = await pidOfJob(harness, 1);
    expect(await pidOfJob(harness, 1)).toBe(first);
    const other = await pidOfJob(harness, 2);
    expect(other).not.toBe(first);
    expect([await pidOfJob(harness, 2), harness.engine.processCount()]).toEqual([other, 1]);
    await using grows = testEngine({ job: { maxResidentBytes: MIB } });
    expect(await pidOfJob(grows, 1)).not.toBe(await pidOfJob(grows, 1));
    expect(grows.engine.processCount()).toBe(0);
  });

  it("see neither the caller's environment nor its options", async () => {
    await using harness = testEngine();
    process.env["GRANARY_TEST_SECRET"] = "very secret";
    try {
      await harness.engine.use({ kind: "read" }, () => {
        const environment = readFileSync(`/proc/${pidOf(harness.dir)}/environ`, "utf8");
        expect(environment).not.toContain("very secret");
        expect(environment).not.toContain("NODE_OPTIONS");
        return Promise.resolve();
      });
    } finally {
      delete process.env["GRANARY_TEST_SECRET"];
    }
  });

  it("stream rows only as they are consumed", async () => {
    await using harness = testEngine();
    const taken = await harness.engine.use({ kind: "read" }, async (session) => {
      const { batches } = await session.stream(numbers(1_000_000));
      for await (const batch of batches) return batch.length;
      return 0;
    });
    expect(taken).toBeGreaterThan(0);
    expect(taken).toBeLessThanOrEqual(2048);
    expect(await count(harness.engine)).toBe(NUMBERS);
  });

  it("leave nothing of one session to the next", async () => {
    await using harness = testEngine({ read: { maxProcesses: 1 } });
    await harness.engine.use({ kind: "read" }, (session) => session.run({ kind: "createTable", name: "left_behind", query: numbers(1) }));
    const query: Query = { kind: "select", items: [{ expression: column("n"), as: "n" }], from: { kind: "table", name: "left_behind" } };
    expect(await codeOf(harness.engine.use({ kind: "read" }, (session) => session.run({ kind: "query", query })))).toBe("engine.statement_failed");
    expect(await count(harness.engine)).toBe(NUMBERS);
    const dir = await harness.engine.use({ kind: "read" }, (session) => Promise.resolve(session.tempDir));
    expect(existsSync(dir)).toBe(false);
  });

  it("tell why a statement failed and nothing of its text, where the secrets of masks stand", async () => {
    await using harness = testEngine();
    const secret = call("concat_or_null", literal("key-of-masks"), column("missing"));
    const query: Query = { kind: "select", items: [{ expression: call("sha256", secret), as: "h" }], from: { kind: "query", query: numbers(1) } };
    const failure: unknown = await harness.engine.use({ kind: "read" }, (session) => session.run({ kind: "query", query })).catch((error: unknown) => error);
    expect(isAppError(failure) && failure.code).toBe("engine.statement_failed");
    const told = inspect(failure, { depth: 10 });
    expect(told).toContain("missing");
    expect(told).not.toContain("key-of-masks");
  });
});

/** Minutes of hashing. */
const slowQuery: Query = {
  kind: "select",
  items: [{ expression: call("max", call("sha256", call("sha256", cast(column("n"), { kind: "text" })))), as: "h" }],
  from: { kind: "query", query: numbers(1_000_000_000) },
};

const runSlow = (session: EngineSession): Promise<unknown> => session.run({ kind: "query", query: slowQuery });

describe("faults", () => {
  it("stop at the deadline, and the process heals", async () => {
    await using harness = testEngine();
    expect(await codeOf(harness.engine.use({ kind: "read", deadlineMs: 150 }, runSlow))).toBe("engine.deadline");
    expect(await count(harness.engine)).toBe(NUMBERS);
  });

  it("stop when the caller gives up", async () => {
    await using harness = testEngine();
    const controller = new AbortController();
    const work = harness.engine.use({ kind: "read", signal: controller.signal }, async (session) => {
      await session.run({ kind: "query", query: answerOne });
      setImmediate(() => controller.abort());
      return runSlow(session);
    });
    expect(await codeOf(work)).toBe("engine.cancelled");
    expect(await codeOf(harness.engine.use({ kind: "read", signal: controller.signal }, runSlow))).toBe("engine.cancelled");
  });

  it("become an error when the process is killed under a query, and the pool heals", async () => {
    await using harness = testEngine();
    const work = harness.engine.use({ kind: "read" }, async (session) => {
      await session.run({ kind: "query", query: answerOne });
      setImmediate(() => process.kill(pidOf(harness.dir), "SIGKILL"));
      return runSlow(session);
    });
    expect(await codeOf(work)).toBe("engine.crashed");
    expect(await count(harness.engine)).toBe(NUMBERS);
  });

  it("become an error when a process crashes natively", async () => {
    await using harness = testEngine();
    const work = harness.engine.use({ kind: "job" }, async (session) => {
      await session.run({ kind: "query", query: answerOne });
      setImmediate(() => process.kill(pidOf(harness.dir), "SIGSEGV"));
      return runSlow(session);
    });
    expect(await codeOf(work)).toBe("engine.crashed");
  });

  it("heal when a process dies while it waits for work", async () => {
    await using harness = testEngine();
    await count(harness.engine);
    process.kill(pidOf(harness.dir), "SIGKILL");
    await vi.waitFor(() => expect(pidOf(harness.dir)).toBeNaN());
    expect(await count(harness.engine)).toBe(NUMBERS);
  });

  it("say so when memory runs out, and the caller lives on", async () => {
    await using harness = testEngine({ read: { memoryBytes: 24 * MIB, maxTempBytes: 1 * MIB, threads: 1 } });
    const hash = call("sha256", cast(column("n"), { kind: "text" }));
    const sorted: Query = {
      kind: "select",
      items: [{ expression: hash, as: "h" }],
      from: { kind: "query", query: numbers(3_000_000) },
      orderBy: [{ expression: hash, direction: "asc" }],
      limit: 2_000_000,
    };
    const last: Query = { kind: "select", items: [{ expression: call("count", column("h")), as: "m" }], from: { kind: "query", query: sorted } };
    expect(await codeOf(harness.engine.use({ kind: "read" }, (session) => session.run({ kind: "query", query: last })))).toMatch(
      /engine\.out_of_memory|storage\.full/,
    );
    expect(await count(harness.engine)).toBe(NUMBERS);
  });

  it("turn callers away when too many wait", async () => {
    await using harness = testEngine({ read: { maxProcesses: 1, maxWaiting: 1 } });
    const gate = Promise.withResolvers<void>();
    const holding = harness.engine.use({ kind: "read" }, () => gate.promise);
    const waiting = count(harness.engine);
    expect(await codeOf(count(harness.engine))).toBe("engine.busy");
    gate.resolve();
    await holding;
    expect(await waiting).toBe(NUMBERS);
  });

  it("let a waiting caller leave when it gives up", async () => {
    await using harness = testEngine({ read: { maxProcesses: 1 } });
    const gate = Promise.withResolvers<void>();
    const controller = new AbortController();
    const holding = harness.engine.use({ kind: "read" }, () => gate.promise);
    const waiting = harness.engine.use({ kind: "read", signal: controller.signal }, runSlow);
    controller.abort();
    expect(await codeOf(waiting)).toBe("engine.cancelled");
    gate.resolve();
    await holding;
  });

  it("end when their owner is killed", async () => {
    await using harness = testEngine();
    const script = `
      import { createEngine, column } from "@granary/engine";
      const engine = createEngine({ tempRoot: ${JSON.stringify(join(harness.dir, "orphan"))} });
      await engine.use({ kind: "read" }, async (session) => {
        await session.run({ kind: "query", query: { kind: "select", items: [{ expression: column("position"), as: "n" }], from: { kind: "sequence", length: 1 } } });
        process.kill(process.pid, "SIGKILL");
      });`;
    expect(() => execFileSync(process.execPath, ["--input-type=module", "--eval", script], { cwd: import.meta.dirname, stdio: "ignore" })).toThrow();
    await vi.waitFor(() => expect(readdirSync(join(harness.dir, "orphan"))).toEqual([]), { timeout: 10_000 });
  });

  it("clear away what a dead owner left", async () => {
    await using harness = testEngine();
    const stale = join(harness.dir, "engine", "engine-999999999-x");
    mkdirSync(stale);
    await using _again = testEngineIn(join(harness.dir, "engine"));
    expect(existsSync(stale)).toBe(false);
  });

  it("refuse a process that cannot start", async () => {
    const started = EngineChild.start({ tempRoot: "/nonexistent-directory" }, { memoryBytes: MIB, threads: 1, maxTempBytes: MIB });
    await expect(started).rejects.toThrow();
  });
});

function testEngineIn(tempRoot: string): AsyncDisposable {
  return createEngine({ tempRoot });
}
