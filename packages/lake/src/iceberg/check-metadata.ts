import { problem } from "@granary/protocol";
import { parsePrimitive } from "./primitive.ts";
import type { IcebergType, Long, TableMetadata } from "./types.ts";

type Raw = Readonly<Record<string, unknown>>;

/** What is wrong with metadata; becomes `storage.corrupt` with the file's name. */
class Fault extends Error {}

function fail(reason: string): never {
  throw new Fault(reason);
}

const isLong = (value: unknown): value is Long => (typeof value === "number" && Number.isSafeInteger(value)) || typeof value === "bigint";

function record(value: unknown, name: string): Raw {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Raw) : fail(`${name} is no object`);
}

function list(value: unknown, name: string): readonly Raw[] {
  if (!Array.isArray(value)) fail(`${name} is no list`);
  return value.map((item, index) => record(item, `${name}[${index}]`));
}

const optionalList = (value: unknown, name: string): readonly Raw[] => (value === undefined ? [] : list(value, name));

function text(owner: Raw, key: string, name: string): string {
  const value = owner[key];
  return typeof value === "string" ? value : fail(`${name} lacks the text ${key}`);
}

/** A number that counts or identifies, or a time in milliseconds. */
function whole(owner: Raw, key: string, name: string): number {
  const value = owner[key];
  return typeof value === "number" && Number.isSafeInteger(value) ? value : fail(`${name} lacks the whole number ${key}`);
}

function long(owner: Raw, key: string, name: string): Long {
  const value = owner[key];
  return isLong(value) ? value : fail(`${name} lacks the whole number ${key}`);
}

function texts(value: unknown, name: string): void {
  for (const [key, item] of Object.entries(record(value, name))) if (typeof item !== "string") fail(`${name} has no text for ${key}`);
}

function unique(items: readonly Raw[], key: string, name: string): ReadonlySet<number> {
  const ids = new Set<number>();
  for (const item of items) {
    const id = whole(item, key, name);
    if (ids.has(id)) fail(`${name} has ${key} ${id} twice`);
    ids.add(id);
  }
  return ids;
}

function requireKnown(metadata: Raw, key: string, ids: ReadonlySet<number>): void {
  const id = whole(metadata, key, "it");
  if (!ids.has(id)) fail(`${key} is ${id}, which is not there`);
}

const flag = (owner: Raw, key: string, name: string): void => {
  if (typeof owner[key] !== "boolean") fail(`${name} does not say ${key}`);
};

function checkFields(fields: unknown, name: string, ids: Set<number>): void {
  for (const field of list(fields, `${name}.fields`)) {
    const path = `${name}.${text(field, "name", `a field of ${name}`)}`;
    flag(field, "required", path);
    checkId(field, "id", path, ids);
    checkType(field["type"] as IcebergType, path, ids);
  }
}

function checkId(owner: Raw, key: string, name: string, ids: Set<number>): void {
  const id = whole(owner, key, name);
  if (ids.has(id)) fail(`${name} has the id ${id}, which another field has`);
  ids.add(id);
}

function checkType(type: unknown, name: string, ids: Set<number>): void {
  if (typeof type === "string") {
    if (parsePrimitive(type) === undefined) throw problem("lake.unsupported", { reason: `its column ${name} has the type ${type}` });
    return;
  }
  const nested = record(type, `the type of ${name}`);
  if (nested["type"] === "struct") checkFields(nested["fields"], name, ids);
  else if (nested["type"] === "list") {
    checkId(nested, "element-id", name, ids);
    flag(nested, "element-required", name);
    checkType(nested["element"], `${name}.element`, ids);
  } else if (nested["type"] === "map") {
    checkId(nested, "key-id", name, ids);
    checkId(nested, "value-id", name, ids);
    flag(nested, "value-required", name);
    checkType(nested["key"], `${name}.key`, ids);
    checkType(nested["value"], `${name}.value`, ids);
  } else fail(`${name} has a type that is none`);
}

function checkSchemas(metadata: Raw): void {
  const schemas = list(metadata["schemas"], "schemas");
  requireKnown(metadata, "current-schema-id", unique(schemas, "schema-id", "schemas"));
  const last = whole(metadata, "last-column-id", "it");
  for (const schema of schemas) {
    const ids = new Set<number>();
    checkFields(schema["fields"], `schema ${String(schema["schema-id"])}`, ids);
    for (const id of ids) if (id > last) fail(`last-column-id is ${last}, but a column has the id ${id}`);
    const keys = schema["identifier-field-ids"];
    if (keys !== undefined && !(Array.isArray(keys) && keys.every((id) => ids.has(id as number)))) fail("a key column is not there");
  }
}

function checkLayouts(metadata: Raw): void {
  const specs = list(metadata["partition-specs"], "partition-specs");
  requireKnown(metadata, "default-spec-id", unique(specs, "spec-id", "partition-specs"));
  whole(metadata, "last-partition-id", "it");
  for (const field of specs.flatMap((spec) => list(spec["fields"], "the fields of a partition spec"))) {
    whole(field, "source-id", "a partition field");
    whole(field, "field-id", "a partition field");
    text(field, "name", "a partition field");
    text(field, "transform", "a partition field");
  }
  const orders = list(metadata["sort-orders"], "sort-orders");
  requireKnown(metadata, "default-sort-order-id", unique(orders, "order-id", "sort-orders"));
  for (const field of orders.flatMap((order) => list(order["fields"], "the fields of a sort order"))) {
    whole(field, "source-id", "a sort field");
    for (const key of ["transform", "direction", "null-order"]) text(field, key, "a sort field");
  }
}

function checkSnapshots(metadata: Raw): ReadonlySet<string> {
  const ids = new Set<string>();
  for (const snapshot of optionalList(metadata["snapshots"], "snapshots")) {
    const id = String(long(snapshot, "snapshot-id", "a snapshot"));
    const name = `the snapshot ${id}`;
    if (ids.has(id)) fail(`${name} is there twice`);
    ids.add(id);
    if (BigInt(long(snapshot, "sequence-number", name)) > BigInt(long(metadata, "last-sequence-number", "it")))
      fail(`${name} has a later sequence number than the table`);
    whole(snapshot, "timestamp-ms", name);
    text(snapshot, "manifest-list", name);
    texts(snapshot["summary"], `the summary of ${name}`);
    if (snapshot["parent-snapshot-id"] !== undefined) long(snapshot, "parent-snapshot-id", name);
  }
  return ids;
}

function checkRefs(metadata: Raw, ids: ReadonlySet<string>): void {
  const current = metadata["current-snapshot-id"];
  if (current !== undefined && !ids.has(String(current))) fail(`the current snapshot ${String(current)} is not there`);
  for (const [name, value] of Object.entries(record(metadata["refs"] ?? {}, "refs"))) {
    const ref = record(value, `the ref ${name}`);
    const id = String(long(ref, "snapshot-id", `the ref ${name}`));
    if (ref["type"] !== "branch" && ref["type"] !== "tag") fail(`the ref ${name} is neither a branch nor a tag`);
    if (!ids.has(id)) fail(`the snapshot ${id} of ${name} is not there`);
    if (name === "main" && id !== String(current)) fail("main is not the current snapshot");
  }
}

/** Clocks of several writers differ a little; readers in Java allow as much. */
const CLOCK_TOLERANCE_MS = 60_000;

function checkLog(metadata: Raw, key: "snapshot-log" | "metadata-log"): void {
  let last = 0;
  for (const entry of optionalList(metadata[key], key)) {
    const at = whole(entry, "timestamp-ms", `an entry of ${key}`);
    if (key === "snapshot-log") long(entry, "snapshot-id", "an entry of snapshot-log");
    else text(entry, "metadata-file", "an entry of metadata-log");
    if (at < last - CLOCK_TOLERANCE_MS) fail(`${key} runs backwards`);
    last = at;
  }
  if (last > whole(metadata, "last-updated-ms", "it") + CLOCK_TOLERANCE_MS) fail(`${key} is newer than the table`);
}

/** What older writers leave out or spell otherwise, so that nobody further on has to know. */
function normalize(metadata: Raw): Raw {
  const { "current-snapshot-id": current, ...rest } = metadata;
  const snapshots = optionalList(rest["snapshots"], "snapshots").map((snapshot) => {
    if (typeof snapshot["manifest-list"] !== "string" && Array.isArray(snapshot["manifests"])) {
      throw problem("lake.unsupported", { reason: "a snapshot of format version 1 has no manifest list" });
    }
    const { "parent-snapshot-id": parent, ...own } = snapshot;
    const filled = { "sequence-number": 0, summary: {}, ...own };
    return parent === undefined || parent === null ? filled : { ...filled, "parent-snapshot-id": parent };
  });
  const filled = { ...rest, ...(rest["snapshots"] === undefined ? {} : { snapshots }) };
  if (current === undefined || current === null || current === -1) return filled;
  const refs = record(rest["refs"] ?? {}, "refs");
  return { ...filled, "current-snapshot-id": current, refs: "main" in refs ? refs : { ...refs, main: { "snapshot-id": current, type: "branch" } } };
}

/**
 * Makes sure that JSON is the metadata of a table as the specification has it (format version 2), with what it refers to. What
 * we do not know is kept. Throws `storage.corrupt` naming the fault, and `lake.unsupported` for column types of version 3.
 */
export function checkMetadata(value: unknown, name: string): TableMetadata {
  try {
    const metadata = normalize(record(value, "it"));
    text(metadata, "table-uuid", "it");
    text(metadata, "location", "it");
    long(metadata, "last-sequence-number", "it");
    whole(metadata, "last-updated-ms", "it");
    if (metadata["properties"] !== undefined) texts(metadata["properties"], "properties");
    checkSchemas(metadata);
    checkLayouts(metadata);
    checkRefs(metadata, checkSnapshots(metadata));
    checkLog(metadata, "snapshot-log");
    checkLog(metadata, "metadata-log");
    return metadata as unknown as TableMetadata;
  } catch (error) {
    if (error instanceof Fault) throw problem("storage.corrupt", { name, reason: error.message });
    throw error;
  }
}
