import { describe, expect, it } from "vitest";
import type { ManifestFile, TableMetadata } from "../iceberg/index.ts";
import type { StoredEntry } from "../table/index.ts";
import { mergeManifests } from "./merge-manifests.ts";
import type { ManifestDraft, ReadEntries } from "./plan-manifests.ts";

const BYTES_PER_ENTRY = 100;

function entry(number: number, status: StoredEntry["status"] = "added"): StoredEntry {
  const file = {
    content: "data",
    uri: `file:///${number}`,
    format: "PARQUET",
    records: 1,
    bytes: 1,
    columns: [],
    splitOffsets: [],
    specId: 0,
    partition: [],
    sortOrderId: 0,
  } as const;
  return { status, file, snapshotId: number, sequenceNumber: number, fileSequenceNumber: number };
}

function line(path: string, entries: number, content = 0): ManifestFile {
  return {
    manifest_path: path,
    manifest_length: entries * BYTES_PER_ENTRY,
    partition_spec_id: 0,
    content,
    sequence_number: 1,
    min_sequence_number: 1,
    added_snapshot_id: 1,
    added_files_count: entries,
    existing_files_count: 0,
    deleted_files_count: 0,
    added_rows_count: entries,
    existing_rows_count: 0,
    deleted_rows_count: 0,
    partitions: null,
    key_metadata: null,
  };
}

const table = (properties: Readonly<Record<string, string>> = {}): TableMetadata => ({ properties }) as unknown as TableMetadata;

/** Appends a file per commit, as commits do, and counts how often entries are written. */
async function appendMany(commits: number, properties: Readonly<Record<string, string>>) {
  const stored = new Map<string, readonly StoredEntry[]>();
  const read: ReadEntries = async (manifests) => new Map(manifests.map((item) => [item.manifest_path, stored.get(item.manifest_path) ?? []]));
  let kept: readonly ManifestFile[] = [];
  let written = 0;
  let most = 0;
  for (let number = 1; number <= commits; number += 1) {
    const draft: ManifestDraft = { content: "data", specId: 0, entries: [entry(number)] };
    const plan = await mergeManifests({ drafts: [draft], kept, removed: [] }, table(properties), read);
    const lines = plan.drafts.map(({ entries }, index) => {
      const path = `m${number}-${index}`;
      stored.set(path, entries as readonly StoredEntry[]);
      written += entries.length;
      return line(path, entries.length);
    });
    kept = [...lines, ...plan.kept];
    most = Math.max(most, kept.length);
  }
  const live = kept.toReversed().flatMap((item) => stored.get(item.manifest_path) ?? []);
  return { manifests: kept.length, most, written, live };
}

describe("merging manifests", () => {
  it("keeps their number below the limit and loses no file", async () => {
    const { most, live } = await appendMany(1000, {});
    expect(most).toBeLessThanOrEqual(100);
    expect(live.map((item) => item.file.uri).sort()).toEqual(Array.from({ length: 1000 }, (_, index) => `file:///${index + 1}`).sort());
  });

  it("writes an entry anew a few times, not with every merge", async () => {
    const { written } = await appendMany(5000, { "commit.manifest.min-count-to-merge": "20" });
    // Merging everything each time would write 5,000 / 20 / 2 times 5,000 entries.
    expect(written).toBeLessThan(5000 * 12);
  });

  it("turns what older commits added into what exists, and forgets what they removed", async () => {
    const read: ReadEntries = async (manifests) => new Map(manifests.map((item) => [item.manifest_path, [entry(1), entry(2, "deleted")]]));
    const draft: ManifestDraft = { content: "data", specId: 0, entries: [entry(3), entry(4, "deleted")] };
    const kept = [line("a", 2), line("b", 2), line("c", 2, 1)];
    const plan = await mergeManifests({ drafts: [draft], kept, removed: [] }, table({ "commit.manifest.min-count-to-merge": "3" }), read);
    expect(plan.kept.map((item) => item.manifest_path)).toEqual(["c"]);
    expect(plan.drafts.map((item) => item.entries.map((inner) => [inner.status, inner.snapshotId]))).toEqual([
      [
        ["existing", 1],
        ["existing", 1],
        ["added", 3],
        ["deleted", 4],
      ],
    ]);
  });

  it("leaves large ones and switched off tables alone", async () => {
    const read: ReadEntries = async () => new Map();
    const kept = Array.from({ length: 200 }, (_, index) => line(`m${index}`, 90_000));
    const plan = { drafts: [], kept, removed: [] };
    expect((await mergeManifests(plan, table(), read)).kept.length).toBe(200);
    const small = Array.from({ length: 200 }, (_, index) => line(`m${index}`, 1));
    expect((await mergeManifests({ ...plan, kept: small }, table({ "commit.manifest-merge.enabled": "false" }), read)).kept.length).toBe(200);
    expect((await mergeManifests({ ...plan, kept: small }, table(), read)).kept.length).toBe(0);
  });
});
