import { describe, expect, it } from "vitest";
import { type IcebergSchema, type IcebergSnapshot, parseMetadata, printMetadata, type TableMetadata } from "../iceberg/index.ts";
import { addSnapshot } from "./add-snapshot.ts";
import { expireSnapshots } from "./expire-snapshots.ts";
import { setPartitionSpec, setSortOrder } from "./layout.ts";
import { logMetadata } from "./log-metadata.ts";
import { newTableMetadata } from "./new-table-metadata.ts";
import { dropRef, fastForward, setRef } from "./refs.ts";
import { setProperties } from "./set-properties.ts";
import { commitTime, nextSequenceNumber } from "./snapshots-of.ts";

const code = (wanted: string): unknown => expect.objectContaining({ code: wanted });
const reason = (text: string): unknown => expect.objectContaining({ params: expect.objectContaining({ reason: expect.stringContaining(text) }) });

const schema: IcebergSchema = {
  type: "struct",
  "schema-id": 0,
  fields: [
    { id: 1, name: "id", required: true, type: "long" },
    { id: 2, name: "at", required: false, type: "timestamp" },
    { id: 3, name: "place", required: false, type: { type: "struct", fields: [{ id: 4, name: "city", required: false, type: "string" }] } },
    { id: 5, name: "tags", required: false, type: { type: "list", "element-id": 6, "element-required": false, element: "string" } },
    { id: 7, name: "ratio", required: false, type: "double" },
  ],
};
const empty = newTableMetadata({ uuid: "u", location: "file:///t", schema, nowMs: 1000 });

function snapshot(metadata: TableMetadata, id: number | bigint, parent?: number | bigint, atMs = 0): IcebergSnapshot {
  return {
    "snapshot-id": id,
    ...(parent === undefined ? {} : { "parent-snapshot-id": parent }),
    "sequence-number": nextSequenceNumber(metadata),
    "timestamp-ms": commitTime(metadata, atMs),
    "manifest-list": `file:///t/${id}.avro`,
    "schema-id": 0,
    summary: { operation: "append" },
  };
}

const grow = (
  metadata: TableMetadata,
  id: number | bigint,
  options: { readonly branch?: string; readonly parent?: number | bigint; readonly atMs?: number } = {},
): TableMetadata => {
  const { branch = "main", atMs = 0 } = options;
  const head = branch === "main" ? metadata["current-snapshot-id"] : metadata.refs?.[branch]?.["snapshot-id"];
  return addSnapshot(metadata, { branch, snapshot: snapshot(metadata, id, options.parent ?? head, atMs) });
};
/** Snapshots 1, 2, … on main, one each 1,000 ms from 2000 on. */
const chain = (count: number): TableMetadata =>
  Array.from({ length: count }, (_, index) => index + 1).reduce((metadata, id) => grow(metadata, id, { atMs: (id + 1) * 1000 }), empty);
const ids = (metadata: TableMetadata): readonly unknown[] => (metadata.snapshots ?? []).map((item) => item["snapshot-id"]);
const passesChecks = (metadata: TableMetadata): void => {
  expect(parseMetadata(printMetadata(metadata), "x")).toEqual(metadata);
};

describe("new metadata", () => {
  it("is what readers accept, with layout and properties", () => {
    passesChecks(empty);
    const made = newTableMetadata({
      uuid: "u",
      location: "file:///t",
      schema,
      partition: [
        { "source-id": 2, transform: "day" },
        { "source-id": 1, transform: "bucket[8]", name: "b" },
      ],
      sortOrder: [{ "source-id": 4 }],
      properties: { "write.metadata.previous-versions-max": "5" },
      nowMs: 1,
    });
    passesChecks(made);
    expect(made).toMatchObject({
      "last-column-id": 7,
      "last-partition-id": 1001,
      "partition-specs": [
        {
          "spec-id": 0,
          fields: [
            { "field-id": 1000, name: "at_day" },
            { "field-id": 1001, name: "b" },
          ],
        },
      ],
      "default-sort-order-id": 1,
      properties: { "write.metadata.previous-versions-max": "5", "write.format.default": "parquet" },
    });
  });
});

describe("snapshots", () => {
  it("move main, its log, the sequence number and the time", () => {
    const metadata = chain(2);
    expect(metadata).toMatchObject({
      "current-snapshot-id": 2,
      refs: { main: { "snapshot-id": 2, type: "branch" } },
      "last-sequence-number": 2,
      "last-updated-ms": 3000,
      "snapshot-log": [
        { "snapshot-id": 1, "timestamp-ms": 2000 },
        { "snapshot-id": 2, "timestamp-ms": 3000 },
      ],
    });
    passesChecks(metadata);
  });

  it("never run backwards, whatever the clock says", () => {
    const metadata = grow(chain(2), 3, { atMs: 5 });
    expect(metadata["last-updated-ms"]).toBe(3000);
    passesChecks(metadata);
  });

  it("of a branch leave main alone, and keep the branch's rules", () => {
    const branched = setRef(chain(1), { name: "review", type: "branch", snapshotId: 1, minSnapshotsToKeep: 5 });
    const metadata = grow(branched, 9, { branch: "review" });
    expect(metadata).toMatchObject({ "current-snapshot-id": 1, refs: { review: { "snapshot-id": 9, "min-snapshots-to-keep": 5 } }, "last-sequence-number": 2 });
    expect(metadata["snapshot-log"]).toHaveLength(1);
    passesChecks(metadata);
  });

  it("keep 63 bits", () => {
    const big = { ...chain(1), "last-sequence-number": 2n ** 62n };
    const metadata = grow(big, 3_051_729_675_574_597_004n);
    expect(metadata["last-sequence-number"]).toBe(2n ** 62n + 1n);
    passesChecks(metadata);
  });

  it.each<readonly [string, (metadata: TableMetadata) => TableMetadata]>([
    ["the id of another", (metadata) => grow(metadata, 1)],
    ["another parent than the head", (metadata) => grow(metadata, 8, { parent: 1 })],
    ["an old sequence number", (metadata) => addSnapshot(metadata, { branch: "main", snapshot: { ...snapshot(metadata, 8, 2), "sequence-number": 2 } })],
    ["an old time", (metadata) => addSnapshot(metadata, { branch: "main", snapshot: { ...snapshot(metadata, 8, 2), "timestamp-ms": 2999 } })],
    ["an unknown schema", (metadata) => addSnapshot(metadata, { branch: "main", snapshot: { ...snapshot(metadata, 8, 2), "schema-id": 4 } })],
    ["a tag for a branch", (metadata) => grow(setRef(metadata, { name: "v", type: "tag", snapshotId: 2 }), 8, { branch: "v" })],
  ])("are refused with %s", (_, add) => {
    expect(() => add(chain(2))).toThrow(TypeError);
  });
});

describe("branches and tags", () => {
  const metadata = chain(3);

  it("are set, moved and dropped", () => {
    const tagged = setRef(metadata, { name: "v1", type: "tag", snapshotId: 1, maxRefAgeMs: 9 });
    expect(tagged.refs?.["v1"]).toEqual({ "snapshot-id": 1, type: "tag", "max-ref-age-ms": 9 });
    passesChecks(tagged);
    expect(() => setRef(tagged, { name: "v1", type: "tag", snapshotId: 2 })).toThrow(code("lake.ref_exists"));
    expect(() => setRef(tagged, { name: "v1", type: "branch", snapshotId: 2, mayReplace: true })).toThrow(code("lake.ref_exists"));
    const moved = setRef(tagged, { name: "v1", type: "tag", snapshotId: 2, mayReplace: true });
    expect(moved.refs?.["v1"]).toEqual({ "snapshot-id": 2, type: "tag" });
    expect(setRef(moved, { name: "v1", type: "tag", snapshotId: 2, mayReplace: true })).toBe(moved);
    expect(dropRef(moved, "v1").refs).toEqual(metadata.refs);
    expect(() => dropRef(metadata, "v1")).toThrow(code("lake.ref_not_found"));
  });

  it("protect main, but take its rules", () => {
    expect(() => dropRef(metadata, "main")).toThrow(code("lake.ref_invalid"));
    expect(() => setRef(metadata, { name: "main", type: "branch", snapshotId: 1, mayReplace: true })).toThrow(code("lake.ref_invalid"));
    expect(() => setRef(metadata, { name: "main", type: "tag", snapshotId: 3, mayReplace: true })).toThrow(code("lake.ref_exists"));
    expect(() => setRef(metadata, { name: "main", type: "branch", snapshotId: 3, mayReplace: true, maxRefAgeMs: 5 })).toThrow(code("lake.ref_invalid"));
    const kept = setRef(metadata, { name: "main", type: "branch", snapshotId: 3, mayReplace: true, minSnapshotsToKeep: 7 });
    expect(kept.refs?.["main"]).toEqual({ "snapshot-id": 3, type: "branch", "min-snapshots-to-keep": 7 });
    expect(grow(kept, 4).refs?.["main"]).toMatchObject({ "snapshot-id": 4, "min-snapshots-to-keep": 7 });
  });

  it.each([
    ["no name", { name: "", type: "tag", snapshotId: 1 }],
    ["blanks around", { name: " a", type: "tag", snapshotId: 1 }],
    ["control characters", { name: "a\n", type: "tag", snapshotId: 1 }],
    ["too long a name", { name: "a".repeat(256), type: "tag", snapshotId: 1 }],
    ["a number to keep for a tag", { name: "a", type: "tag", snapshotId: 1, minSnapshotsToKeep: 1 }],
    ["nothing to keep", { name: "a", type: "branch", snapshotId: 1, minSnapshotsToKeep: 0 }],
  ] as const)("are refused with %s", (_, input) => {
    expect(() => setRef(metadata, input)).toThrow(code("lake.ref_invalid"));
  });

  it("need a snapshot that is kept", () => {
    expect(() => setRef(metadata, { name: "a", type: "tag", snapshotId: 99 })).toThrow(code("lake.snapshot_not_found"));
  });

  it("fast-forward only to what was made from their head", () => {
    const branched = grow(setRef(metadata, { name: "review", type: "branch", snapshotId: 3 }), 10, { branch: "review" });
    const forward = fastForward(branched, { branch: "main", snapshotId: 10, nowMs: 50_000 });
    expect(forward).toMatchObject({ "current-snapshot-id": 10, "last-updated-ms": 50_000, refs: { main: { "snapshot-id": 10 } } });
    expect(forward["snapshot-log"]?.at(-1)).toEqual({ "snapshot-id": 10, "timestamp-ms": 50_000 });
    passesChecks(forward);
    expect(fastForward(forward, { branch: "main", snapshotId: 10, nowMs: 60_000 })).toBe(forward);
    const both = grow(branched, 4);
    expect(() => fastForward(both, { branch: "main", snapshotId: 10, nowMs: 0 })).toThrow(code("lake.not_fast_forward"));
    expect(() => fastForward(both, { branch: "none", snapshotId: 10, nowMs: 0 })).toThrow(code("lake.ref_not_found"));
    expect(() => fastForward(both, { branch: "main", snapshotId: 99, nowMs: 0 })).toThrow(code("lake.snapshot_not_found"));
  });
});

describe("expiry", () => {
  const expire = (metadata: TableMetadata, options: { readonly olderThanMs?: number; readonly minToKeep?: number; readonly nowMs?: number }) =>
    expireSnapshots(metadata, { olderThanMs: 1_000_000, minToKeep: 1, nowMs: 1_000_000, ...options });

  it("keeps the head, the latest ones asked for, and the young", () => {
    const metadata = chain(5);
    expect(ids(expire(metadata, {}).metadata)).toEqual([5]);
    expect(ids(expire(metadata, { minToKeep: 0 }).metadata)).toEqual([5]);
    expect(ids(expire(metadata, { minToKeep: 3 }).metadata)).toEqual([3, 4, 5]);
    expect(ids(expire(metadata, { olderThanMs: 4000 }).metadata)).toEqual([3, 4, 5]);
    expect(expire(metadata, {}).snapshots.map((item) => item["snapshot-id"])).toEqual([1, 2, 3, 4]);
    passesChecks(expire(metadata, {}).metadata);
  });

  it("returns the same metadata when nothing leaves", () => {
    const metadata = chain(2);
    expect(expire(metadata, { minToKeep: 2 }).metadata).toBe(metadata);
    expect(expire(empty, {}).metadata).toBe(empty);
  });

  it("keeps what tags and branches name, by the branches' own rules", () => {
    let metadata = setRef(chain(5), { name: "v1", type: "tag", snapshotId: 2 });
    metadata = setRef(metadata, { name: "slow", type: "branch", snapshotId: 4, minSnapshotsToKeep: 2 });
    metadata = setRef(metadata, { name: "long", type: "branch", snapshotId: 1, maxSnapshotAgeMs: 999_000 });
    expect(ids(expire(metadata, {}).metadata)).toEqual([1, 2, 3, 4, 5]);
    expect(ids(expire(dropRef(dropRef(metadata, "slow"), "long"), {}).metadata)).toEqual([2, 5]);
  });

  it("lets names go whose age has passed, with their snapshots", () => {
    let metadata = setRef(chain(3), { name: "v1", type: "tag", snapshotId: 1, maxRefAgeMs: 5000 });
    metadata = setRef(metadata, { name: "v2", type: "tag", snapshotId: 2, maxRefAgeMs: 5_000_000 });
    const expired = expire(metadata, {});
    expect(expired.refs).toEqual(["v1"]);
    expect(Object.keys(expired.metadata.refs ?? {})).toEqual(["main", "v2"]);
    expect(ids(expired.metadata)).toEqual([2, 3]);
    passesChecks(expired.metadata);
  });

  it("keeps young snapshots no name leads to", () => {
    const branched = grow(setRef(chain(2), { name: "gone", type: "branch", snapshotId: 1 }), 10, { branch: "gone", atMs: 8000 });
    const metadata = dropRef(branched, "gone");
    expect(ids(expire(metadata, { olderThanMs: 8000, minToKeep: 5 }).metadata)).toEqual([1, 2, 10]);
    expect(ids(expire(metadata, { olderThanMs: 8001, minToKeep: 5 }).metadata)).toEqual([1, 2]);
  });

  it("cuts the log where it would have a gap, and drops statistics of what left", () => {
    const metadata: TableMetadata = { ...chain(4), statistics: [1, 4].map((id) => ({ "snapshot-id": id, "statistics-path": `s${id}` })) };
    const expired = expire(setRef(metadata, { name: "v1", type: "tag", snapshotId: 1 }), { minToKeep: 2 }).metadata;
    expect(ids(expired)).toEqual([1, 3, 4]);
    expect(expired["snapshot-log"]?.map((entry) => entry["snapshot-id"])).toEqual([3, 4]);
    expect(expired.statistics?.map((item) => item["snapshot-id"])).toEqual([1, 4]);
    expect(expired.schemas).toBe(metadata.schemas);
  });
});

describe("layouts", () => {
  it("get new ids, and old ones back", () => {
    const byDay = setPartitionSpec(empty, [{ "source-id": 2, transform: "day" }]);
    expect(byDay).toMatchObject({ "default-spec-id": 1, "last-partition-id": 1000 });
    const both = setPartitionSpec(byDay, [
      { "source-id": 4, transform: "truncate[2]" },
      { "source-id": 2, transform: "day" },
    ]);
    expect(both["partition-specs"].at(-1)).toEqual({
      "spec-id": 2,
      fields: [
        { "source-id": 4, "field-id": 1001, name: "place.city_trunc_2", transform: "truncate[2]" },
        { "source-id": 2, "field-id": 1000, name: "at_day", transform: "day" },
      ],
    });
    expect(both["last-partition-id"]).toBe(1001);
    expect(setPartitionSpec(both, [{ "source-id": 2, transform: "day" }])).toMatchObject({ "default-spec-id": 1, "partition-specs": both["partition-specs"] });
    expect(setPartitionSpec(both, [])["default-spec-id"]).toBe(0);
    expect(setPartitionSpec(empty, [])).toBe(empty);
    passesChecks(both);
  });

  it.each<readonly [string, Parameters<typeof setPartitionSpec>[1], string]>([
    ["an unknown column", [{ "source-id": 99, transform: "identity" }], "no column with the id 99"],
    ["an unknown transform", [{ "source-id": 1, transform: "zorder" }], "zorder is no transform"],
    ["a transform that does not apply", [{ "source-id": 1, transform: "day" }], "day does not apply to id, which is long"],
    ["a struct", [{ "source-id": 3, transform: "identity" }], "identity does not apply to place, which is a struct"],
    ["a list's element", [{ "source-id": 6, transform: "identity" }], "tags.element lies in a list or map"],
    [
      "the same twice",
      [
        { "source-id": 1, transform: "identity" },
        { "source-id": 1, transform: "identity", name: "b" },
      ],
      "says what another one says",
    ],
    [
      "day and month of one column",
      [
        { "source-id": 2, transform: "day" },
        { "source-id": 2, transform: "month" },
      ],
      "says what another one says",
    ],
    [
      "one name twice",
      [
        { "source-id": 1, transform: "bucket[2]", name: "A" },
        { "source-id": 2, transform: "day", name: "a" },
      ],
      "two partition fields are named a",
    ],
    ["the name of a column", [{ "source-id": 1, transform: "bucket[2]", name: "AT" }], "has the name of a column"],
  ])("are refused with %s", (_, fields, text) => {
    expect(() => setPartitionSpec(empty, fields)).toThrow(code("lake.layout_invalid"));
    expect(() => setPartitionSpec(empty, fields)).toThrow(reason(text));
  });

  it("sort by columns and transforms", () => {
    const sorted = setSortOrder(empty, [{ "source-id": 2, transform: "day", direction: "desc" }, { "source-id": 7 }]);
    expect(sorted).toMatchObject({ "default-sort-order-id": 1 });
    expect(sorted["sort-orders"].at(-1)?.fields).toEqual([
      { transform: "day", "source-id": 2, direction: "desc", "null-order": "nulls-last" },
      { transform: "identity", "source-id": 7, direction: "asc", "null-order": "nulls-first" },
    ]);
    expect(setSortOrder(sorted, [])["default-sort-order-id"]).toBe(0);
    expect(setSortOrder(sorted, [{ "source-id": 2, transform: "day", direction: "desc" }, { "source-id": 7 }])).toBe(sorted);
    expect(() => setSortOrder(empty, [{ "source-id": 7 }, { "source-id": 7, direction: "desc" }])).toThrow(reason("sorted by ratio twice"));
    passesChecks(sorted);
  });
});

describe("properties and the log", () => {
  it("are set and removed, except what other engines reserve", () => {
    const set = setProperties(empty, { set: { a: "1", "write.format.default": "parquet" }, remove: ["write.parquet.compression-codec", "b"] });
    expect(set.properties).toEqual({ a: "1", "write.format.default": "parquet" });
    expect(setProperties(set, { set: { a: "1" }, remove: ["b"] })).toBe(set);
    for (const name of ["uuid", "format-version", "", "__proto__"])
      expect(() => setProperties(empty, { set: Object.fromEntries([[name, "1"]]) })).toThrow(code("lake.property_invalid"));
  });

  it("keep as many metadata files as the table says, and name those to delete", () => {
    const properties = { "write.metadata.previous-versions-max": "2", "write.metadata.delete-after-commit.enabled": "true" };
    let metadata: TableMetadata = { ...empty, properties };
    const obsolete: string[] = [];
    for (const version of [1, 2, 3, 4]) {
      const logged = logMetadata(metadata, { metadata, location: `file:///${version}`, nowMs: version * 10_000 });
      ({ metadata } = logged);
      obsolete.push(...logged.obsolete);
    }
    expect(metadata["metadata-log"]).toEqual([
      { "metadata-file": "file:///3", "timestamp-ms": 20_000 },
      { "metadata-file": "file:///4", "timestamp-ms": 30_000 },
    ]);
    expect(obsolete).toEqual(["file:///1", "file:///2"]);
    expect(metadata["last-updated-ms"]).toBe(40_000);
    passesChecks(metadata);
    const kept = logMetadata({ ...metadata, properties: { "write.metadata.previous-versions-max": "none" } }, { metadata, location: "file:///5", nowMs: 0 });
    expect(kept.metadata["metadata-log"]).toHaveLength(3);
    expect(kept.obsolete).toEqual([]);
  });
});
