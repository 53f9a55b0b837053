import { type FileInspection, inspectFile, type InspectedColumn, type Reading, type SqlType } from "@granary/engine";
import { type FileOptions, type InspectedFile, problem } from "@granary/protocol";
import type { Ctx } from "../context/index.ts";
import { toEngineOptions } from "./file-options.ts";
import { requireUpload } from "./get-upload.ts";
import { uploadPath } from "./upload-files.ts";

function typeText(type: SqlType): string {
  if (type.kind === "decimal") return `decimal(${type.precision},${type.scale})`;
  if (type.kind === "list") return `list<${typeText(type.element)}>`;
  if (type.kind === "map") return `map<${typeText(type.key)}, ${typeText(type.value)}>`;
  if (type.kind === "struct") return `struct<${type.fields.map((field) => `${field.name}: ${typeText(field.type)}`).join(", ")}>`;
  return type.kind;
}

function presentReading({ type, nullTokens, number, format }: Reading): InspectedFile["columns"][number]["reading"] {
  return { type: typeText(type), nullTokens: [...nullTokens], decimal: number?.decimal ?? null, thousands: number?.thousands ?? null, format: format ?? null };
}

function presentColumn(column: InspectedColumn): InspectedFile["columns"][number] {
  const { values, nulls, likely, fitting, misfit, text } = column.evidence;
  return {
    name: column.name,
    source: column.source,
    canRetype: column.isText,
    renamedFrom: column.renamedFrom ?? null,
    type: typeText(column.type),
    reading: presentReading(column.reading),
    isNormalized: column.isNormalized,
    alternatives: column.alternatives.map(presentReading),
    evidence: { values, nulls, likely: likely ?? null, fitting: fitting ?? null, misfit: misfit ?? null, text },
  };
}

const MAX_SHOWN_CHARS = 500;
const MAX_SHOWN_LINES = 50;

type Facts = FileInspection["facts"];
type Shown = InspectedFile["facts"];

const presentFinding = ({ confidence, evidence }: { readonly confidence: number; readonly evidence: string }) => ({ confidence, evidence });

function presentEncoding(found: NonNullable<Facts["encoding"]>): Shown["encoding"] {
  return { name: found.encoding, runnerUp: found.runnerUp, hasByteOrderMark: found.hasByteOrderMark, ...presentFinding(found) };
}

function presentDelimited(found: NonNullable<Facts["delimited"]>): Shown["delimited"] {
  const { delimiter, quote, escape, skipLines, headerRows } = found.layout;
  const preamble = found.preamble.slice(0, MAX_SHOWN_LINES).map((line) => line.slice(0, MAX_SHOWN_CHARS));
  const layout = { delimiter, quote, escape, skipLines, headerRows };
  return { ...layout, runnerUp: found.runnerUp, headerConfidence: found.headerConfidence, preamble, ...presentFinding(found) };
}

function presentSheet(found: NonNullable<Facts["sheet"]>): Shown["sheet"] {
  const sheets = found.sheets.map(({ name, isHidden }) => ({ name, isHidden }));
  return { name: found.name, sheets, headerRow: found.headerRow, errors: found.errors, ...presentFinding(found) };
}

function presentJson({ layout, path, nested, otherPaths, ...found }: NonNullable<Facts["json"]>): Shown["json"] {
  return { layout, path: [...path], nested, otherPaths: otherPaths.map((other) => [...other]), ...presentFinding(found) };
}

function presentXml({ rowPath, nested, others, ...found }: NonNullable<Facts["xml"]>): Shown["xml"] {
  return { rowPath: [...rowPath], nested, others: others.map(({ path, count }) => ({ path: [...path], count })), ...presentFinding(found) };
}

function presentFacts({ facts }: FileInspection): Shown {
  const { encoding, delimited, json, xml, sheet } = facts;
  return {
    kind: facts.kind,
    packing: facts.packing,
    member: facts.member ?? null,
    encoding: encoding === undefined ? null : presentEncoding(encoding),
    delimited: delimited === undefined ? null : presentDelimited(delimited),
    sheet: sheet === undefined ? null : presentSheet(sheet),
    json: json === undefined ? null : presentJson(json),
    xml: xml === undefined ? null : presentXml(xml),
  };
}

/** Looks at the first records of a whole upload, in an engine process, and tells what they are. Throws `file...` for what cannot be read. */
export async function inspectUpload(ctx: Ctx, id: string, options: FileOptions = {}): Promise<InspectedFile> {
  const row = await requireUpload(ctx, id);
  if (row.status === "refused") throw problem("upload.refused");
  if (row.status === "receiving") throw problem("upload.not_complete", { received: row.received });
  const path = uploadPath(ctx.services.config.dataDir, id);
  const input = { path, options: toEngineOptions(options) };
  const found = await ctx.services.engine.use({ kind: "read", signal: ctx.signal }, (session) => inspectFile(session, input));
  return {
    facts: presentFacts(found),
    head: found.head === undefined ? null : [...found.head],
    columns: found.columns.map(presentColumn),
    rows: found.rows.map((values) => [...values]),
    records: found.records,
    isPartial: found.isPartial,
    rejectedCount: found.rejectedCount,
    rejected: found.rejected.map(({ line, reason, raw }) => ({ line, reason, raw })),
    warnings: found.warnings.map(({ code, message, column }) => ({ code, message, column: column ?? null })),
  };
}
