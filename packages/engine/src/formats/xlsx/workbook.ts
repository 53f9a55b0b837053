import type { SaxesTagPlain } from "saxes";
import { Fault } from "../../fault.ts";
import { type UnpackLimits, type ZipMember, zipMemberBytes } from "../compressed/index.ts";
import { decodeStream } from "../encoding/index.ts";
import { xmlParser } from "../xml/index.ts";
import { type CellKind, kindOfFormat } from "./number-formats.ts";
import { SharedStrings } from "./shared-strings.ts";

export interface SheetInfo {
  readonly name: string;
  readonly isHidden: boolean;
}

/** What holds for all sheets of a workbook. */
export interface Workbook {
  readonly sheets: readonly (SheetInfo & { readonly member: string })[];
  readonly is1904: boolean;
  /** By the style number of a cell. */
  readonly cellKinds: readonly CellKind[];
  readonly strings: SharedStrings;
}

/** The parts of a workbook's file. */
export interface Package {
  readonly path: string;
  readonly members: readonly ZipMember[];
  readonly limits: UnpackLimits;
}

const damaged = (reason: string): Fault => new Fault("file.damaged", { what: "workbook", reason });

/** The text of one part, piece by piece. */
export function partText(pack: Package, name: string): AsyncGenerator<string> {
  const wanted = name.replace(/^\//, "").toLowerCase();
  const member = pack.members.find((item) => item.name.toLowerCase() === wanted);
  if (member === undefined) throw damaged(`its part ${name} is not there`);
  return decodeStream(zipMemberBytes(pack.path, member, pack.limits), "utf-8");
}

const hasPart = (pack: Package, name: string): boolean => pack.members.some((item) => item.name.toLowerCase() === name.toLowerCase());

/** A name without the prefix that some programs put before every element. */
export const localName = (tag: { readonly name: string }): string => tag.name.slice(tag.name.indexOf(":") + 1);

export const attribute = (tag: SaxesTagPlain, name: string): string | undefined => tag.attributes[name];

async function eachTag(pack: Package, part: string, onTag: (tag: SaxesTagPlain) => void): Promise<void> {
  const parser = xmlParser();
  parser.on("opentag", onTag);
  for await (const text of partText(pack, part)) parser.write(text);
  parser.close();
}

async function readRelations(pack: Package): Promise<ReadonlyMap<string, string>> {
  const targets = new Map<string, string>();
  await eachTag(pack, "xl/_rels/workbook.xml.rels", (tag) => {
    if (localName(tag) !== "Relationship") return;
    const target = attribute(tag, "Target") ?? "";
    targets.set(attribute(tag, "Id") ?? "", target.startsWith("/") ? target.slice(1) : `xl/${target}`);
  });
  return targets;
}

async function readStyles(pack: Package): Promise<readonly CellKind[]> {
  if (!hasPart(pack, "xl/styles.xml")) return [];
  const codes = new Map<number, string>();
  const kinds: CellKind[] = [];
  let isCellStyles = false;
  await eachTag(pack, "xl/styles.xml", (tag) => {
    const name = localName(tag);
    if (name === "numFmt") codes.set(Number(attribute(tag, "numFmtId")), attribute(tag, "formatCode") ?? "");
    else if (name === "cellXfs") isCellStyles = true;
    else if (name === "cellStyles" || name === "dxfs") isCellStyles = false;
    else if (name === "xf" && isCellStyles) {
      const id = Number(attribute(tag, "numFmtId") ?? 0);
      kinds.push(kindOfFormat(id, codes.get(id)));
    }
  });
  return kinds;
}

async function readSheets(pack: Package): Promise<{ readonly sheets: Workbook["sheets"]; readonly is1904: boolean }> {
  const targets = await readRelations(pack);
  const sheets: (SheetInfo & { readonly member: string })[] = [];
  let is1904 = false;
  await eachTag(pack, "xl/workbook.xml", (tag) => {
    const name = localName(tag);
    if (name === "workbookPr") is1904 = ["1", "true"].includes(attribute(tag, "date1904") ?? "");
    if (name !== "sheet") return;
    const relation = Object.entries(tag.attributes).find(([key]) => key === "r:id" || key.endsWith(":id"))?.[1] ?? "";
    const member = targets.get(relation);
    // Sheets of charts have parts elsewhere and no cells.
    if (member?.includes("worksheets/") === true)
      sheets.push({ name: attribute(tag, "name") ?? "", isHidden: (attribute(tag, "state") ?? "visible") !== "visible", member });
  });
  return { sheets, is1904 };
}

/** Reads what is needed before any sheet can be. Texts that cells share lie outside the JavaScript heap. */
export async function openWorkbook(pack: Package): Promise<Workbook> {
  const { sheets, is1904 } = await readSheets(pack);
  if (sheets.length === 0) throw new Fault("file.rows_not_found", { reason: "the workbook has no sheet with cells" });
  const cellKinds = await readStyles(pack);
  const strings = new SharedStrings();
  if (hasPart(pack, "xl/sharedStrings.xml")) await strings.read(partText(pack, "xl/sharedStrings.xml"));
  return { sheets, is1904, cellKinds, strings };
}
