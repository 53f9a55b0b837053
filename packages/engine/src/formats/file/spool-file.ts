import { isAscii } from "node:buffer";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import type { TaskContext } from "../../process/tasks.ts";
import { Fault } from "../../fault.ts";
import { scanPlain } from "../csv/scan-plain.ts";
import type { CsvDialect } from "../../sql/index.ts";
import { DEFAULT_LIMITS, readAt, zipMembers } from "../compressed/index.ts";
import { type DelimitedFinding, detectDelimited, spoolDelimited } from "../delimited/index.ts";
import { decodeStream, detectEncoding, type Encoding, type EncodingFinding, ENCODINGS, tryDecode } from "../encoding/index.ts";
import { detectJson, documentRecords, lineRecords } from "../json/index.ts";
import { spoolNested } from "../nested/index.ts";
import type { FileWarning, RejectOptions, SpooledRows } from "../spool/index.ts";
import { nameColumns } from "../spool/name-columns.ts";
import { detectSheet, openWorkbook, spoolSheet } from "../xlsx/index.ts";
import { declaredEncoding, detectXml, xmlRecords } from "../xml/index.ts";
import { type ByteSource, openSource } from "./open-source.ts";
import { sniffText } from "./sniff.ts";
import type { FileFacts, FileOptions } from "./types.ts";

export interface SpoolFileInput {
  readonly path: string;
  readonly options: FileOptions;
  /** A directory for what is unpacked and written. */
  readonly targetDir: string;
  readonly rejects: RejectOptions;
  /** Stops behind this many records, for a preview. */
  readonly maxRecords?: number;
  /** Whether every row's line is asked for, which files that lie ready for the engine do not tell. */
  readonly withLines?: boolean;
}

export interface SpooledFile {
  readonly facts: FileFacts;
  /** For a preview of a text file: its first lines. */
  readonly head?: readonly string[];
  readonly rows: SpooledRows;
}

/** How far bytes above ASCII are looked for before a file is taken for UTF-8. */
const ENCODING_BYTES = 64 * 1024 * 1024;
const SAMPLE_BYTES = 1024 * 1024;

/** What the encoding is decided from: the front, and lines further down that hold bytes above ASCII. */
async function encodingSample(source: ByteSource): Promise<Buffer> {
  const hasHigh = (bytes: Buffer): boolean => !isAscii(bytes);
  if (source.complete || hasHigh(source.head)) return source.head;
  let seen = 0;
  for await (const chunk of source.open()) {
    seen += chunk.length;
    if (hasHigh(chunk)) return Buffer.concat([source.head, Buffer.from("\n"), chunk.subarray(0, SAMPLE_BYTES)]);
    if (seen > ENCODING_BYTES) break;
  }
  return source.head;
}

const LABELS: Readonly<Record<string, Encoding>> = {
  "iso-8859-1": "windows-1252",
  latin1: "windows-1252",
  "us-ascii": "utf-8",
  utf8: "utf-8",
  "utf-16": "utf-16le",
  gbk: "gb18030",
  gb2312: "gb18030",
  "shift-jis": "shift_jis",
};

async function encodingOf(source: ByteSource, given: Encoding | undefined): Promise<EncodingFinding> {
  if (given !== undefined && !ENCODINGS.includes(given))
    throw new Fault("file.option_invalid", { option: "encoding", reason: `it is none of ${ENCODINGS.join(", ")}` });
  const found = detectEncoding(await encodingSample(source));
  if (given !== undefined)
    return { ...found, encoding: given, confidence: 1, runnerUp: found.encoding === given ? found.runnerUp : found.encoding, evidence: "chosen by a person" };
  if (found.hasByteOrderMark) return found;
  const declared = declaredEncoding(source.head);
  const known = declared === undefined ? undefined : (LABELS[declared] ?? ENCODINGS.find((encoding) => encoding === declared));
  if (known === undefined || found.encoding.startsWith("utf-16")) return found;
  return { ...found, encoding: known, confidence: 1, evidence: `the XML declaration says ${declared}` };
}

/** The front of the file as text, however its last character is cut. */
function headText(source: ByteSource, encoding: Encoding): string {
  const text = tryDecode(source.head, encoding) ?? new TextDecoder(encoding).decode(source.head);
  return text.startsWith("\ufeff") ? text.slice(1) : text;
}

const PLAIN_DELIMITERS: readonly string[] = [",", ";", "\t", "|"];

/** The dialect for the engine's own reader, for files that are written just as it reads them. */
function plainDialect(finding: DelimitedFinding): CsvDialect | undefined {
  const { delimiter, quote, escape, skipLines, headerRows } = finding.layout;
  const isPlain = PLAIN_DELIMITERS.includes(delimiter) && (quote === '"' || quote === "'") && escape === "double" && skipLines === 0 && headerRows <= 1;
  return isPlain ? { delimiter: delimiter as CsvDialect["delimiter"], quote: quote as CsvDialect["quote"], header: headerRows === 1 } : undefined;
}

interface Work {
  readonly input: SpoolFileInput;
  readonly source: ByteSource;
  readonly context: TaskContext;
}

/** Whether every record must be known by its line: for a preview, and where values may be refused. */
const needsLines = ({ options, maxRecords, withLines }: SpoolFileInput): boolean =>
  withLines === true ||
  maxRecords !== undefined ||
  Object.values(options.columns ?? {}).some(({ type, format, skip }) => skip !== true && (type ?? format) !== undefined);

/** A regular file in UTF-8 is read by the engine where it lies; undefined for any other. */
async function spoolPlain({ input, source, context }: Work, finding: DelimitedFinding): Promise<SpooledRows | undefined> {
  const dialect = plainDialect(finding);
  if (dialect === undefined || source.packing !== null || needsLines(input)) return undefined;
  const names = nameColumns(finding.header, finding.columns);
  const { lineEnd, longestRecord, records, isPlain } = await scanPlain({ path: input.path, dialect, columns: finding.columns }, context);
  if (!isPlain) return undefined;
  return {
    spool: { kind: "delimited", path: input.path, dialect, lineEnd, longestRecord },
    columns: names.map((name) => ({ ...name, proof: "any" })),
    records,
    loaded: records,
    rejectedCount: 0,
    rejected: [],
    isPartial: false,
    warnings: [],
  };
}

async function spoolDelimitedFile(work: Work, encoding: EncodingFinding): Promise<SpooledFile> {
  const { input, source, context } = work;
  const finding = detectDelimited(headText(source, encoding.encoding), source.complete, input.options.delimited);
  if (finding.columns === 0) throw new Fault("file.empty");
  const facts: FileFacts = { ...factsOf(source, "delimited"), encoding, delimited: finding };
  const plain = encoding.encoding === "utf-8" ? await spoolPlain(work, finding) : undefined;
  if (plain !== undefined) return { facts, rows: plain };
  const text = decodeStream(source.open(), encoding.encoding);
  return { facts, rows: await spoolDelimited({ ...limitsOf(input), text, finding, target: join(input.targetDir, "rows.csv") }, context) };
}

async function spoolJsonFile({ input, source, context }: Work, encoding: EncodingFinding): Promise<SpooledFile> {
  const finding = detectJson(headText(source, encoding.encoding), input.options.json);
  const passed = new Set<string>();
  const open = () => {
    const text = decodeStream(source.open(), encoding.encoding);
    return finding.layout === "lines" ? lineRecords(text) : documentRecords(text, finding, (keys) => keys.forEach((key) => passed.add(key)));
  };
  const rows = await spoolNested({ ...limitsOf(input), open, target: join(input.targetDir, "rows.json"), nested: finding.nested, isXml: false }, context);
  const beside: readonly FileWarning[] =
    passed.size === 0 ? [] : [{ code: "keys_beside", message: `What stands beside the rows is left out: ${[...passed].slice(0, 10).join(", ")}.` }];
  return { facts: { ...factsOf(source, "json"), encoding, json: finding }, rows: { ...rows, warnings: [...rows.warnings, ...beside] } };
}

async function spoolXmlFile({ input, source, context }: Work, encoding: EncodingFinding): Promise<SpooledFile> {
  const finding = detectXml(headText(source, encoding.encoding), source.complete, input.options.xml);
  const open = () => xmlRecords(decodeStream(source.open(), encoding.encoding), finding.rowPath);
  const rows = await spoolNested({ ...limitsOf(input), open, target: join(input.targetDir, "rows.json"), nested: finding.nested, isXml: true }, context);
  return { facts: { ...factsOf(source, "xml"), encoding, xml: finding }, rows };
}

async function spoolWorkbook({ input, source, context }: Work): Promise<SpooledFile> {
  const path = await source.path(join(input.targetDir, "workbook.xlsx"));
  const pack = { path, members: await zipMembers(path), limits: DEFAULT_LIMITS };
  const workbook = await openWorkbook(pack);
  const sheet = await detectSheet(pack, workbook, input.options.sheet);
  const rows = await spoolSheet({ ...limitsOf(input), pack, workbook, finding: sheet, target: join(input.targetDir, "rows.csv") }, context);
  return { facts: { ...factsOf(source, "xlsx"), sheet }, rows };
}

async function spoolParquet({ input, source }: Work): Promise<SpooledFile> {
  const path = await source.path(join(input.targetDir, "unpacked.parquet"));
  const { size } = await stat(path);
  const tail = await readAt(path, Math.max(0, size - 4), 4);
  if (size < 12 || tail.toString("latin1") !== "PAR1") throw new Fault("file.truncated", { what: "Parquet file" });
  const nothing = { columns: [], records: 0, loaded: 0, rejectedCount: 0, rejected: [], isPartial: false, warnings: [] };
  return { facts: factsOf(source, "parquet"), rows: { ...nothing, spool: { kind: "parquet", path } } };
}

const factsOf = (source: ByteSource, kind: FileFacts["kind"]): FileFacts => ({
  kind,
  bytes: source.bytes,
  packing: source.packing,
  ...(source.member === undefined ? {} : { member: source.member }),
});

const limitsOf = ({ rejects, maxRecords }: SpoolFileInput): Pick<SpoolFileInput, "rejects" | "maxRecords"> => ({
  rejects,
  ...(maxRecords === undefined ? {} : { maxRecords }),
});

function spoolBinaryFile(work: Work, found: "parquet" | "xlsx"): Promise<SpooledFile> {
  const { kind = found } = work.input.options;
  if (kind !== found) throw new Fault("file.option_invalid", { option: "kind", reason: `the file is ${found}` });
  return found === "parquet" ? spoolParquet(work) : spoolWorkbook(work);
}

function spoolTextFile(work: Work, encoding: EncodingFinding, kind: FileFacts["kind"]): Promise<SpooledFile> {
  if (kind === "json") return spoolJsonFile(work, encoding);
  if (kind === "xml") return spoolXmlFile(work, encoding);
  if (kind !== "delimited") throw new Fault("file.option_invalid", { option: "kind", reason: `the file is text and no ${kind}` });
  return spoolDelimitedFile(work, encoding);
}

const SHOWN_LINES = 50;
const SHOWN_CHARS = 500;

const firstLines = (text: string): readonly string[] =>
  text.split(/\r\n|\n|\r/, SHOWN_LINES).map((line) => (line.length > SHOWN_CHARS ? `${line.slice(0, SHOWN_CHARS)}…` : line).toWellFormed());

/** Reads any file into rows that the engine can take: unpacks it, decides what it is and how it is written, and accounts for every record. */
export async function spoolFile(input: SpoolFileInput, context: TaskContext): Promise<SpooledFile> {
  const { options } = input;
  const source = await openSource(input.path, options.member === undefined ? {} : { member: options.member });
  const work: Work = { input, source, context };
  if (source.sniffed === "parquet" || source.sniffed === "xlsx") return spoolBinaryFile(work, source.sniffed);
  const encoding = await encodingOf(source, options.encoding);
  if (encoding.confidence === 0) throw new Fault("file.binary", { reason: encoding.evidence });
  if (!encoding.encoding.startsWith("utf-16") && source.head.includes(0)) throw new Fault("file.binary", { reason: "it holds NUL characters" });
  const text = headText(source, encoding.encoding);
  const spooled = await spoolTextFile(work, encoding, options.kind ?? sniffText(text));
  return input.maxRecords === undefined ? spooled : { ...spooled, head: firstLines(text) };
}
