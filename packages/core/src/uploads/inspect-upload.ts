import { type FileInspection, inspectFile, type InspectedColumn, type Reading, type SqlType } from "@granary/engine";
import { type InspectedFile, problem } from "@granary/protocol";
import type { Ctx } from "../context/index.ts";
import { requireUpload } from "./get-upload.ts";
import { uploadPath } from "./upload-files.ts";

/** What a person says about a file that cannot be told from its bytes. */
export interface InspectOptions {
  /** Which file of an archive. */
  readonly member?: string | undefined;
  /** Which sheet of a workbook. */
  readonly sheet?: string | undefined;
}

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
    renamedFrom: column.renamedFrom ?? null,
    type: typeText(column.type),
    reading: presentReading(column.reading),
    isNormalized: column.isNormalized,
    alternatives: column.alternatives.map(presentReading),
    evidence: { values, nulls, likely: likely ?? null, fitting: fitting ?? null, misfit: misfit ?? null, text },
  };
}

function presentFacts({ facts }: FileInspection): InspectedFile["facts"] {
  const { encoding, delimited, json, xml, sheet } = facts;
  return {
    kind: facts.kind,
    packing: facts.packing,
    member: facts.member ?? null,
    encoding: encoding === undefined ? null : { name: encoding.encoding, runnerUp: encoding.runnerUp, hasByteOrderMark: encoding.hasByteOrderMark },
    delimited:
      delimited === undefined
        ? null
        : {
            delimiter: delimited.layout.delimiter,
            runnerUp: delimited.runnerUp,
            skipLines: delimited.layout.skipLines,
            headerRows: delimited.layout.headerRows,
            preamble: [...delimited.preamble],
          },
    sheet:
      sheet === undefined ? null : { name: sheet.name, sheets: sheet.sheets.map(({ name, isHidden }) => ({ name, isHidden })), headerRow: sheet.headerRow },
    rowPath: [...(json?.path ?? xml?.rowPath ?? [])],
    findings: [encoding, delimited, json, xml, sheet].flatMap((item) => (item === undefined ? [] : [{ confidence: item.confidence, evidence: item.evidence }])),
  };
}

/** Looks at the first records of a whole upload, in an engine process, and tells what they are. Throws `file...` for what cannot be read. */
export async function inspectUpload(ctx: Ctx, id: string, { member, sheet }: InspectOptions): Promise<InspectedFile> {
  const row = await requireUpload(ctx, id);
  if (row.status === "refused") throw problem("upload.refused");
  if (row.status === "receiving") throw problem("upload.not_complete", { received: row.received });
  const options = { ...(member === undefined ? {} : { member }), ...(sheet === undefined ? {} : { sheet: { name: sheet } }) };
  const path = uploadPath(ctx.services.config.dataDir, id);
  const found = await ctx.services.engine.use({ kind: "read", signal: ctx.signal }, (session) => inspectFile(session, { path, options }));
  return {
    facts: presentFacts(found),
    columns: found.columns.map(presentColumn),
    rows: found.rows.map((values) => [...values]),
    records: found.records,
    isPartial: found.isPartial,
    rejectedCount: found.rejectedCount,
    rejected: found.rejected.map(({ line, reason, raw }) => ({ line, reason, raw })),
    warnings: found.warnings.map(({ code, message, column }) => ({ code, message, column: column ?? null })),
  };
}
