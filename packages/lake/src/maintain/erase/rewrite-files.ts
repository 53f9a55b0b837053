import {
  and,
  arithmetic,
  call,
  caseWhen,
  column,
  compare,
  type EngineSession,
  type Expression,
  inQuery,
  isNull,
  literal,
  not,
  or,
  over,
  type Query,
  type Relation,
} from "@granary/engine";
import { problem } from "@granary/protocol";
import type { StagedFile } from "../../change/index.ts";
import { findField, holdFiles, readLayouts, scanRelation, storedName } from "../../files/index.ts";
import { type IcebergField, type IcebergSchema, toSqlType } from "../../iceberg/index.ts";
import type { LiveEntry } from "../../table/index.ts";
import { copyDataFile, type Staging, writeDeleteFile } from "../../write/index.ts";
import { type ErasedKeys, isErased } from "./erased-keys.ts";
import { FILE, type FoundRows, POSITION, positionsOf, type Search, scanTableOf, wholeFile } from "./find-rows.ts";
import type { HistoricFile, History } from "./history.ts";

/** What comes in place of each file that held erased rows, by its address; null when nothing is left of it. */
export type Replaced = ReadonlyMap<string, StagedFile | null>;

/** The file some work adds to a staging; undefined when it adds none. */
async function addedBy(staged: Staging, work: () => Promise<unknown>): Promise<StagedFile | undefined> {
  const before = (await staged.settle()).length;
  await work();
  return (await staged.settle())[before];
}

/** A replacement stands where the old file stood. */
function asBefore(old: LiveEntry["file"], file: StagedFile): StagedFile {
  const { content, specId, partition, sortOrderId, equalityIds } = old;
  return { ...file, content, specId, partition, sortOrderId, ...(equalityIds === undefined ? {} : { equalityIds }) };
}

/** Different names for all columns, whichever were called alike at different times: readers go by the field ids. */
function distinctNames(fields: readonly IcebergField[]): readonly IcebergField[] {
  const taken = new Set<string>();
  return fields.map((field) => {
    const name = taken.has(field.name.toLowerCase()) ? `${field.name} ${field.id}` : field.name;
    taken.add(name.toLowerCase());
    return { ...field, name };
  });
}

async function physicalSchema(search: Search, file: HistoricFile, paths: ReadonlyMap<string, string>): Promise<IcebergSchema> {
  const layout = (await readLayouts(search.fileIo, search.session, [file.file], paths)).get(file.file.uri) ?? [];
  const ids = new Set(layout.map((item) => item.id));
  const isById = layout.some((item) => item.id !== undefined);
  return { ...file.schema, fields: distinctNames(file.schema.fields.filter((field) => !isById || ids.has(field.id))) };
}

export interface Rewriting {
  readonly search: Search;
  readonly history: History;
  readonly found: FoundRows;
  readonly staged: Staging;
}

async function rewriteDataFile({ search, history, found, staged }: Rewriting, file: HistoricFile, ordinal: number): Promise<void> {
  const { session, fileIo, signal } = search;
  const whole = wholeFile(file, ordinal);
  const table = { ...scanTableOf(history), schema: file.schema };
  await using held = await holdFiles({ fileIo, session }, { table, files: [whole], fieldIds: file.schema.fields.map((field) => field.id), signal });
  const schema = await physicalSchema(search, file, held.paths);
  const uses = schema.fields.map(({ id, name }) => ({ fieldId: id, name }));
  const rowsOf = (_: unknown, position: Expression): Expression => not(inQuery(position, positionsOf(found, ordinal)));
  const query: Query = {
    kind: "select",
    items: uses.map(({ name }) => ({ expression: column(name), as: name })),
    from: scanRelation(held, uses, { areLive: true, rowsOf }),
  };
  const { specId, partition, records, uri, sortOrderId } = file.file;
  const rows = await copyDataFile(session, staged, { query, schema, specId, partition, sortOrderId: sortOrderId ?? 0 });
  const wanted = records - (found.rows.get(uri) ?? 0);
  if (rows !== wanted) throw problem("storage.corrupt", { name: uri, reason: `${rows} rows are left of it instead of ${wanted}` });
}

/** Writes data files anew without the erased rows, each by itself and in the order its rows had. */
export async function rewriteDataFiles(rewriting: Rewriting): Promise<Replaced> {
  const { history, found, staged, search } = rewriting;
  const replaced = new Map<string, StagedFile | null>();
  for (const [ordinal, file] of history.data.entries()) {
    const gone = found.rows.get(file.file.uri);
    if (gone === undefined) continue;
    search.signal?.throwIfAborted();
    const added = gone < file.file.records ? await addedBy(staged, () => rewriteDataFile(rewriting, file, ordinal)) : undefined;
    replaced.set(file.file.uri, added === undefined ? null : asBefore(file.file, added));
  }
  return replaced;
}

const [PATH, PLACE, IS_ERASED, BEFORE, HERE] = ["file_path", "pos", "is_erased", "erased_before", "erased_here"] as const;
const TEXT = { kind: "text" } as const;

/** The addresses of the files that lose rows, by their ordinal, and what comes in their place. */
function addresses(history: History, replaced: Replaced): Relation {
  const rows = history.data.flatMap(({ file: { uri } }, ordinal) => {
    const next = replaced.get(uri);
    return next === undefined ? [] : [[literal(ordinal), literal(uri), literal(next?.uri ?? null)]];
  });
  return {
    kind: "values",
    columns: [
      { name: "ordinal", type: { kind: "bigint" } },
      { name: "uri", type: TEXT },
      { name: "next", type: TEXT },
    ],
    rows,
  };
}

const alias = (relation: Relation, as: string): Relation => ({ kind: "alias", relation, as });

/** Named positions and erased ones, each with how many erased rows lie before it in its file, and whether one lies just there. */
function countedPlaces(deletes: Relation, history: History, found: FoundRows, replaced: Replaced): Query {
  const named: Query = {
    kind: "select",
    items: [
      { expression: column(PATH), as: PATH },
      { expression: column(PLACE), as: PLACE },
      { expression: literal(0), as: IS_ERASED },
    ],
    from: deletes,
  };
  const erased: Query = {
    kind: "select",
    items: [
      { expression: column("uri", "a"), as: PATH },
      { expression: column(POSITION, "e"), as: PLACE },
      { expression: literal(1), as: IS_ERASED },
    ],
    from: {
      kind: "join",
      join: "inner",
      left: alias(found.places, "e"),
      right: alias(addresses(history, replaced), "a"),
      on: compare(column(FILE, "e"), "=", column("ordinal", "a")),
    },
  };
  const sum = call("sum", column(IS_ERASED));
  return {
    kind: "select",
    items: [
      ...[PATH, PLACE, IS_ERASED].map((name) => ({ expression: column(name), as: name })),
      { expression: over(sum, { partitionBy: [column(PATH)], orderBy: [{ expression: column(PLACE), direction: "asc" }] }), as: BEFORE },
      { expression: over(sum, { partitionBy: [column(PATH), column(PLACE)] }), as: HERE },
    ],
    from: { kind: "query", query: { kind: "unionAll", queries: [named, erased] } },
  };
}

/** The same deletes, of the files and at the positions their rows have now. Those of erased rows are gone. */
function movedPlaces(deletes: Relation, history: History, found: FoundRows, replaced: Replaced): Query {
  const uri = call("coalesce", column("next", "a"), column(PATH, "c"));
  const place = arithmetic(column(PLACE, "c"), "-", column(BEFORE, "c"));
  const isLeft = and(
    compare(column(IS_ERASED, "c"), "=", literal(0)),
    compare(column(HERE, "c"), "=", literal(0)),
    or(isNull(column("uri", "a")), not(isNull(column("next", "a")))),
  );
  return {
    kind: "select",
    items: [
      { expression: uri, as: PATH },
      { expression: { kind: "cast", operand: place, type: { kind: "bigint" }, onFault: "fail" }, as: PLACE },
    ],
    from: {
      kind: "join",
      join: "left",
      left: alias({ kind: "query", query: countedPlaces(deletes, history, found, replaced) }, "c"),
      right: alias(addresses(history, replaced), "a"),
      on: compare(column(PATH, "c"), "=", column("uri", "a")),
    },
    where: isLeft,
    orderBy: [PATH, PLACE].map((name) => ({ expression: column(name), direction: "asc" as const })),
  };
}

async function namedFiles(session: EngineSession, deletes: Relation): Promise<readonly string[]> {
  const query: Query = { kind: "select", distinct: true, items: [{ expression: column(PATH), as: PATH }], from: deletes };
  return (await session.run({ kind: "query", query })).rows.map(([path]) => String(path));
}

/** Writes a position delete file anew when it names rows of replaced data files; undefined when it does not, null when nothing is left of it. */
async function rewritePositions(rewriting: Rewriting, { file }: LiveEntry, replaced: Replaced): Promise<StagedFile | null | undefined> {
  const { search, history, found, staged } = rewriting;
  const { session, fileIo } = search;
  await using local = await fileIo.open(file);
  const deletes: Relation = { kind: "parquetFiles", paths: [local.path] };
  const named = await namedFiles(session, deletes);
  if (!named.some((uri) => replaced.has(uri))) return undefined;
  const uris = named.flatMap((uri) => (replaced.has(uri) ? (replaced.get(uri)?.uri ?? []) : uri));
  if (uris.length === 0) return null;
  const query = movedPlaces(deletes, history, found, replaced);
  const { specId, partition } = file;
  const added = await addedBy(staged, () => writeDeleteFile(session, staged, { query, uris, specId, partition }));
  return added ?? null;
}

/** Writes position delete files anew that name rows of replaced data files. */
export async function rewritePositionDeletes(rewriting: Rewriting, replaced: Replaced): Promise<Replaced> {
  const moved = new Map<string, StagedFile | null>();
  if (replaced.size === 0) return moved;
  for (const entry of rewriting.history.positionDeletes) {
    rewriting.search.signal?.throwIfAborted();
    const next = await rewritePositions(rewriting, entry, replaced);
    if (next !== undefined) moved.set(entry.file.uri, next);
  }
  return moved;
}

function equalityFields(history: History, { file }: LiveEntry): readonly IcebergField[] {
  const table = scanTableOf(history);
  return (file.equalityIds ?? []).flatMap((id) => findField(table, id) ?? []).map((field) => ({ ...field, required: false }));
}

function equalityRows(path: string, fields: readonly IcebergField[]): Relation {
  return {
    kind: "parquetFiles",
    paths: [path],
    fields: fields.map(({ id, type }) => ({ fieldId: id, name: storedName(id), type: toSqlType(type) ?? { kind: "text" } })),
  };
}

const deletesByKey = (keys: ErasedKeys, { file }: LiveEntry): boolean => keys.fields.every((field) => file.equalityIds?.includes(field.id) === true);

/** How many rows of an equality delete file hold an erased key. */
export async function countEqualityRows(search: Search, history: History, deletes: LiveEntry): Promise<number> {
  if (!deletesByKey(search.keys, deletes)) return 0;
  await using local = await search.fileIo.open(deletes.file);
  const isGone = isErased(search.keys, (id) => column(storedName(id)));
  const count = call("sum", caseWhen([{ when: isGone, then: literal(1) }], literal(0)));
  const query: Query = { kind: "select", items: [{ expression: count, as: "rows" }], from: equalityRows(local.path, equalityFields(history, deletes)) };
  return Number((await search.session.run({ kind: "query", query })).rows[0]?.[0] ?? 0);
}

async function rewriteEquality({ search, history, staged }: Rewriting, deletes: LiveEntry): Promise<void> {
  const { file } = deletes;
  await using local = await search.fileIo.open(file);
  const fields = equalityFields(history, deletes);
  const query: Query = {
    kind: "select",
    items: fields.map(({ id, name }) => ({ expression: column(storedName(id)), as: name })),
    from: equalityRows(local.path, fields),
    where: not(isErased(search.keys, (id) => column(storedName(id)))),
  };
  const schema: IcebergSchema = { type: "struct", "schema-id": 0, fields };
  await copyDataFile(search.session, staged, { query, schema, specId: file.specId, partition: file.partition, sortOrderId: 0 });
}

/** Writes files of another engine anew that delete rows by their key: the keys themselves are in them. */
export async function rewriteEqualityDeletes(rewriting: Rewriting): Promise<Replaced> {
  const replaced = new Map<string, StagedFile | null>();
  for (const deletes of rewriting.history.equalityDeletes) {
    const gone = await countEqualityRows(rewriting.search, rewriting.history, deletes);
    if (gone === 0) continue;
    const { file } = deletes;
    const added = gone < file.records ? await addedBy(rewriting.staged, () => rewriteEquality(rewriting, deletes)) : undefined;
    replaced.set(file.uri, added === undefined ? null : asBefore(file, added));
  }
  return replaced;
}
