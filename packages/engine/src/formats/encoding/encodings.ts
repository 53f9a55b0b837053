/** Encodings a text file may have, by the names of the WHATWG encoding standard. */
export const ENCODINGS = [
  "utf-8",
  "utf-16le",
  "utf-16be",
  "windows-1252",
  "windows-1250",
  "windows-1251",
  "windows-1253",
  "windows-1254",
  "iso-8859-2",
  "iso-8859-15",
  "koi8-r",
  "macintosh",
  "shift_jis",
  "euc-jp",
  "gb18030",
  "big5",
  "euc-kr",
] as const;

export type Encoding = (typeof ENCODINGS)[number];

const MULTI_BYTE: ReadonlySet<Encoding> = new Set<Encoding>(["shift_jis", "euc-jp", "gb18030", "big5", "euc-kr"]);

/** Characters of one or two bytes and more, of which the first half is ASCII. */
export const isMultiByte = (encoding: Encoding): boolean => MULTI_BYTE.has(encoding);

interface Mark {
  readonly encoding: Encoding;
  readonly bytes: readonly number[];
}

const MARKS: readonly Mark[] = [
  { encoding: "utf-8", bytes: [0xef, 0xbb, 0xbf] },
  { encoding: "utf-16le", bytes: [0xff, 0xfe] },
  { encoding: "utf-16be", bytes: [0xfe, 0xff] },
];

/** The byte order mark at the front of a file; undefined when there is none. */
export const byteOrderMark = (head: Uint8Array): Mark | undefined =>
  MARKS.find(({ bytes }) => head.length >= bytes.length && bytes.every((byte, index) => head[index] === byte));
