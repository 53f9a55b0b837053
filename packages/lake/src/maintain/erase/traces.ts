import { type AvroValue, decodeAvroFile, LazyAvro } from "../../avro/index.ts";
import { encodeBound } from "../../iceberg/index.ts";
import type { ErasedKeys } from "./erased-keys.ts";

/** Fewer bytes are found everywhere by chance: such values are looked for among the bounds of their column alone. */
const MIN_TEXT_BYTES = 8;

/** A value that is looked for in metadata, in the forms in which it may be there. */
export interface Trace {
  readonly fieldId: number;
  readonly value: string;
  /** Undefined for numbers, times and short texts. */
  readonly bytes: Buffer | undefined;
}

const NARROWER: Readonly<Record<string, string>> = { long: "int", double: "float" };

/** The bounds a file with the value alone could have, in the column's type and the one it may have been widened from. */
function boundsOf(type: string, value: string): readonly string[] {
  const types = [type, ...(NARROWER[type] === undefined ? [] : [NARROWER[type]])];
  return types.flatMap((candidate) => (["lower", "upper"] as const).flatMap((side) => encodeBound(candidate, value, side)?.toString("base64") ?? []));
}

/** The parts of erased keys, ready to be looked for. */
export class Traces {
  readonly #byBound = new Map<number, Map<string, Trace>>();
  readonly #texts: readonly (Trace & { readonly bytes: Buffer })[];

  constructor(keys: ErasedKeys) {
    const texts = new Map<string, Trace & { readonly bytes: Buffer }>();
    for (const [index, { id, type }] of keys.fields.entries()) {
      const bounds = new Map<string, Trace>();
      for (const value of new Set(keys.values.map((row) => row[index] ?? ""))) {
        const bytes = Buffer.from(value, "utf8");
        const isText = type === "string" && bytes.length >= MIN_TEXT_BYTES;
        const trace: Trace = { fieldId: id, value, bytes: isText ? bytes : undefined };
        if (isText) texts.set(value, { ...trace, bytes });
        for (const bound of boundsOf(String(type), value)) bounds.set(bound, trace);
      }
      this.#byBound.set(id, bounds);
    }
    this.#texts = [...texts.values()];
  }

  /** The value of which a bound of a column is one; undefined for another bound. */
  inBound(fieldId: number, bound: string | undefined): Trace | undefined {
    return bound === undefined ? undefined : this.#byBound.get(fieldId)?.get(bound);
  }

  /** The long texts among the values that some bytes hold. */
  inBytes(bytes: Buffer): readonly Trace[] {
    return this.#texts.filter((trace) => bytes.includes(trace.bytes));
  }
}

function addAvro(value: AvroValue | LazyAvro | undefined, parts: Buffer[]): void {
  if (value instanceof LazyAvro) addAvro(value.read(), parts);
  else if (typeof value === "string") parts.push(Buffer.from(value, "utf8"));
  else if (value instanceof Uint8Array) parts.push(Buffer.from(value));
  else if (Array.isArray(value)) for (const item of value as readonly AvroValue[]) addAvro(item, parts);
  else if (typeof value === "object" && value !== null) for (const item of Object.values(value)) addAvro(item as AvroValue, parts);
}

function addJson(value: unknown, parts: Buffer[]): void {
  if (typeof value === "string") parts.push(Buffer.from(value, "utf8"));
  else if (Array.isArray(value)) for (const item of value) addJson(item, parts);
  else if (typeof value === "object" && value !== null) {
    for (const [name, item] of Object.entries(value)) {
      parts.push(Buffer.from(name, "utf8"));
      addJson(item, parts);
    }
  }
}

const SEPARATOR = Buffer.from([0]);

const joined = (parts: readonly Buffer[]): Buffer => Buffer.concat(parts.flatMap((part) => [part, SEPARATOR]));

/** All texts and bytes of a manifest or manifest list, unpacked. */
export function avroContent(file: Buffer): Buffer {
  const { header, records } = decodeAvroFile(file);
  const parts = Object.values(header).map((text) => Buffer.from(text, "utf8"));
  for (const record of records) addAvro(record as unknown as AvroValue, parts);
  return joined(parts);
}

/** All texts of a metadata file, unescaped; its numbers are ids, times and counts. */
export function jsonContent(file: Buffer): Buffer {
  const parts: Buffer[] = [];
  addJson(JSON.parse(file.toString("utf8")), parts);
  return joined(parts);
}
