import { column, compare, type EngineSession, literal, type Query, type Relation } from "@granary/engine";
import { DELETE_PATH_FIELD, DELETE_POSITION_FIELD } from "../files/index.ts";
import { type ColumnFacts, encodeValue, type IcebergSchema } from "../iceberg/index.ts";
import { copyFiles, splitOffsets, type WrittenFile } from "./copy-files.ts";
import { FILE, POSITION } from "./live-rows.ts";
import { type FileLoss, REMOVED } from "./removals.ts";
import { statisticsKey } from "./parquet-columns.ts";
import type { Staging } from "./staging.ts";

/** The columns of a position delete file (specification, "Position Delete Files"). */
const SCHEMA: IcebergSchema = {
  type: "struct",
  "schema-id": 0,
  fields: [
    { id: DELETE_PATH_FIELD, name: "file_path", required: true, type: "string" },
    { id: DELETE_POSITION_FIELD, name: "pos", required: true, type: "long" },
  ],
};

/** The names of the files. */
function namedFiles(losses: readonly FileLoss[]): Relation {
  return {
    kind: "values",
    columns: [
      { name: "ordinal", type: { kind: "bigint" } },
      { name: "uri", type: { kind: "text" } },
    ],
    rows: losses.map(({ file }) => [literal(file.ordinal), literal(file.file.uri)]),
  };
}

function deletesQuery(losses: readonly FileLoss[]): Query {
  const [uri, position] = [column("uri", "f"), column(POSITION, "r")];
  return {
    kind: "select",
    items: [
      { expression: uri, as: "file_path" },
      { expression: position, as: "pos" },
    ],
    from: {
      kind: "join",
      join: "inner",
      left: { kind: "alias", as: "r", relation: { kind: "table", name: REMOVED } },
      right: { kind: "alias", as: "f", relation: namedFiles(losses) },
      on: compare(column(FILE, "r"), "=", column("ordinal", "f")),
    },
    orderBy: [
      { expression: uri, direction: "asc" },
      { expression: position, direction: "asc" },
    ],
  };
}

/** Bounds of the file names are whole: readers tell by them which data files a delete file concerns. */
function factsOf(written: WrittenFile, named: readonly string[]): readonly ColumnFacts[] {
  const uris = named.toSorted((left, right) => Buffer.compare(Buffer.from(left), Buffer.from(right)));
  const ofPath = written.statistics.get(statisticsKey(["file_path"])) ?? {};
  const ofPosition = written.statistics.get(statisticsKey(["pos"])) ?? {};
  const bound = (type: string, text: string | undefined): string | undefined => (text === undefined ? undefined : encodeValue(type, text)?.toString("base64"));
  const facts = (fieldId: number, bytes: string | undefined, lower: string | undefined, upper: string | undefined): ColumnFacts => ({
    fieldId,
    bytes: Number(bytes ?? 0),
    values: written.records,
    nulls: 0,
    ...(lower === undefined ? {} : { lower }),
    ...(upper === undefined ? {} : { upper }),
  });
  return [
    facts(DELETE_PATH_FIELD, ofPath["column_size_bytes"], bound("string", uris[0]), bound("string", uris.at(-1))),
    facts(DELETE_POSITION_FIELD, ofPosition["column_size_bytes"], bound("long", ofPosition["min"]), bound("long", ofPosition["max"])),
  ];
}

/** Position deletes that are to be written. */
export interface DeletesToWrite {
  /** `file_path` and `pos`, in this order. */
  readonly query: Query;
  /** The data files they concern. */
  readonly uris: readonly string[];
  readonly specId: number;
  readonly partition: readonly (string | null)[];
}

/** Writes one position delete file, or none when there is nothing in it. */
export async function writeDeleteFile(session: EngineSession, files: Staging, { query, uris, specId, partition }: DeletesToWrite): Promise<void> {
  const path = await files.scratch("deletes.parquet");
  const [written] = await copyFiles(session, { query, schema: SCHEMA, path, files: "one" });
  if (written === undefined) return;
  await files.add(written.path, {
    content: "positionDeletes",
    format: "PARQUET",
    records: written.records,
    columns: factsOf(written, uris),
    splitOffsets: await splitOffsets(session, written),
    specId,
    partition,
    sortOrderId: null,
    ...(uris.length === 1 && uris[0] !== undefined ? { referencedDataFile: uris[0] } : {}),
  });
}

const partitionKey = ({ file }: FileLoss): string => JSON.stringify([file.file.specId, file.file.partition]);

/** Writes the removed rows of these files as position delete files, one for each partition that is concerned. */
export async function writeDeletes(session: EngineSession, files: Staging, losses: readonly FileLoss[]): Promise<void> {
  for (const group of Map.groupBy(losses, partitionKey).values()) {
    const [first] = group;
    if (first === undefined) continue;
    const { specId, partition } = first.file.file;
    await writeDeleteFile(session, files, { query: deletesQuery(group), uris: group.map(({ file }) => file.file.uri), specId, partition });
  }
}
