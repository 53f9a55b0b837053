import { Fault } from "../../fault.ts";
import type { FileKind } from "./types.ts";

/** What the first bytes of a file say about it. `text` needs a closer look. */
export type Sniffed = FileKind | "gzip" | "zstd" | "zip" | "text";

interface Signature {
  readonly bytes: readonly number[];
  readonly is: Sniffed;
}

interface Refused {
  readonly bytes: readonly number[];
  readonly what: string;
  readonly advice: string;
}

const KNOWN: readonly Signature[] = [
  { bytes: [0x50, 0x41, 0x52, 0x31], is: "parquet" },
  { bytes: [0x50, 0x4b, 0x03, 0x04], is: "zip" },
  { bytes: [0x50, 0x4b, 0x05, 0x06], is: "zip" },
  { bytes: [0x1f, 0x8b], is: "gzip" },
  { bytes: [0x28, 0xb5, 0x2f, 0xfd], is: "zstd" },
];

const UNPACK = "Unpack it and upload what is inside.";
const EXPORT = "Export the data as CSV, Excel (.xlsx), JSON, XML or Parquet.";

const REFUSED: readonly Refused[] = [
  { bytes: [0xd0, 0xcf, 0x11, 0xe0], what: "it is an old Excel workbook (.xls) or one with a password", advice: "Save it as .xlsx without a password." },
  { bytes: [0x25, 0x50, 0x44, 0x46], what: "it is a PDF document", advice: EXPORT },
  { bytes: [0x89, 0x50, 0x4e, 0x47], what: "it is a picture", advice: EXPORT },
  { bytes: [0xff, 0xd8, 0xff], what: "it is a picture", advice: EXPORT },
  { bytes: [0x47, 0x49, 0x46, 0x38], what: "it is a picture", advice: EXPORT },
  { bytes: [0x42, 0x5a, 0x68], what: "it is packed with bzip2", advice: UNPACK },
  { bytes: [0xfd, 0x37, 0x7a, 0x58, 0x5a], what: "it is packed with xz", advice: UNPACK },
  { bytes: [0x37, 0x7a, 0xbc, 0xaf], what: "it is a 7-Zip archive", advice: UNPACK },
  { bytes: [0x52, 0x61, 0x72, 0x21], what: "it is a RAR archive", advice: UNPACK },
  { bytes: [0x53, 0x51, 0x4c, 0x69, 0x74, 0x65], what: "it is an SQLite database", advice: EXPORT },
  { bytes: [0x7f, 0x45, 0x4c, 0x46], what: "it is a program", advice: EXPORT },
  { bytes: [0x4d, 0x5a, 0x90], what: "it is a program", advice: EXPORT },
  { bytes: [0x4f, 0x62, 0x6a, 0x01], what: "it is an Avro file", advice: EXPORT },
  { bytes: [0x4f, 0x52, 0x43], what: "it is an ORC file", advice: EXPORT },
];

const startsWith = (head: Uint8Array, bytes: readonly number[]): boolean => head.length >= bytes.length && bytes.every((byte, index) => head[index] === byte);

/** Tells kinds of files apart by their first bytes, never by their names. Refuses what is known to hold no table. */
export function sniffBytes(head: Uint8Array): Sniffed {
  const known = KNOWN.find((signature) => startsWith(head, signature.bytes));
  if (known !== undefined) return known.is;
  const refused = REFUSED.find((signature) => startsWith(head, signature.bytes));
  // "ORC" and "MZ" also begin ordinary text; a NUL soon after does not.
  const isText = refused !== undefined && refused.bytes.every((byte) => byte < 0x80) && !head.subarray(0, 512).includes(0) && refused.bytes[0] !== 0x25;
  if (refused !== undefined && !isText) throw new Fault("file.kind_unsupported", { what: refused.what, advice: refused.advice });
  return "text";
}

function looksLikeJsonArray(text: string): boolean {
  const rest = text.slice(1).trimStart();
  return rest === "" || /^[{["\]]/.test(rest) || /^(-?\d[\d.eE+-]*|true|false|null)\s*[,\]]/.test(rest);
}

/** Tells kinds of text apart by how they begin. */
export function sniffText(text: string): "delimited" | "json" | "xml" {
  const front = text.trimStart();
  if (/^<(!doctype html|html|head|body)\b/i.test(front)) {
    throw new Fault("file.kind_unsupported", { what: "it is a web page", advice: "Download the data itself, and not the page that shows it." });
  }
  if (/^<(\?xml|!--|!DOCTYPE|[A-Za-z_])/.test(front)) return "xml";
  if (front.startsWith("{") && /^\{\s*("|\}|$)/.test(front)) return "json";
  if (front.startsWith("[") && looksLikeJsonArray(front)) return "json";
  return "delimited";
}
