import { call, column, type EngineSession, type Expression, literal, type Query, type Relation } from "@granary/engine";
import type { FileIo } from "../../file-io/index.ts";
import { type HeldFiles, holdFiles, type LiveDataFile, liveFiles, type ScanTable, scanRelation, storedName } from "../../files/index.ts";
import { type IcebergSnapshot, schemaOf } from "../../iceberg/index.ts";
import type { LiveEntry } from "../../table/index.ts";
import { type ErasedKeys, isErased } from "./erased-keys.ts";
import { type History, idOf, liveIn } from "./history.ts";

/** What files are searched with. */
export interface Search {
  readonly fileIo: FileIo;
  readonly session: EngineSession;
  readonly keys: ErasedKeys;
  readonly signal?: AbortSignal | undefined;
}

/** The columns of a relation made by `placesIn`. */
export const FILE = "erased_file";
export const POSITION = "erased_position";

/** A stored copy of everything may be on its way at once. */
const BATCH_BYTES = 1024 * 1024 * 1024;
const BATCH_FILES = 128;

const readKey = (fieldId: number): Expression => column(storedName(fieldId));

export function scanTableOf(history: Pick<History, "metadata">): ScanTable {
  return { schema: schemaOf(history.metadata), schemas: history.metadata.schemas, properties: history.metadata.properties ?? {} };
}

/** A data file by itself: all the rows it holds, whatever delete files say. */
export const wholeFile = (file: LiveEntry, ordinal: number): LiveDataFile => ({ ...file, ordinal, positionDeletes: [], equalityDeletes: [] });

export function batchesOf<T extends { readonly file: { readonly bytes: number } }>(files: readonly T[]): readonly (readonly T[])[] {
  const batches: T[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const file of files) {
    const open = batches.at(-1);
    if (open === undefined || open.length >= BATCH_FILES || bytes + file.file.bytes > BATCH_BYTES) {
      batches.push([file]);
      bytes = file.file.bytes;
    } else {
      open.push(file);
      bytes += file.file.bytes;
    }
  }
  return batches;
}

const keyUses = (keys: ErasedKeys) => keys.fields.map(({ id }) => ({ fieldId: id, name: storedName(id) }));
const keyIds = (keys: ErasedKeys): readonly number[] => keys.fields.map((field) => field.id);

function placesIn(held: HeldFiles, keys: ErasedKeys): Query {
  return {
    kind: "select",
    items: [FILE, POSITION].map((name) => ({ expression: column(name), as: name })),
    from: scanRelation(held, keyUses(keys), { ordinalAs: FILE, positionAs: POSITION }),
    where: isErased(keys, readKey),
  };
}

/** Where the erased rows lie, in tables of the session. */
export interface FoundRows {
  /** Rows by the file's address; files without any are left out. */
  readonly rows: ReadonlyMap<string, number>;
  /** Every place: the file's ordinal among the history's data files, and the position. */
  readonly places: Relation;
  readonly tables: readonly string[];
}

const NO_PLACES: Relation = {
  kind: "values",
  columns: [
    { name: FILE, type: { kind: "bigint" } },
    { name: POSITION, type: { kind: "bigint" } },
  ],
  rows: [],
};

async function countByFile(session: EngineSession, table: string): Promise<readonly (readonly [number, number])[]> {
  const items = [
    { expression: column(FILE), as: FILE },
    { expression: call("count_rows"), as: "rows" },
  ];
  const { rows } = await session.run({ kind: "query", query: { kind: "select", items, from: { kind: "table", name: table }, groupBy: [column(FILE)] } });
  return rows.map(([ordinal, count]) => [Number(ordinal), Number(count)] as const);
}

/** Searches every data file of every snapshot, the rows that are deleted too. Reads the key columns only. */
export async function findRows(search: Search, history: Pick<History, "metadata" | "data">): Promise<FoundRows> {
  const { session, keys, signal, fileIo } = search;
  const table = scanTableOf(history);
  const rows = new Map<string, number>();
  const tables: string[] = [];
  const files = history.data.map((file, ordinal) => wholeFile(file, ordinal));
  for (const [index, batch] of batchesOf(files).entries()) {
    signal?.throwIfAborted();
    const name = `granary_erased_rows_${index}`;
    await using held = await holdFiles({ fileIo, session }, { table, files: batch, fieldIds: keyIds(keys), signal });
    await session.run({ kind: "createTable", name, query: placesIn(held, keys) });
    tables.push(name);
    for (const [ordinal, count] of await countByFile(session, name)) rows.set(history.data[ordinal]?.file.uri ?? "", count);
  }
  const queries = tables.map(
    (name): Query => ({ kind: "select", items: [FILE, POSITION].map((item) => ({ expression: column(item), as: item })), from: { kind: "table", name } }),
  );
  return { rows, tables, places: tables.length === 0 ? NO_PLACES : { kind: "query", query: { kind: "unionAll", queries } } };
}

/** Lets go what a search left in the session, so that it can be done again. */
export async function forgetRows(session: EngineSession, found: FoundRows): Promise<void> {
  for (const name of found.tables) await session.run({ kind: "dropTable", name });
}

async function countVisible(search: Search, table: ScanTable, files: readonly LiveDataFile[]): Promise<number> {
  const { session, keys, signal, fileIo } = search;
  await using held = await holdFiles({ fileIo, session }, { table, files, fieldIds: keyIds(keys), signal });
  const query: Query = {
    kind: "select",
    items: [{ expression: call("count_rows"), as: "rows" }],
    from: scanRelation(held, keyUses(keys)),
    where: isErased(keys, readKey),
  };
  return Number((await session.run({ kind: "query", query })).rows[0]?.[0] ?? 0);
}

/** How many of the erased rows a reader of each snapshot sees, by its id. Snapshots that see the same files are counted once. */
export async function visibleRows(search: Search, history: History, found: FoundRows): Promise<ReadonlyMap<string, number>> {
  const counted = new Map<string, number>();
  const visible = new Map<string, number>();
  const count = async (snapshot: IcebergSnapshot): Promise<number> => {
    const live = liveFiles({ entries: liveIn(history, snapshot), partitionSpecs: history.metadata["partition-specs"] });
    const files = live.data.filter((file) => found.rows.has(file.file.uri));
    if (files.length === 0) return 0;
    const signature = JSON.stringify(files.map((file) => [file, ...file.positionDeletes, ...file.equalityDeletes].map((item) => item.file.uri)));
    const known = counted.get(signature) ?? (await countVisible(search, scanTableOf(history), files));
    counted.set(signature, known);
    return known;
  };
  for (const snapshot of history.snapshots) visible.set(idOf(snapshot), await count(snapshot));
  return visible;
}

/** A condition on the positions of one file: whether an erased row lies there. */
export function positionsOf(found: FoundRows, ordinal: number): Query {
  return {
    kind: "select",
    items: [{ expression: column(POSITION), as: POSITION }],
    from: found.places,
    where: { kind: "comparison", operator: "=", left: column(FILE), right: literal(ordinal) },
  };
}
