import type { EngineSession } from "@granary/engine";
import { problem } from "@granary/protocol";
import type { FileIo } from "../file-io/index.ts";
import type { IcebergField, IcebergSchema } from "../iceberg/index.ts";
import { physicalField } from "../schema/index.ts";
import type { LiveEntry, OpenTable } from "../table/index.ts";
import type { LiveDataFile } from "./live-files.ts";
import { mapNames, NAME_MAPPING } from "./name-mapping.ts";
import { type FileLayout, readLayouts } from "./read-layouts.ts";

/** What a scan needs to know of a table. */
export type ScanTable = Pick<OpenTable, "schema" | "schemas" | "properties">;

export interface HoldInput {
  readonly table: ScanTable;
  readonly files: readonly LiveDataFile[];
  /** The columns that will be read; deletes by value add their own. */
  readonly fieldIds: readonly number[];
  readonly signal?: AbortSignal | undefined;
}

/** How a file's columns are found: by field id, or, in a file without ids, by name. */
export interface KnownLayout {
  readonly layout: FileLayout;
  readonly isNamed: boolean;
}

/** Data and delete files readable by path until disposed, with what is known about their insides. */
export interface HeldFiles extends AsyncDisposable {
  readonly table: ScanTable;
  readonly files: readonly LiveDataFile[];
  /** Where every file lies, delete files included, by its address. */
  readonly paths: ReadonlyMap<string, string>;
  /** Only of files whose columns are not simply found by field id. */
  readonly layouts: ReadonlyMap<string, KnownLayout>;
}

const OPENED_AT_ONCE = 16;

/** A column of the table as it is now or, when it was dropped, as it was last. */
export function findField(table: ScanTable, fieldId: number): IcebergField | undefined {
  const schemas: readonly IcebergSchema[] = [table.schema, ...table.schemas.toReversed()];
  for (const schema of schemas) {
    const field = schema.fields.find((candidate) => candidate.id === fieldId);
    if (field !== undefined) return field;
  }
  return undefined;
}

/** As `findField`. Throws `lake.plan_invalid`. */
export function getField(table: ScanTable, fieldId: number): IcebergField {
  const field = findField(table, fieldId);
  if (field === undefined) throw problem("lake.plan_invalid", { reason: `the table has no field ${fieldId}` });
  return field;
}

/** Whether a column may be built otherwise inside older files, so that they have to be asked. */
function mayDiffer(table: ScanTable, fieldId: number): boolean {
  const field = getField(table, fieldId);
  if (typeof field.type === "string") return false;
  const shape = JSON.stringify(physicalField(field).children);
  return table.schemas.some((schema) => schema.fields.some((other) => other.id === fieldId && JSON.stringify(physicalField(other).children) !== shape));
}

function requireParquet({ file }: LiveEntry): void {
  if (file.format.toUpperCase() !== "PARQUET") throw problem("lake.unsupported", { reason: `another engine wrote ${file.format} files to it` });
}

const nameOf = (uri: string): string => uri.slice(uri.lastIndexOf("/") + 1);

function knownLayout(table: ScanTable, { file }: LiveEntry, layout: FileLayout): KnownLayout {
  if (layout.some((column) => column.id !== undefined)) return { layout, isNamed: false };
  const mapping = table.properties[NAME_MAPPING];
  if (mapping === undefined) {
    throw problem("lake.unsupported", { reason: `its file ${nameOf(file.uri)} carries no field ids and the table has no ${NAME_MAPPING}` });
  }
  return { layout: mapNames(mapping, layout), isNamed: true };
}

/** A delete file that lacks the columns it compares would silently delete nothing. */
function requireKeys(deletes: LiveEntry, known: KnownLayout): void {
  const missing = deletes.file.equalityIds?.find((id) => !known.layout.some((column) => column.id === id));
  if (missing !== undefined) throw problem("storage.corrupt", { name: nameOf(deletes.file.uri), reason: `it lacks the column ${missing} it deletes by` });
}

const unique = (entries: Iterable<LiveEntry>): readonly LiveEntry[] => [...new Map([...entries].map((entry) => [entry.file.uri, entry])).values()];

async function openAll(fileIo: FileIo, entries: readonly LiveEntry[], held: AsyncDisposableStack, signal?: AbortSignal): Promise<ReadonlyMap<string, string>> {
  const paths = new Map<string, string>();
  const pending = entries.values();
  const openNext = async (): Promise<void> => {
    for (const { file } of pending) {
      if (signal?.aborted === true) throw problem("engine.cancelled");
      paths.set(file.uri, held.use(await fileIo.open(file)).path);
    }
  };
  const outcomes = await Promise.allSettled(Array.from({ length: Math.min(OPENED_AT_ONCE, entries.length) }, openNext));
  const failed = outcomes.find((outcome) => outcome.status === "rejected");
  if (failed !== undefined) throw failed.reason;
  return paths;
}

async function findLayouts(
  parts: { readonly fileIo: FileIo; readonly session: Pick<EngineSession, "run"> },
  input: HoldInput,
  paths: ReadonlyMap<string, string>,
): Promise<ReadonlyMap<string, KnownLayout>> {
  const { table, files } = input;
  const equality = unique(files.flatMap((file) => file.equalityDeletes));
  const differs = input.fieldIds.some((fieldId) => mayDiffer(table, fieldId));
  // Files with a checksum are our own, which always carry field ids.
  const asked = [...files.filter((entry) => differs || entry.file.sha256 === undefined), ...equality];
  if (asked.length === 0) return new Map();
  const layouts = await readLayouts(
    parts.fileIo,
    parts.session,
    asked.map((entry) => entry.file),
    paths,
  );
  const known = new Map<string, KnownLayout>();
  for (const entry of asked) {
    const found = knownLayout(table, entry, layouts.get(entry.file.uri) ?? []);
    if (entry.file.content === "equalityDeletes") requireKeys(entry, found);
    if (differs || found.isNamed) known.set(entry.file.uri, found);
  }
  return known;
}

/**
 * Makes data files and their delete files readable and finds out what `scanRelation` has to know about them. Checks size
 * and content as the storage is configured: throws `storage...` naming the file, `lake.unsupported` for formats other than
 * Parquet and for files whose columns cannot be told apart.
 */
export async function holdFiles(parts: { readonly fileIo: FileIo; readonly session: Pick<EngineSession, "run"> }, input: HoldInput): Promise<HeldFiles> {
  await using held = new AsyncDisposableStack();
  const entries = unique(input.files.flatMap((file) => [file, ...file.positionDeletes, ...file.equalityDeletes]));
  entries.forEach(requireParquet);
  const paths = await openAll(parts.fileIo, entries, held, input.signal);
  const layouts = await findLayouts(parts, input, paths);
  const kept = held.move();
  return { table: input.table, files: input.files, paths, layouts, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}
