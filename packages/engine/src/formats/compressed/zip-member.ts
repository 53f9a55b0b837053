import { crc32 } from "node:zlib";
import { Fault } from "../../fault.ts";
import { fileRange, readAt } from "./byte-source.ts";
import { inflate, type Packing, type UnpackLimits } from "./inflate.ts";
import type { ZipMember } from "./zip-directory.ts";

const LOCAL_SIGNATURE = 0x04034b50;
const METHODS: Readonly<Record<number, Packing>> = { 0: "store", 8: "deflate" };

async function dataStart(path: string, member: ZipMember): Promise<number> {
  const header = await readAt(path, member.offset, 30);
  if (header.length < 30) throw new Fault("file.truncated", { what: "zip archive" });
  if (header.readUInt32LE(0) !== LOCAL_SIGNATURE)
    throw new Fault("file.damaged", { what: "zip archive", reason: `${member.name} is not where its directory says` });
  return member.offset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
}

/** The unpacked bytes of one file of a zip archive. Its length and checksum are held against the directory at the end. */
export async function* zipMemberBytes(path: string, member: ZipMember, limits: UnpackLimits): AsyncGenerator<Buffer> {
  if (member.isEncrypted) throw new Fault("file.encrypted", { name: member.name });
  const packing = METHODS[member.method];
  if (packing === undefined) {
    throw new Fault("file.kind_unsupported", { what: `${member.name} is packed by method ${member.method}`, advice: "Pack it with ordinary zip (deflate)." });
  }
  const packed = fileRange(path, await dataStart(path, member), member.packedBytes);
  let sum = 0;
  let size = 0;
  for await (const chunk of inflate(packed, packing, { name: member.name, packedBytes: member.packedBytes }, limits)) {
    sum = crc32(chunk, sum);
    size += chunk.length;
    yield chunk;
  }
  if (size < member.bytes) throw new Fault("file.truncated", { what: member.name });
  if (size !== member.bytes || sum !== member.crc32) throw new Fault("file.damaged", { what: member.name, reason: "its checksum does not fit" });
}
