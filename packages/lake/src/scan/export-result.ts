import { rm } from "node:fs/promises";
import { cast, column, type SqlType, type WorkKind } from "@granary/engine";
import { copyFormat, type CsvExport, delimitedItems } from "./export-rows.ts";
import { type ReadParts, signalOf } from "./scan-parts.ts";

/** A column of a kept result. */
export interface KeptColumn {
  /** Unique among the columns, whatever its case. */
  readonly name: string;
  /** As the values are written where the format has types; values are texts where there is none. */
  readonly sqlType: SqlType | undefined;
}

export interface ResultExportRequest {
  /** A local file with an object per line: the values of the columns under `c0`, `c1` and so on, exact as the engine sent them. */
  readonly from: string;
  readonly columns: readonly KeptColumn[];
  readonly format: CsvExport | { readonly kind: "parquet" };
  /** A local path that does not exist yet, for the caller to stream and remove. */
  readonly to: string;
  /** `read` (at most 30 s) unless said. */
  readonly work?: WorkKind;
  readonly signal?: AbortSignal;
}

const TEXT: SqlType = { kind: "text" };

/** Writes the kept result of a person's query as a file of columns, by the engine alone. Removes the file when it fails. */
export async function exportResult({ engine }: Pick<ReadParts, "engine">, request: ResultExportRequest): Promise<void> {
  const { columns, format, from: path, to, signal } = request;
  // Read as text first: what crossed the process boundary exactly as text is then cast once.
  const from = { kind: "jsonFile", path, layout: "lines", columns: columns.map((_, index) => ({ name: `c${index}`, type: TEXT })) } as const;
  const values = columns.map(({ name, sqlType = TEXT }, index) => {
    const value = column(`c${index}`);
    return { name, value: sqlType.kind === "text" ? value : cast(value, sqlType), isText: sqlType.kind === "text" };
  });
  const items = format.kind === "csv" ? delimitedItems(values, format) : values.map(({ name, value }) => ({ expression: value, as: name }));
  try {
    await engine.use({ kind: request.work ?? "read", ...signalOf(signal) }, (session) =>
      session.run({ kind: "copy", query: { kind: "select", items, from }, path: to, format: copyFormat(format) }),
    );
  } catch (error) {
    await rm(to, { force: true });
    throw error;
  }
}
