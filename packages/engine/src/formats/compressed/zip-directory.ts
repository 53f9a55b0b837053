import { stat } from "node:fs/promises";
import { Fault } from "../../fault.ts";
import { readAt } from "./byte-source.ts";

/** One file in a zip archive. */
export interface ZipMember {
  readonly name: string;
  readonly packedBytes: number;
  readonly bytes: number;
  /** Where its local header begins. */
  readonly offset: number;
  /** 0 stored, 8 deflated; others cannot be read. */
  readonly method: number;
  readonly isEncrypted: boolean;
  readonly crc32: number;
}

const END_SIGNATURE = 0x06054b50;
const END64_SIGNATURE = 0x06064b50;
const ENTRY_SIGNATURE = 0x02014b50;
/** The end record and the longest comment behind it, and the locator of the large form in front. */
const MAX_END_BYTES = 22 + 65_535 + 20;
const MAX_DIRECTORY_BYTES = 64 * 1024 * 1024;
const MAX_MEMBERS = 100_000;
const IN_LARGE_FIELD = 0xffffffff;

const damaged = (reason: string): Fault => new Fault("file.damaged", { what: "zip archive", reason });

interface Directory {
  readonly offset: number;
  readonly bytes: number;
}

async function findDirectory(path: string): Promise<Directory> {
  const { size } = await stat(path);
  const start = Math.max(0, size - MAX_END_BYTES);
  const tail = await readAt(path, start, size - start);
  let at = tail.length - 22;
  while (at >= 0 && tail.readUInt32LE(at) !== END_SIGNATURE) at -= 1;
  if (at < 0) throw new Fault("file.truncated", { what: "zip archive" });
  const offset = tail.readUInt32LE(at + 16);
  const bytes = tail.readUInt32LE(at + 12);
  if (offset !== IN_LARGE_FIELD && bytes !== IN_LARGE_FIELD) return { offset, bytes };
  const large = tail.lastIndexOf(Buffer.from([0x50, 0x4b, 0x06, 0x06]), at);
  if (large < 0 || tail.length < large + 56 || tail.readUInt32LE(large) !== END64_SIGNATURE) throw damaged("its directory is not there");
  return { offset: Number(tail.readBigUInt64LE(large + 48)), bytes: Number(tail.readBigUInt64LE(large + 40)) };
}

/** The 64-bit sizes of an entry, which stand in an extra field in this order and only where the 32-bit ones are full. */
function largeFields(extra: Buffer, short: readonly number[]): readonly number[] {
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) !== 1) continue;
    let place = at + 4;
    return short.map((value) => {
      if (value !== IN_LARGE_FIELD) return value;
      if (place + 8 > extra.length) throw damaged("a size in its directory is cut off");
      place += 8;
      return Number(extra.readBigUInt64LE(place - 8));
    });
  }
  return short;
}

function readEntry(directory: Buffer, at: number): { readonly member: ZipMember; readonly next: number } {
  if (at + 46 > directory.length || directory.readUInt32LE(at) !== ENTRY_SIGNATURE) throw damaged("its directory is broken");
  const nameLength = directory.readUInt16LE(at + 28);
  const extraLength = directory.readUInt16LE(at + 30);
  const next = at + 46 + nameLength + extraLength + directory.readUInt16LE(at + 32);
  const flags = directory.readUInt16LE(at + 8);
  const rawName = directory.subarray(at + 46, at + 46 + nameLength);
  const extra = directory.subarray(at + 46 + nameLength, at + 46 + nameLength + extraLength);
  const short = [directory.readUInt32LE(at + 24), directory.readUInt32LE(at + 20), directory.readUInt32LE(at + 42)];
  const [bytes = 0, packedBytes = 0, offset = 0] = largeFields(extra, short);
  const name = rawName.toString((flags & 0x800) === 0 ? "latin1" : "utf8");
  const member = {
    name,
    bytes,
    packedBytes,
    offset,
    method: directory.readUInt16LE(at + 10),
    isEncrypted: (flags & 1) !== 0,
    crc32: directory.readUInt32LE(at + 16),
  };
  return { member, next };
}

/** The files of a zip archive as its directory lists them, folders left out. Throws `file.truncated` and `file.damaged`. */
export async function zipMembers(path: string): Promise<readonly ZipMember[]> {
  const { offset, bytes } = await findDirectory(path);
  if (bytes > MAX_DIRECTORY_BYTES) throw damaged("its directory is too long");
  const directory = await readAt(path, offset, bytes);
  if (directory.length < bytes) throw new Fault("file.truncated", { what: "zip archive" });
  const members: ZipMember[] = [];
  for (let at = 0; at < bytes; ) {
    const { member, next } = readEntry(directory, at);
    at = next;
    if (!member.name.endsWith("/")) members.push(member);
    if (members.length > MAX_MEMBERS) throw damaged(`it lists more than ${MAX_MEMBERS} files`);
  }
  return members;
}
