import { problem } from "@granary/protocol";
import { checkMetadata } from "./check-metadata.ts";
import { isSameLong, parseExactJson, printExactJson } from "./json.ts";
import type { IcebergSchema, IcebergSnapshot, TableMetadata } from "./types.ts";

/** Reads a metadata file. Throws `storage.corrupt` when it is none, `lake.unsupported` for another format version. */
export function parseMetadata(bytes: Buffer, name: string): TableMetadata {
  let parsed: unknown;
  try {
    parsed = parseExactJson(bytes.toString("utf8"));
  } catch (cause) {
    throw problem("storage.corrupt", { name, reason: "it is not JSON" }, { cause });
  }
  const version = typeof parsed === "object" && parsed !== null ? (parsed as Record<string, unknown>)["format-version"] : undefined;
  if (version === undefined) throw problem("storage.corrupt", { name, reason: "it is not the metadata of a table" });
  if (version !== 2) throw problem("lake.unsupported", { reason: `it has format version ${String(version)}; only version 2 is supported` });
  return checkMetadata(parsed, name);
}

/** The text of each snapshot and log entry: they never change, every commit prints all of them again. */
const printed = new WeakMap<object, string>();

function printOnce(value: object): string {
  const known = printed.get(value);
  if (known !== undefined) return known;
  const text = printExactJson(value);
  printed.set(value, text);
  return text;
}

export function printMetadata(metadata: TableMetadata): Buffer {
  const { snapshots, "snapshot-log": log, ...rest } = metadata;
  const lists = Object.entries({ snapshots, "snapshot-log": log }).flatMap(([name, items]) =>
    items === undefined ? [] : [`,"${name}":[${items.map(printOnce).join(",")}]`],
  );
  return Buffer.from(`${printExactJson(rest).slice(0, -1)}${lists.join("")}}`, "utf8");
}

/** The snapshot of that id, or the current one; undefined when there is none. */
export function findSnapshot(metadata: TableMetadata, snapshotId?: string): IcebergSnapshot | undefined {
  const wanted = snapshotId === undefined ? metadata["current-snapshot-id"] : BigInt(snapshotId);
  return metadata.snapshots?.find((snapshot) => isSameLong(snapshot["snapshot-id"], wanted));
}

/** The columns of a snapshot, or of the table as it is now. */
export function schemaOf(metadata: TableMetadata, snapshot?: IcebergSnapshot): IcebergSchema {
  const id = snapshot?.["schema-id"] ?? metadata["current-schema-id"];
  const schema = metadata.schemas.find((candidate) => candidate["schema-id"] === id);
  if (schema === undefined) throw problem("lake.unsupported", { reason: `its metadata lacks the schema ${id}` });
  return schema;
}

/** Ids of our own snapshots stay below 2^52, which every reader and JavaScript hold exactly. */
export function newSnapshotId(metadata: TableMetadata): number {
  for (;;) {
    const [high = 0, low = 0] = crypto.getRandomValues(new Uint32Array(2));
    const id = (high % 2 ** 20) * 2 ** 32 + low;
    if (id > 0 && findSnapshot(metadata, String(id)) === undefined) return id;
  }
}
