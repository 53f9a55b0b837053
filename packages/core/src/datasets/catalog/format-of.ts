import { DATASET_FORMATS, type DatasetFormat } from "@granary/protocol";

const SAME: Readonly<Record<string, DatasetFormat>> = { txt: "csv", tab: "tsv", jsonl: "ndjson", geojson: "json", pq: "parquet", xlsm: "xlsx" };

/** The kind of a file by its name, whatever it is packed in. */
export function formatOf(fileName: string): DatasetFormat {
  const ending = /\.([a-z0-9]+)$/.exec(fileName.toLowerCase().replace(/\.(gz|zst|zip)$/, ""))?.[1] ?? "";
  return DATASET_FORMATS.find((format) => format === ending) ?? SAME[ending] ?? "other";
}
