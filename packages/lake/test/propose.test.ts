import type { Change, OpenTable, ReadPlan } from "@granary/lake";
import { storedColumn } from "@granary/lake";
import { call, caseWhen, compare, literal } from "@granary/engine";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { everything, type TestLake, testLake } from "./lake.ts";
import { proposalBed } from "./proposals.ts";
import { field } from "./rows.ts";

let bed: TestLake;
beforeAll(async () => {
  bed = await testLake();
});
afterAll(async () => bed[Symbol.asyncDispose]());
const { table, propose, edit, changes } = proposalBed(() => bed);

const faultOf = (work: Promise<unknown>): Promise<{ code?: string; issues?: readonly { path: string; message: string }[]; message?: string }> =>
  work.then(
    () => ({ code: "none" }),
    (error: { code: string; issues?: readonly { path: string; message: string }[]; message: string }) => error,
  );
const shape = ({ kind, old, new: fresh, changed, damage }: Change): unknown => [kind, old, fresh, changed, damage];

const PEOPLE = [field(1, "id", "long"), field(2, "name", "string"), field(3, "country", "string"), field(4, "salary", "decimal(10, 2)")];
const ROWS = [
  [1, "Ada", "GB", "100.00"],
  [2, "Bo", "SE", "200.00"],
  [3, "Cy", "GB", "300.00"],
  [4, "Di", "SE", null],
];

describe("a proposed file", () => {
  let people: OpenTable;
  beforeAll(async () => {
    people = await table(PEOPLE, ROWS);
  });

  it("is compared cell by cell, whatever the order of rows and columns", async () => {
    const proposal = await propose(people, "salary,country,id,name\n,SE,4,Di\n500,NO,5,Ed\n200,SE,2,Bo\n150,GB,1,Ada\n");
    expect(proposal.counts).toEqual({
      added: 1,
      removed: 1,
      modified: 1,
      formatOnly: 0,
      unchanged: 2,
      cells: 1,
      damagedCells: 0,
      columns: { 4: { changed: 1, damaged: {} } },
    });
    expect({ baseRows: proposal.baseRows, proposedRows: proposal.proposedRows }).toEqual({ baseRows: 4, proposedRows: 4 });
    const none = [null, null, null, null];
    expect((await changes(proposal.changeSet, people)).map(shape)).toEqual([
      ["modified", ["1", "Ada", "GB", "100.00"], ["1", "Ada", "GB", "150.00"], [false, false, false, true], none],
      ["removed", ["3", "Cy", "GB", "300.00"], null, [false, false, false, false], none],
      ["added", null, ["5", "Ed", "NO", "500.00"], [false, false, false, false], none],
    ]);
  });

  it("changes nothing when it is the download", async () => {
    const path = `${bed.dir}/download.csv`;
    await bed.lake.export(people, { plan: everything(people), to: path, format: { kind: "csv" } });
    const proposal = await bed.lake.proposeFile({ from: people, plan: everything(people), keys: [1], path, missing: "removed" });
    expect([proposal.counts.unchanged, proposal.changeSet.file]).toEqual([4, null]);
  });

  it("leaves alone the columns and, if asked to, the rows it does not have", async () => {
    const proposal = await propose(people, "ID, Name \n1,Eve\n9,New\n", { missing: "kept" });
    expect(proposal.counts).toMatchObject({ added: 1, removed: 0, modified: 1, unchanged: 3 });
    expect((await changes(proposal.changeSet, people)).map(({ old, new: fresh }) => [old, fresh])).toEqual([
      [
        ["1", "Ada", "GB", "100.00"],
        ["1", "Eve", "GB", "100.00"],
      ],
      [null, ["9", "New", null, null]],
    ]);
  });

  it("is refused with the lines of values that are none of their column's type", async () => {
    const fault = await faultOf(propose(people, "id,salary\n1,100\n2,much\n3,1.005\n"));
    expect(fault.code).toBe("change.values_mismatch");
    expect(fault.issues).toEqual([
      { path: "salary", message: "line 3: “much” is no decimal(10, 2)" },
      { path: "salary", message: "line 4: “1.005” is no decimal(10, 2)" },
    ]);
    expect((await faultOf(propose(people, "id,name\nx,Ada\n"))).issues).toEqual([{ path: "id", message: "line 2: “x” is no long" }]);
  });

  it("is refused with columns the dataset does not have, and told which one was likely renamed", async () => {
    const renamed = await faultOf(propose(people, "id,name,land,salary\n1,Ada,GB,100.00\n2,Bo,SE,200.00\n"));
    expect([renamed.code, renamed.issues]).toEqual([
      "change.columns_unknown",
      [{ path: "land", message: "it holds the values of “country”: map it to that column" }],
    ]);
    const unknown = await faultOf(propose(people, "id,name,country,salary,x\n1,Ada,GB,100.00,1\n"));
    expect(unknown.issues).toEqual([{ path: "x", message: "the dataset has no such column" }]);
    expect((await faultOf(propose(people, "name\nAda\n"))).code).toBe("change.columns_missing");
    expect((await faultOf(propose(people, "id,name,Name\n1,a,b\n"))).code).toBe("change.columns_unknown");
  });

  it("reports keys that are there twice or missing, and pairs no such row", async () => {
    const proposal = await propose(people, "id,name\n1,Ada\n1,Eve\n2,Bo\n,None\n3,Cy\n4,Di\n");
    expect(proposal.keys.to).toEqual({ duplicateRows: 1, nullRows: 1 });
    expect(proposal.keys.examples).toEqual([["1"], [null]]);
    expect(proposal.counts).toMatchObject({ added: 0, removed: 0, modified: 0, unchanged: 4 });
    const alike = await propose(people, "id,name\n1,Ada\n1,Ada\n2,Bo\n3,Cy\n4,Di\n");
    expect([alike.keys.to, alike.keys.examples]).toEqual([{ duplicateRows: 1, nullRows: 0 }, [["1"]]]);
  });

  it("tells how many rows were likely given another key", async () => {
    const { suggestions, counts } = await propose(people, "id,name,country,salary\n11,Ada,GB,100\n12,Bo,SE,200\n3,Cy,GB,300\n4,Di,SE,\n");
    expect([counts.added, counts.removed, suggestions.rekeyed]).toEqual([2, 2, 2]);
  });

  it("is compared whole without keys", async () => {
    const { counts } = await propose(people, "id,name,country,salary\n1,Ada,GB,100\n1,Ada,GB,100\n3,Cy,GB,301\n4,Di,SE,\n", { keys: [] });
    expect(counts).toMatchObject({ added: 2, removed: 2, modified: 0, unchanged: 2 });
  });
});

describe("what the proposer may not see", () => {
  let people: OpenTable;
  beforeAll(async () => {
    people = await table(PEOPLE, ROWS);
  });
  const masked = (): ReadPlan => ({
    columns: everything(people).columns.map((item) =>
      item.fieldId === 2
        ? {
            ...item,
            mask: caseWhen(
              [{ when: compare(storedColumn(2), "=", literal("")), then: literal("") }],
              call("concat", call("left", storedColumn(2), literal(1)), literal("*")),
            ),
          }
        : item,
    ),
  });
  const hidden = (): ReadPlan => ({ ...everything(people), filter: compare(storedColumn(3), "=", literal("GB")) });

  it("stays as it is where a masked cell comes back masked", async () => {
    const proposal = await propose(people, "id,name,country,salary\n1,A*,GB,100\n2,B*,SE,250\n3,C*,GB,300\n4,D*,SE,\n", { plan: masked() });
    expect(proposal.counts).toMatchObject({ modified: 1, cells: 1, added: 0 });
    expect((await changes(proposal.changeSet, people)).map((item) => [item.old, item.new])).toEqual([
      [
        ["2", "Bo", "SE", "200.00"],
        ["2", "Bo", "SE", "250.00"],
      ],
    ]);
    const seen = await changes(proposal.changeSet, people, { plan: masked() });
    expect(seen.map((item) => [item.old, item.new, item.changed])).toEqual([
      [
        ["2", "B*", "SE", "200.00"],
        ["2", "B*", "SE", "250.00"],
        [false, false, false, true],
      ],
    ]);
  });

  it("is refused where a masked cell holds anything else", async () => {
    const fault = await faultOf(propose(people, "id,name,country,salary\n1,Adam,GB,100\n", { plan: masked(), missing: "kept" }));
    expect([fault.code, fault.message]).toEqual(["change.masked_edited", expect.stringContaining("name")]);
    expect((await faultOf(propose(people, "id,name\n9,New\n", { plan: masked(), missing: "kept" }))).code).toBe("change.masked_edited");
    expect((await faultOf(propose(people, "id,name\n1,x\n", { plan: masked(), keys: [2] }))).code).toBe("change.hidden_parts");
  });

  it("is neither removed nor compared, and its keys are taken", async () => {
    const proposal = await propose(people, "id,name,country,salary\n1,Ada,GB,101\n", { plan: hidden() });
    expect(proposal.counts).toMatchObject({ removed: 1, modified: 1, unchanged: 0 });
    expect(proposal.baseRows).toBe(2);
    expect((await faultOf(propose(people, "id,name\n2,Bo\n", { plan: hidden(), missing: "kept" }))).code).toBe("change.hidden_rows");
    expect((await faultOf(edit(people, { plan: hidden(), rows: [{ op: "delete", key: ["2"], cells: {} }] }))).code).toBe("change.rows_gone");
    expect((await faultOf(edit(people, { plan: hidden(), rows: [{ op: "add", key: null, cells: { 1: "2" } }] }))).code).toBe("change.hidden_rows");
  });
});

describe("edited rows", () => {
  let people: OpenTable;
  beforeAll(async () => {
    people = await table(PEOPLE, ROWS);
  });

  it("change the cells they name, and a new key comes and an old one goes", async () => {
    const proposal = await edit(people, {
      rows: [
        { op: "modify", key: ["1"], cells: { 2: "Eve", 4: "1,5" } },
        { op: "modify", key: ["2"], cells: { 2: "Bo" } },
        { op: "modify", key: ["4"], cells: { 1: "40" } },
        { op: "delete", key: ["3"], cells: {} },
        { op: "add", key: null, cells: { 1: "5", 2: "007" } },
      ],
    });
    expect(proposal.counts).toMatchObject({ added: 2, removed: 2, modified: 1, unchanged: 1, cells: 2 });
    expect((await changes(proposal.changeSet, people)).map((item) => [item.kind, item.new])).toEqual([
      ["modified", ["1", "Eve", "GB", "1.50"]],
      ["removed", null],
      ["removed", null],
      ["added", ["5", "007", null, null]],
      ["added", ["40", "Di", "SE", null]],
    ]);
  });

  it("are refused for keys that are not there, taken, missing or named twice", async () => {
    const codeOf = async (rows: Parameters<typeof edit>[1]["rows"]) => (await faultOf(edit(people, { rows }))).code;
    expect(await codeOf([{ op: "modify", key: ["77"], cells: { 2: "x" } }])).toBe("change.rows_gone");
    expect(await codeOf([{ op: "add", key: null, cells: { 1: "1" } }])).toBe("change.keys_broken");
    expect(await codeOf([{ op: "add", key: null, cells: { 2: "x" } }])).toBe("change.keys_broken");
    expect(await codeOf([{ op: "modify", key: ["1"], cells: { 1: "2" } }])).toBe("change.keys_broken");
    expect(
      await codeOf([
        { op: "delete", key: ["1"], cells: {} },
        { op: "modify", key: ["1"], cells: { 2: "x" } },
      ]),
    ).toBe("change.keys_broken");
    expect(await codeOf([{ op: "modify", key: ["1"], cells: { 4: "much" } }])).toBe("change.values_mismatch");
    expect(await codeOf([{ op: "modify", key: ["1"], cells: { 99: "much" } }])).toBe("change.columns_unknown");
  });

  it("may give a key that another edit frees", async () => {
    const proposal = await edit(people, {
      rows: [
        { op: "delete", key: ["1"], cells: {} },
        { op: "add", key: null, cells: { 1: "1", 2: "Other", 3: "GB", 4: "100" } },
      ],
    });
    expect(proposal.counts).toMatchObject({ added: 0, removed: 0, modified: 1, cells: 1 });
  });
});
