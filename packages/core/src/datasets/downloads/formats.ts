import type { ExportFormat } from "@granary/lake";
import type { DownloadFormat } from "@granary/protocol";

/** How a file is written; the options of CSV mean nothing to other formats. */
export interface FileOptions {
  readonly format: DownloadFormat;
  readonly delimiter?: "," | ";" | "\t" | "|" | undefined;
  readonly header?: boolean | undefined;
  readonly bom?: boolean | undefined;
  readonly spreadsheetSafe?: boolean | undefined;
}

const CONTENT_TYPES: Readonly<Record<DownloadFormat, string>> = {
  csv: "text/csv; charset=utf-8",
  ndjson: "application/x-ndjson; charset=utf-8",
  json: "application/json; charset=utf-8",
  parquet: "application/vnd.apache.parquet",
  xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
};

export function contentTypeOf({ format, header = true }: FileOptions): string {
  return format === "csv" ? `${CONTENT_TYPES.csv}; header=${header ? "present" : "absent"}` : CONTENT_TYPES[format];
}

export const hasByteOrderMark = ({ format, bom = false }: FileOptions): boolean => format === "csv" && bom;

/** Everything but the byte order mark, which is put before the file as it is sent. Workbooks are not the lake's. */
export function exportFormat({ format, delimiter, header, spreadsheetSafe }: FileOptions): ExportFormat | undefined {
  if (format === "xlsx") return undefined;
  if (format !== "csv") return { kind: format };
  return {
    kind: "csv",
    ...(delimiter === undefined ? {} : { delimiter }),
    ...(header === undefined ? {} : { header }),
    ...(spreadsheetSafe === undefined ? {} : { isSpreadsheetSafe: spreadsheetSafe }),
  };
}

/** `Orders-v3-dow_01k….csv`: plain letters, so that every header and file system takes it. */
export function fileNameOf(download: { readonly dataset: string; readonly version: number; readonly id: string; readonly format: DownloadFormat }): string {
  const plain = download.dataset
    .normalize("NFKD")
    .replace(/[^\w.-]+/g, "-")
    .replace(/^[-.]+|-+$/g, "");
  return `${plain === "" ? "dataset" : plain}-v${download.version}-${download.id}.${download.format}`;
}
