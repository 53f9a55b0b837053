import { createWriteStream } from "node:fs";
import { stat } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { Fault } from "../../fault.ts";
import { DEFAULT_LIMITS, fileRange, headOf, inflate, readAt, type UnpackLimits, type ZipMember, zipMemberBytes, zipMembers } from "../compressed/index.ts";
import { type Sniffed, sniffBytes } from "./sniff.ts";

const HEAD_BYTES = 1024 * 1024;
const MAX_LISTED = 100;

/** The bytes of the table's file, wherever they are packed. */
export interface ByteSource {
  readonly sniffed: Exclude<Sniffed, "gzip" | "zstd" | "zip">;
  readonly packing: "gzip" | "zstd" | "zip" | null;
  readonly member?: string;
  /** Of the file itself, packed or not. */
  readonly bytes: number;
  readonly head: Buffer;
  /** Whether `head` is all of it. */
  readonly complete: boolean;
  /** The unpacked bytes from the front, as often as they are wanted. */
  open(): AsyncIterable<Buffer>;
  /** The path of the unpacked file, for readers that need to move about in it. */
  path(target: string): Promise<string>;
}

/** A file of an archive that a person may choose. */
export interface ArchiveMember {
  readonly name: string;
  readonly bytes: number;
  readonly packedBytes: number;
}

const isData = ({ name }: ZipMember): boolean => !/(^|\/)(__MACOSX\/|\.|Thumbs\.db$|desktop\.ini$)/.test(name);

const isWorkbook = (members: readonly ZipMember[]): boolean => members.some((member) => member.name.toLowerCase() === "xl/workbook.xml");

function refuseOfficeFiles(members: readonly ZipMember[]): void {
  const names = new Set(members.map((member) => member.name));
  if (names.has("xl/workbook.bin")) throw new Fault("file.kind_unsupported", { what: "it is a binary Excel workbook (.xlsb)", advice: "Save it as .xlsx." });
  if (names.has("content.xml") && names.has("mimetype"))
    throw new Fault("file.kind_unsupported", { what: "it is an OpenDocument file", advice: "Save it as .xlsx or CSV." });
  if (names.has("word/document.xml") || names.has("ppt/presentation.xml")) {
    throw new Fault("file.kind_unsupported", { what: "it is a document or a presentation", advice: "Save the table in it as .xlsx or CSV." });
  }
}

function chooseMember(members: readonly ZipMember[], name: string | undefined): ZipMember {
  const data = members.filter(isData);
  const issues = data.slice(0, MAX_LISTED).map((member) => ({ path: member.name, message: `${member.bytes} bytes` }));
  if (name !== undefined) {
    const chosen = members.find((member) => member.name === name);
    if (chosen === undefined) throw new Fault("file.member_unknown", { name, issues });
    return chosen;
  }
  const [only] = data;
  if (only === undefined) throw new Fault("file.empty");
  if (data.length > 1) throw new Fault("file.member_required", { count: data.length, issues });
  return only;
}

/** The files of a zip archive that may hold data; empty for any other file, and for workbooks. */
export async function archiveMembers({ path }: { readonly path: string }): Promise<readonly ArchiveMember[]> {
  if (sniffBytes(await readAt(path, 0, 512)) !== "zip") return [];
  const members = await zipMembers(path);
  return isWorkbook(members) ? [] : members.filter(isData).map(({ name, bytes, packedBytes }) => ({ name, bytes, packedBytes }));
}

type Opened = Pick<ByteSource, "packing" | "bytes" | "open"> & { readonly member?: string };

async function withHead(path: string, opened: Opened): Promise<ByteSource> {
  const { head, complete } = await headOf(opened.open(), HEAD_BYTES);
  if (head.length === 0) throw new Fault("file.empty");
  const sniffed = sniffBytes(head);
  const isPackedAgain = sniffed === "gzip" || sniffed === "zstd" || (sniffed === "zip" && opened.packing === "zip");
  if (isPackedAgain) throw new Fault("file.kind_unsupported", { what: "it is packed more than once", advice: "Unpack it and upload what is inside." });
  const unpack = async (target: string): Promise<string> => {
    if (opened.packing === null) return path;
    await pipeline(opened.open(), createWriteStream(target));
    return target;
  };
  return { ...opened, sniffed: sniffed === "zip" ? "xlsx" : sniffed, head, complete, path: unpack };
}

async function openZip(path: string, bytes: number, options: { readonly member?: string; readonly limits: UnpackLimits }): Promise<ByteSource> {
  const members = await zipMembers(path);
  if (isWorkbook(members)) return withHeadOfWorkbook(path, bytes);
  refuseOfficeFiles(members);
  const member = chooseMember(members, options.member);
  return withHead(path, { packing: "zip", bytes, member: member.name, open: () => zipMemberBytes(path, member, options.limits) });
}

async function withHeadOfWorkbook(path: string, bytes: number): Promise<ByteSource> {
  const head = await readAt(path, 0, Math.min(bytes, 1024));
  return { sniffed: "xlsx", packing: null, bytes, head, complete: false, open: () => fileRange(path, 0, bytes), path: () => Promise.resolve(path) };
}

/** Finds the table's bytes in a file that may be packed. Unpacking keeps to limits of size and ratio. */
export async function openSource(path: string, options: { readonly member?: string; readonly limits?: UnpackLimits } = {}): Promise<ByteSource> {
  const { size } = await stat(path);
  if (size === 0) throw new Fault("file.empty");
  const limits = options.limits ?? DEFAULT_LIMITS;
  const sniffed = sniffBytes(await readAt(path, 0, 1024));
  if (sniffed === "zip") return openZip(path, size, { ...options, limits });
  const plain = (): AsyncIterable<Buffer> => fileRange(path, 0, size);
  if (sniffed !== "gzip" && sniffed !== "zstd") return withHead(path, { packing: null, bytes: size, open: plain });
  const name = sniffed === "gzip" ? "gzip file" : "zstd file";
  return withHead(path, { packing: sniffed, bytes: size, open: () => inflate(plain(), sniffed, { name, packedBytes: size }, limits) });
}
