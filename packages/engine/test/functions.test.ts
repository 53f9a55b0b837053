import { existsSync } from "node:fs";
import { join } from "node:path";
import {
  call,
  cast,
  column,
  createEngine,
  type Engine,
  type FunctionDefinition,
  type FunctionRun,
  literal,
  type Query,
  type SelectItem,
} from "@granary/engine";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { testEngine, type TestEngine } from "./engine.ts";

let test: TestEngine;
let slow: Engine;
beforeAll(() => {
  test = testEngine();
  slow = createEngine({ tempRoot: join(test.dir, "engine"), functions: { isolation: "quickjs" } });
});
afterAll(async () => {
  await slow[Symbol.asyncDispose]();
  await test[Symbol.asyncDispose]();
});

const KINDS = ["bubblewrap", "quickjs"] as const;
const engineOf = (kind: (typeof KINDS)[number]): Engine => (kind === "quickjs" ? slow : test.engine);
const value = (body: string): FunctionDefinition => ({ body, arguments: [{ name: "a", column: "a", type: "text" }], outputs: [{ name: "r", type: "text" }] });

async function writeRows(path: string, length: number, items: readonly SelectItem[]): Promise<void> {
  const query: Query = { kind: "select", items, from: { kind: "sequence", length } };
  await test.engine.use({ kind: "job" }, (session) =>
    session.run({ kind: "copy", query, path, format: { kind: "parquet", rowGroupRows: 20_000, compression: "zstd" } }),
  );
}

async function readRows(path: string, names: readonly string[]): Promise<readonly (readonly unknown[])[]> {
  const query: Query = { kind: "select", items: names.map((name) => ({ expression: column(name), as: name })), from: { kind: "parquetFiles", paths: [path] } };
  return (await test.engine.use({ kind: "job" }, (session) => session.run({ kind: "query", query }))).rows;
}

const position = column("position");

describe.each(KINDS)("a function in %s", (kind) => {
  it("is kept there", async () => {
    expect((await engineOf(kind).functionIsolation()).kind).toBe(kind);
  });

  it("answers row by row, as an expression or with statements", async () => {
    const rows = [["ab"], [null]];
    const asExpression = await engineOf(kind).tryFunction({ ...value("row.a?.toUpperCase()"), rows });
    expect(asExpression).toEqual([
      { values: ["AB"], fault: null },
      { values: [null], fault: null },
    ]);
    const asStatements = await engineOf(kind).tryFunction({ ...value("if (row.a === null) throw new Error('no a'); return row.a + 1"), rows });
    expect(asStatements).toEqual([
      { values: ["ab1"], fault: null },
      { values: null, fault: "no a" },
    ]);
  });

  it("gets exact numbers and JSON, and answers several outputs", async () => {
    const definition: FunctionDefinition = {
      body: "({ big: row.n + 1n, list: row.j.items, half: row.d / 2, made: new Date(0) })",
      arguments: [
        { name: "n", column: "n", type: "integer" },
        { name: "j", column: "j", type: "json" },
        { name: "d", column: "d", type: "decimal(10,2)" },
      ],
      outputs: [
        { name: "big", type: "integer" },
        { name: "list", type: "json" },
        { name: "half", type: "number" },
        { name: "made", type: "timestamp" },
      ],
    };
    const [row] = await engineOf(kind).tryFunction({ ...definition, rows: [["9007199254740993", '{"items": [1, "x"]}', "10.50"]] });
    expect(row).toEqual({ values: ["9007199254740994", '[1,"x"]', "5.25", "1970-01-01T00:00:00.000Z"], fault: null });
  });

  it("writes the rows of many batches in their order, and keeps apart those it fails on", async () => {
    const [from, to] = [join(test.dir, `${kind}-in.parquet`), join(test.dir, `${kind}-out.parquet`)];
    await writeRows(from, 12_345, [
      { expression: position, as: "id" },
      { expression: call("concat", literal("n"), position), as: "name" },
    ]);
    const seen: number[] = [];
    const run: FunctionRun = {
      body: "if (row.id % 5000 === 7) throw new Error('seven'); return row.id === 3 ? 'x' : row.id * 2",
      arguments: [{ name: "id", column: "id", type: "integer" }],
      outputs: [{ name: "twice", type: "integer" }],
      from: [from],
      to,
      columns: ["id", "name"],
      onFault: "reject",
      onProgress: (rows) => seen.push(rows),
    };
    const result = await engineOf(kind).runFunction(run);
    expect(result).toEqual({
      rows: 12_341,
      rejectedCount: 4,
      rejected: [
        { position: 3, reason: '"x" is no integer for twice', row: { id: "3", name: "n3" } },
        ...[7, 5_007, 10_007].map((id) => ({ position: id, reason: "seven", row: { id: String(id), name: `n${id}` } })),
      ],
    });
    expect(seen).toEqual([5_000, 10_000, 12_345]);
    const rows = await readRows(to, ["id", "name", "twice"]);
    expect(rows.length).toBe(12_341);
    expect(rows.every(([id, name, twice]) => name === `n${String(id)}` && String(twice) === String(Number(id) * 2))).toBe(true);
    expect(rows.map(([id]) => Number(id))).toEqual(rows.map(([id]) => Number(id)).toSorted((a, b) => a - b));
    expect([existsSync(`${to}.arguments`), existsSync(`${to}.results`)]).toEqual([false, false]);
    await expect(engineOf(kind).runFunction({ ...run, onFault: "fail" })).rejects.toMatchObject({
      code: "transformation.failed",
      params: { reason: 'row 4: "x" is no integer for twice' },
    });
    expect(await engineOf(kind).runFunction({ ...run, outputs: [{ name: "name", type: "integer" }], onFault: "null" })).toMatchObject({
      rows: 12_345,
      rejectedCount: 4,
    });
    expect((await readRows(to, ["id", "name"]))[3]).toEqual(["3", null]);
  });

  it.each([
    ["process", "process.env.PATH"],
    ["require", "require('fs').readFileSync('/etc/passwd')"],
    ["the global object", "globalThis.process.exit()"],
    ["the constructor of a constructor", "row.constructor.constructor('return process')().pid"],
    ["the constructor of this", "this.constructor.constructor('return process')().pid"],
    ["eval", "eval('1')"],
    ["new Function", "new Function('return 1')()"],
    ["WebAssembly", "new WebAssembly.Module(new Uint8Array(8))"],
    ["fetch", "fetch('http://127.0.0.1')"],
    ["timers", "setTimeout(() => 1, 1)"],
    ["shared memory", "new SharedArrayBuffer(8).byteLength"],
    ["a promise", "(async () => 1)()"],
    ["an import", "import('node:fs')"],
    ["the clock", "Date.now()"],
    ["a date of now", "new Date()"],
    ["chance", "Math.random()"],
    ["a getter that throws", "throw { get message() { throw 1 } }"],
    ["a cycle", "const o = {}; o.o = o; return o"],
    ["a deep recursion", "const f = () => f() + 1; return f()"],
    ["arguments of the caller", "(function () { return arguments.callee.caller.caller.arguments })()"],
  ])("has no way out by %s", async (_, body) => {
    const [row] = await engineOf(kind).tryFunction({ ...value(body), rows: [["x"]] });
    expect(row?.fault ?? "").not.toBe("");
  });

  it("does not carry anything from one batch to the next", async () => {
    const [from, to] = [join(test.dir, `${kind}-state-in.parquet`), join(test.dir, `${kind}-state.parquet`)];
    await writeRows(from, 5_001, [{ expression: position, as: "id" }]);
    const body = "if (row.id === 0) { Object.prototype.stolen = 'yes'; globalThis.kept = 'yes'; } return String(row.stolen) + typeof kept";
    const run: FunctionRun = {
      body,
      arguments: [{ name: "id", column: "id", type: "integer" }],
      outputs: [{ name: "r", type: "text" }],
      from: [from],
      to,
      columns: ["id"],
      onFault: "fail",
    };
    await engineOf(kind).runFunction(run);
    const rows = await readRows(to, ["r"]);
    expect([rows[0], rows[4_999], rows[5_000]]).toEqual([["yesstring"], ["yesstring"], ["undefinedundefined"]]);
  });

  it.each([
    ["an endless loop", "for (;;);"],
    ["a regex bomb", "return String(/^(a+)+$/.test('a'.repeat(40) + '!'))"],
    ["a BigInt bomb", "let n = 3n; for (;;) n = n * n; "],
    ["a memory bomb", "const kept = []; for (;;) kept.push(new Array(1e6).fill(row.a + kept.length))"],
    ["a buffer bomb", "const kept = []; for (;;) kept.push(new Uint8Array(1e8).fill(1))"],
  ])(
    "is stopped in %s",
    async (_, body) => {
      const from = join(test.dir, `${kind}-one.parquet`);
      await writeRows(from, 1, [{ expression: cast(position, { kind: "text" }), as: "a" }]);
      const run: FunctionRun = {
        ...value(body),
        from: [from],
        to: join(test.dir, `${kind}-bomb.parquet`),
        columns: ["a"],
        onFault: "fail",
        batchDeadlineMs: 1_500,
      };
      await expect(engineOf(kind).runFunction(run)).rejects.toMatchObject({ code: "transformation.failed" });
    },
    60_000,
  );

  it.each([
    ["no JavaScript", "row."],
    ["more than a function", "1) ; (2"],
    ["a closed function", "} ; {"],
  ])("refuses %s", async (_, body) => {
    await expect(engineOf(kind).tryFunction({ ...value(body), rows: [] })).rejects.toMatchObject({ code: "transformation.invalid" });
  });
});
