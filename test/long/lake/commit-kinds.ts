import { compare, literal } from "@granary/engine";
import type { Lake, LakeTransaction, OpenTable, Published, StagedChange, TableDefinition, TableRef } from "@granary/lake";
import { storedColumn } from "@granary/lake";
import { field, rowsFor, schemaOf } from "../../../packages/lake/test/rows.ts";

/** A table that is to be changed, by the test or by the process it kills. */
export interface Place {
  readonly lake: Lake;
  readonly ref: TableRef;
  tx<T>(work: (tx: LakeTransaction) => Promise<T>): Promise<T>;
}

/** Everything a reader sees of a table. */
export interface TableState {
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  readonly refs: readonly string[];
  /** The snapshots that are kept, as number and operation. */
  readonly versions: readonly string[];
  readonly settings: readonly string[];
}

/** A kind of commit: rows are staged first where it brings or takes any, and then it is made. */
export interface CommitKind {
  /** Makes the table as it is before; left out where the commit makes it. */
  readonly prepare?: (place: Place) => Promise<void>;
  readonly stage?: (place: Place) => Promise<StagedChange>;
  readonly commit: (place: Place, staged: StagedChange | undefined) => Promise<unknown>;
  readonly after: (before: TableState) => TableState;
}

const SCHEMA = schemaOf([field(1, "id", "long", true), field(2, "name", "string"), field(3, "_granary_batch", "string")], [1]);
const MERGE = { "write.merge.mode": "merge-on-read", "write.delete.mode": "merge-on-read" };
const COPY = { "write.merge.mode": "copy-on-write", "write.delete.mode": "copy-on-write" };

const source = (ids: readonly number[], prefix: string) =>
  rowsFor(
    SCHEMA,
    ["id", "name"],
    ids.map((id) => [id, `${prefix}${id}`]),
  );
const printed = (ids: readonly number[], prefix: string): readonly string[] => ids.map((id) => `${id} ${prefix}${id}`);
const upTo = (from: number, to: number): readonly number[] => Array.from({ length: to - from + 1 }, (_, index) => from + index);

const open = ({ lake, tx, ref }: Place, branch = "main"): Promise<OpenTable> => tx((handle) => lake.open(handle, { ...ref, at: { branch } }));

async function publish({ lake, tx }: Place, staged: StagedChange | undefined): Promise<Published> {
  if (staged === undefined) throw new Error("nothing is staged");
  const published = await tx((handle) => lake.publish(handle, staged));
  await lake.settle(published);
  return published;
}

const stageAppend = async (place: Place, ids: readonly number[], branch = "main"): Promise<StagedChange> =>
  place.lake.stageAppend({ table: await open(place, branch), source: source(ids, "n"), batch: String(ids[0]) });

const append = async (place: Place, ids: readonly number[], branch?: string): Promise<Published> => publish(place, await stageAppend(place, ids, branch));

/** Two data files of ten rows, and the first version tagged; old metadata goes with the commit that drops it. */
const twoFiles =
  (properties: Readonly<Record<string, string>> = MERGE, definition: TableDefinition = {}) =>
  async (place: Place): Promise<void> => {
    const log = { "write.metadata.previous-versions-max": "2" };
    const created = await place.lake.stageCreate({
      ...place.ref,
      schema: SCHEMA,
      definition: { ...definition, properties: { ...log, ...properties } },
      source: source(upTo(1, 10), "n"),
    });
    await publish(place, created);
    await append(place, upTo(11, 20));
    await place.lake.settle(await place.tx((tx) => place.lake.setRef(tx, place.ref, { name: "first", type: "tag", at: { number: 1 } })));
  };

const withBranch = async (place: Place): Promise<void> => {
  await twoFiles()(place);
  await place.tx((tx) => place.lake.setRef(tx, place.ref, { name: "review", type: "branch" }));
  await append(place, [21], "review");
};

const manyFiles = async (place: Place): Promise<void> => {
  await twoFiles()(place);
  for (const id of upTo(21, 25)) await append(place, [id]);
  await place.tx((tx) => place.lake.dropRef(tx, place.ref, "first"));
};

const next = (before: TableState, operation: string, rows: readonly string[]): TableState => ({
  ...before,
  rows,
  versions: [...before.versions, `${before.versions.length + 1} ${operation}`],
  refs: before.refs.map((ref) => (ref.startsWith("main@") ? `main@${before.versions.length + 1}` : ref)),
});

const without = (rows: readonly string[], gone: readonly string[]): readonly string[] => rows.filter((row) => !gone.includes(row));

const stageUpsert = async (place: Place): Promise<StagedChange> => place.lake.stageUpsert({ table: await open(place), source: source([1, 2, 21], "u") });
const afterUpsert = (before: TableState): TableState =>
  next(before, "overwrite", [...printed([1, 2], "u"), ...without(before.rows, printed([1, 2], "n")), ...printed([21], "u")]);

const stageDelete = async (place: Place): Promise<StagedChange> =>
  place.lake.stageDelete({ table: await open(place), where: compare(storedColumn(1), "<=", literal(2)) });

async function stageCompaction(place: Place): Promise<StagedChange> {
  const staged = await place.lake.stageCompaction({ table: await open(place) });
  return staged ?? Promise.reject(new Error("there is nothing to compact"));
}

const metadataOnly = (change: (place: Place, tx: LakeTransaction) => ReturnType<Lake["dropRef"]>) => async (place: Place) => {
  await place.lake.settle(await place.tx((tx) => change(place, tx)));
};
const EMPTY = { columns: ["id long", "name string", "_granary_batch string"], refs: [], rows: [], versions: [], settings: [] };

/** Every kind of commit there is; a new verb belongs here. */
export const COMMIT_KINDS: Readonly<Record<string, CommitKind>> = {
  "create without rows": {
    commit: ({ lake, tx, ref }) => tx((handle) => lake.createTable(handle, { ...ref, schema: SCHEMA })),
    after: () => EMPTY,
  },
  "create with rows": {
    stage: (place) => place.lake.stageCreate({ ...place.ref, schema: SCHEMA, source: source([1, 2], "n") }),
    commit: publish,
    after: () => ({ ...EMPTY, rows: printed([1, 2], "n"), refs: ["main@1"], versions: ["1 append"] }),
  },
  append: {
    prepare: twoFiles(),
    stage: (place) => stageAppend(place, [21, 22]),
    commit: publish,
    after: (before) => next(before, "append", [...before.rows, ...printed([21, 22], "n")]),
  },
  overwrite: {
    prepare: twoFiles(),
    stage: async (place) => place.lake.stageOverwrite({ table: await open(place), source: source([7, 8], "o") }),
    commit: publish,
    after: (before) => next(before, "overwrite", printed([7, 8], "o")),
  },
  "upsert by delete files": { prepare: twoFiles(MERGE), stage: stageUpsert, commit: publish, after: afterUpsert },
  "upsert by writing anew": { prepare: twoFiles(COPY), stage: stageUpsert, commit: publish, after: afterUpsert },
  "delete by delete files": {
    prepare: twoFiles(MERGE),
    stage: stageDelete,
    commit: publish,
    after: (before) => next(before, "delete", without(before.rows, printed([1, 2], "n"))),
  },
  "delete by writing anew": {
    prepare: twoFiles(COPY),
    stage: stageDelete,
    commit: publish,
    after: (before) => next(before, "overwrite", without(before.rows, printed([1, 2], "n"))),
  },
  "delete of a batch": {
    prepare: twoFiles(),
    stage: async (place) => place.lake.stageDelete({ table: await open(place), rowsOfBatch: "11" }),
    commit: publish,
    after: (before) => next(before, "delete", printed(upTo(1, 10), "n")),
  },
  "append to a branch": {
    prepare: withBranch,
    stage: (place) => stageAppend(place, [22], "review"),
    commit: publish,
    after: (before) => ({ ...before, refs: ["first@1", "main@2", "review@4"], versions: [...before.versions, "4 append"] }),
  },
  "change of columns": {
    prepare: twoFiles(),
    commit: metadataOnly(({ lake, ref }, tx) =>
      lake.evolveSchema(tx, ref, {
        changes: [
          { kind: "rename", fieldId: 2, name: "title" },
          { kind: "add", name: "size", type: "int" },
        ],
      }),
    ),
    after: (before) => ({
      ...before,
      columns: ["id long", "title string", "_granary_batch string", "size int"],
      rows: before.rows.map((row) => `${row} `),
    }),
  },
  "setting a tag": {
    prepare: twoFiles(),
    commit: metadataOnly(({ lake, ref }, tx) => lake.setRef(tx, ref, { name: "second", type: "tag" })),
    after: (before) => ({ ...before, refs: [...before.refs, "second@2"] }),
  },
  "dropping a tag": {
    prepare: twoFiles(),
    commit: metadataOnly(({ lake, ref }, tx) => lake.dropRef(tx, ref, "first")),
    after: (before) => ({ ...before, refs: ["main@2"] }),
  },
  "fast-forward": {
    prepare: withBranch,
    commit: metadataOnly(({ lake, ref }, tx) => lake.fastForward(tx, ref, { to: { branch: "review" } })),
    after: (before) => ({ ...before, refs: ["first@1", "main@3", "review@3"], rows: [...before.rows, ...printed([21], "n")] }),
  },
  rollback: {
    prepare: twoFiles(),
    commit: ({ lake, ref, tx }) => tx((handle) => lake.rollback(handle, ref, { to: { tag: "first" } })),
    after: (before) => next(before, "overwrite", printed(upTo(1, 10), "n")),
  },
  properties: {
    prepare: twoFiles(),
    commit: metadataOnly(({ lake, ref }, tx) => lake.setProperties(tx, ref, { set: { note: "new" } })),
    after: (before) => ({ ...before, settings: ["note new"] }),
  },
  "partition spec": {
    prepare: twoFiles(),
    commit: metadataOnly(({ lake, ref }, tx) => lake.setPartitionSpec(tx, ref, [{ "source-id": 1, transform: "bucket[4]" }])),
    after: (before) => ({ ...before, settings: ["partition bucket[4]"] }),
  },
  "sort order": {
    prepare: twoFiles(),
    commit: metadataOnly(({ lake, ref }, tx) => lake.setSortOrder(tx, ref, [{ "source-id": 2 }])),
    after: (before) => ({ ...before, settings: ["sort identity"] }),
  },
  compaction: {
    prepare: manyFiles,
    stage: stageCompaction,
    commit: publish,
    after: (before) => next(before, "replace", before.rows),
  },
  "merging manifests": {
    prepare: manyFiles,
    commit: ({ lake, ref, tx }) => lake.rewriteManifests({ ...ref, transaction: tx, minCount: 2 }),
    after: (before) => next(before, "replace", before.rows),
  },
  expiry: {
    prepare: manyFiles,
    commit: ({ lake, ref, tx }) => lake.expireSnapshots({ ...ref, transaction: tx, maxAgeMs: 0, graceMs: 0 }),
    after: (before) => ({ ...before, versions: before.versions.slice(-1) }),
  },
  erasure: {
    prepare: twoFiles(),
    commit: ({ lake, ref, tx }) => lake.erase({ ...ref, transaction: tx, keysIn: source([1, 2], "n") }),
    after: (before) => ({ ...before, rows: without(before.rows, printed([1, 2], "n")) }),
  },
};
