/** What an import reads, as far as names tell it; the bytes decide. */
export const IMPORTED_KINDS = ".csv,.tsv,.txt,.json,.ndjson,.jsonl,.xml,.xlsx,.parquet,.gz,.zst,.zip";

let offered: File | undefined;

/** Hands a dropped file to the import page, across the navigation that opens it. */
export function offerFile(file: File): void {
  offered = file;
}

/** The file handed over, once. */
export function takeOfferedFile(): File | undefined {
  const file = offered;
  offered = undefined;
  return file;
}
