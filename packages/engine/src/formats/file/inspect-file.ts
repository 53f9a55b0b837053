import type { Row } from "../../process/messages.ts";
import type { EngineSession } from "../../process/session.ts";
import type { SqlType } from "../../sql/index.ts";
import { type ColumnEvidence, findEvidence, type Reading } from "../columns/index.ts";
import type { FileWarning, RejectedRow } from "../spool/index.ts";
import { prepareFile } from "./prepare-file.ts";
import type { PreparedColumn } from "./prepared-columns.ts";
import type { FileFacts, FileOptions } from "./types.ts";

export interface InspectFileInput {
  readonly path: string;
  readonly options?: FileOptions;
  /** How many records are looked at; 10,000 unless said. */
  readonly maxRecords?: number;
  /** How many typed rows are answered; 50 unless said. */
  readonly sampleRows?: number;
}

/** A column as a person decides about it before the import. */
export interface InspectedColumn {
  readonly name: string;
  /** What the file calls it, which is what options go by. */
  readonly source: string;
  /** Whether a person may say another type: values of Parquet and nested ones have theirs. */
  readonly isText: boolean;
  readonly renamedFrom?: string;
  readonly type: SqlType;
  readonly reading: Reading;
  readonly isNormalized: boolean;
  /** Other readings that fit every value looked at: a person has to choose. */
  readonly alternatives: readonly Reading[];
  readonly evidence: ColumnEvidence;
}

/** What a file was found to be, for a preview that a person can correct. The import of the same options proves it on all rows. */
export interface FileInspection {
  readonly facts: FileFacts;
  /** Of text files the first lines as they are, long ones cut. */
  readonly head?: readonly string[];
  readonly columns: readonly InspectedColumn[];
  /** Typed values, in the order of `columns`. */
  readonly rows: readonly Row[];
  /** Records looked at: all of the file unless `isPartial`. */
  readonly records: number;
  readonly rejectedCount: number;
  readonly rejected: readonly RejectedRow[];
  readonly isPartial: boolean;
  readonly warnings: readonly FileWarning[];
}

const DEFAULT_RECORDS = 10_000;
const DEFAULT_SAMPLE = 50;
const LISTED_REJECTS = 50;

const readingName = ({ type, format, number }: Reading): string => format ?? (number === undefined ? type.kind : `${type.kind} with “${number.decimal}”`);

function columnWarnings(columns: readonly PreparedColumn[]): readonly FileWarning[] {
  return columns.flatMap(({ name, renamedFrom, reading, alternatives }): readonly FileWarning[] => [
    ...(renamedFrom === undefined
      ? []
      : [
          {
            code: "column_renamed",
            column: name,
            message: renamedFrom === "" ? `A column without a name is called ${name}.` : `“${renamedFrom}” is called ${name}.`,
          },
        ]),
    ...(reading.nullTokens.length === 0
      ? []
      : [{ code: "null_tokens", column: name, message: `In ${name}, ${reading.nullTokens.map((token) => `“${token}”`).join(", ")} is read as missing.` }]),
    ...(alternatives.length === 0
      ? []
      : [
          {
            code: "reading_ambiguous",
            column: name,
            message: `${name} stays text: its values can be read as ${alternatives.map(readingName).join(" or as ")}. Choose one.`,
          },
        ]),
  ]);
}

/** Looks at a file before it is imported, by the very steps of the import, on its first records. */
export async function inspectFile(session: EngineSession, input: InspectFileInput): Promise<FileInspection> {
  const options = input.options ?? {};
  const prepared = await prepareFile(session, { path: input.path, options, maxRecords: input.maxRecords ?? DEFAULT_RECORDS, maxListed: LISTED_REJECTS });
  const texts = prepared.columns.filter((column) => column.isText);
  const evidence = prepared.hasLines ? await findEvidence(session, prepared.relation, texts) : new Map<string, ColumnEvidence>();
  const sample = { kind: "query" as const, query: prepared.query };
  const items = prepared.columns.map((column) => ({ expression: { kind: "column" as const, name: column.name }, as: column.name }));
  const { rows } = await session.run({ kind: "query", query: { kind: "select", items, from: sample, limit: input.sampleRows ?? DEFAULT_SAMPLE } });
  return {
    facts: prepared.facts,
    ...(prepared.head === undefined ? {} : { head: prepared.head }),
    columns: prepared.columns.map(({ name, source, isText, renamedFrom, type, reading, isNormalized, alternatives, key }) => ({
      name,
      source,
      isText,
      ...(renamedFrom === undefined ? {} : { renamedFrom }),
      type,
      reading,
      isNormalized,
      alternatives,
      evidence: evidence.get(key) ?? { values: prepared.records, nulls: 0, text: "the file says its type" },
    })),
    rows,
    records: prepared.records,
    rejectedCount: prepared.rejectedCount,
    rejected: prepared.rejected,
    isPartial: prepared.isPartial,
    warnings: [...prepared.warnings, ...columnWarnings(prepared.columns)],
  };
}
