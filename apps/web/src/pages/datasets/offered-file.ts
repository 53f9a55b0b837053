/** What an import reads, as far as names tell it; the bytes decide. */
export const IMPORTED_KINDS = ".csv,.tsv,.txt,.json,.ndjson,.jsonl,.xml,.xlsx,.parquet,.gz,.zst,.zip";

let offered: readonly File[] = [];

/** Hands dropped files to the import page, across the navigation that opens it. */
export function offerFiles(files: readonly File[]): void {
  offered = files;
}

/** The files handed over, once. */
export function takeOfferedFiles(): readonly File[] {
  const files = offered;
  offered = [];
  return files;
}
