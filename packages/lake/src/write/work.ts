import { stat } from "node:fs/promises";
import type { CsvFile, Engine, EngineSession, JsonFile, ParquetFiles, Relation, WorkKind } from "@granary/engine";
import type { FileIo } from "../file-io/index.ts";
import type { Source } from "./types.ts";

/** What changes are staged with. */
export interface WriteParts {
  readonly engine: Engine;
  readonly fileIo: FileIo;
  readonly warehouseUri: string;
}

/** A warm process does up to this much; more gets a process of its own with more memory, whose start of 0.2 s then hardly counts. */
const WARM_BYTES = 32 * 1024 * 1024;
const DEADLINE_MS = 3_600_000;
/** More does not make writing quicker, and the process takes up to twice as much. */
const JOB_MEMORY_BYTES = 512 * 1024 * 1024;
/** Texts take about this many times the space of the same rows as Parquet with zstd. */
const TEXT_TO_PARQUET = 3;

/** What a computed row takes, for sources that read no file. */
const BYTES_PER_COMPUTED_ROW = 50;

/** Where a query's rows come from. */
interface Inputs {
  readonly binary: string[];
  readonly text: string[];
  computedRows: number;
}

/** Relations without another inside; the rest of a query is looked through for them. */
type Leaf = ParquetFiles | CsvFile | JsonFile | Extract<Relation, { kind: "sequence" }>;

const NOTE_LEAF: { readonly [K in Leaf["kind"]]: (leaf: Extract<Leaf, { kind: K }>, inputs: Inputs) => void } = {
  parquetFiles: ({ paths }, inputs) => inputs.binary.push(...paths),
  csvFile: ({ path }, inputs) => inputs.text.push(path),
  jsonFile: ({ path }, inputs) => inputs.text.push(path),
  sequence: ({ length }, inputs) => {
    inputs.computedRows += length;
  },
};

const isLeaf = (node: object): node is Leaf => "kind" in node && Object.hasOwn(NOTE_LEAF, String(node.kind));

function noteInputs(node: unknown, inputs: Inputs): void {
  if (typeof node !== "object" || node === null) return;
  if (isLeaf(node)) (NOTE_LEAF[node.kind] as (leaf: Leaf, inputs: Inputs) => void)(node, inputs);
  else for (const value of Object.values(node)) noteInputs(value, inputs);
}

async function sizeOf(paths: readonly string[]): Promise<number> {
  // What cannot be read is told by the engine, which then reads it.
  const sizes = await Promise.all(
    [...new Set(paths)].map((path) =>
      stat(path).then(
        (found) => found.size,
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** About how many bytes a query's rows would take as Parquet, judged by the files it reads. */
export async function expectedBytes(source: Source | undefined): Promise<number> {
  if (source === undefined) return 0;
  const inputs: Inputs = { binary: [], text: [], computedRows: 0 };
  noteInputs(source.query, inputs);
  const text = (await sizeOf(inputs.text)) / TEXT_TO_PARQUET;
  return (await sizeOf(inputs.binary)) + text + inputs.computedRows * BYTES_PER_COMPUTED_ROW;
}

/** Lends an engine process that suits so much work. */
export function withEngine<T>(
  parts: WriteParts,
  options: { readonly bytes: number; readonly signal?: AbortSignal | undefined },
  work: (session: EngineSession) => Promise<T>,
): Promise<T> {
  const kind: WorkKind = options.bytes <= WARM_BYTES ? "read" : "job";
  const memory = kind === "job" ? { memoryBytes: JOB_MEMORY_BYTES } : {};
  return parts.engine.use({ kind, deadlineMs: DEADLINE_MS, ...memory, ...(options.signal === undefined ? {} : { signal: options.signal }) }, work);
}

/** Reading through a table takes about as long as writing this part of it. */
const READ_TO_WRITE = 16;

/** What going through a table's rows counts for when an engine process is chosen. */
export function tableWork(files: readonly { readonly file: { readonly bytes: number } }[]): number {
  return files.reduce((sum, item) => sum + item.file.bytes, 0) / READ_TO_WRITE;
}
