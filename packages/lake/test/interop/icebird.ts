import { open, readFile, stat } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { IcebergField, IcebergType } from "@granary/lake";
import { icebergRead } from "icebird";
import type { TestLake } from "../lake.ts";
import { inOrder, metadataLocation, type Row, type SharedState } from "./shared-table.ts";

/** The reader knows HTTP only; this answers its requests for `file://` addresses from the disk, ranges included. */
export async function serveFile(input: string | URL | Request, init?: RequestInit): Promise<Response> {
  const path = fileURLToPath(input instanceof Request ? input.url : String(input));
  const { size } = await stat(path);
  if (init?.method === "HEAD") return new Response(null, { headers: { "content-length": String(size) } });
  const range = /bytes=(\d+)-(\d*)/.exec(new Headers(init?.headers).get("range") ?? "");
  if (range === null) return new Response(await readFile(path));
  const start = Number(range[1]);
  const end = range[2] === "" ? size - 1 : Math.min(Number(range[2]), size - 1);
  await using file = await open(path);
  const buffer = Buffer.alloc(end - start + 1);
  await file.read(buffer, 0, buffer.length, start);
  return new Response(buffer, { status: 206, headers: { "content-range": `bytes ${start}-${end}/${size}` } });
}

type Metadata = Parameters<typeof icebergRead>[0]["metadata"] & {};

const twoDigits = (value: bigint): string => String(value).padStart(2, "0");

function timeText(micros: bigint): string {
  const seconds = micros / 1_000_000n;
  const clock = [seconds / 3600n, (seconds / 60n) % 60n, seconds % 60n].map(twoDigits).join(":");
  return `${clock}.${String(micros % 1_000_000n).padStart(6, "0")}`;
}

const instantText = (value: unknown): string => (value as Date).toISOString().replace("T", " ").replace("Z", "000");
const hex = (value: unknown): string => Buffer.from(value as string | Uint8Array).toString("hex");

/** What the reader gives for a type, as the text this suite writes it. */
const TEXT_OF: Readonly<Record<string, (value: unknown, type: string) => string>> = {
  decimal: (value, type) => Number(value).toFixed(Number(/, ?(\d+)/.exec(type)?.[1] ?? 0)),
  date: (value) => (value as Date).toISOString().slice(0, 10),
  time: (value) => timeText(value as bigint),
  timestamp: instantText,
  timestamptz: (value) => `${instantText(value)}+00`,
  uuid: (value) => hex(value).replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-"),
  binary: hex,
  fixed: hex,
};

/** A value in the form in which this suite writes them down; the reader's null of a nested value is undefined. */
function toText(type: IcebergType, value: unknown): unknown {
  if (value === null || value === undefined) return null;
  if (typeof type === "string") return (TEXT_OF[/^[a-z]+/.exec(type)?.[0] ?? ""] ?? String)(value, type);
  if (type.type === "list") return (value as readonly unknown[]).map((item) => toText(type.element, item));
  const entries = Object.entries(value);
  if (type.type === "map") return Object.fromEntries(entries.map(([key, item]) => [key, toText(type.value, item)]));
  return rowOf(type.fields, value as Row);
}

/** Fields the reader gives under other names are left as they are. */
function rowOf(fields: readonly IcebergField[], row: Row): Row {
  const types = new Map(fields.map((field) => [field.name, field.type]));
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, toText(types.get(name) ?? "string", value)]));
}

/** The rows of a state as icebird reads them, at its snapshot with that snapshot's columns: its reading function takes neither by itself. */
export async function readByIcebird(bed: TestLake, { tableName, snapshotId }: Pick<SharedState, "tableName" | "snapshotId">): Promise<readonly Row[]> {
  const metadata = JSON.parse(await readFile(fileURLToPath(await metadataLocation(bed, tableName)), "utf8")) as Metadata;
  const snapshot = metadata.snapshots?.find((item) => String(item["snapshot-id"]) === snapshotId);
  const chosen =
    snapshot === undefined
      ? metadata
      : { ...metadata, "current-snapshot-id": snapshot["snapshot-id"], "current-schema-id": snapshot["schema-id"] ?? metadata["current-schema-id"] };
  const { schema } = await bed.open(tableName, snapshotId);
  return inOrder((await icebergRead({ tableUrl: metadata.location, metadata: chosen })).map((row) => rowOf(schema.fields, row)));
}
