import { open } from "node:fs/promises";
import type { Row, SqlType } from "@granary/engine";
import { problem } from "@granary/protocol";
import { cellWriter, columnLetters, escapeText, headCell } from "./sheet-cells.ts";
import { ZipFile } from "./zip-file.ts";

export interface WorkbookColumn {
  readonly name: string;
  readonly sqlType: SqlType;
  readonly isKey: boolean;
}

export interface Workbook {
  readonly path: string;
  /** Of the one sheet. */
  readonly title: string;
  /** Kept in the file's properties. */
  readonly identifier: string;
  readonly columns: readonly WorkbookColumn[];
  readonly batches: AsyncIterable<readonly Row[]>;
  readonly onRows?: (rows: number) => void;
}

const HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE = "http://schemas.openxmlformats.org/package/2006";

const CONTENT_TYPES = `${HEAD}<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/><Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/><Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/></Types>`;
const RELATIONS = `${HEAD}<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="rId1" Type="${OFFICE}/officeDocument" Target="xl/workbook.xml"/><Relationship Id="rId2" Type="${PACKAGE}/relationships/metadata/core-properties" Target="docProps/core.xml"/></Relationships>`;
const WORKBOOK_RELATIONS = `${HEAD}<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="rId1" Type="${OFFICE}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="${OFFICE}/styles" Target="styles.xml"/></Relationships>`;
const STYLES = `${HEAD}<styleSheet xmlns="${MAIN}"><numFmts count="2"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/><numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss.000"/></numFmts><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="4"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/><xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/><xf numFmtId="165" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/><xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/></cellXfs></styleSheet>`;
const SHEET_START = `${HEAD}<worksheet xmlns="${MAIN}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><sheetData>`;
const SHEET_END = "</sheetData></worksheet>";

const MAX_TITLE = 31;

function titleOf(title: string): string {
  const allowed = title
    .replaceAll(/[[\]:*?/\\\u0000-\u001f]/g, " ")
    .replaceAll(/^'+|'+$/g, "")
    .trim();
  return escapeText(allowed === "" ? "Rows" : allowed.slice(0, MAX_TITLE)).replaceAll('"', "&quot;");
}

const workbookXml = (title: string): string =>
  `${HEAD}<workbook xmlns="${MAIN}" xmlns:r="${OFFICE}"><sheets><sheet name="${titleOf(title)}" sheetId="1" r:id="rId1"/></sheets></workbook>`;

const propertiesXml = (identifier: string): string =>
  `${HEAD}<cp:coreProperties xmlns:cp="${PACKAGE}/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:identifier>${escapeText(identifier)}</dc:identifier></cp:coreProperties>`;

/** The sheet's XML, a batch of rows at a time. */
async function* sheetXml({ columns, batches, onRows }: Workbook, counted: { rows: number }): AsyncGenerator<string> {
  const letters = columns.map((_, index) => columnLetters(index));
  const writers = columns.map(cellWriter);
  const cell = (at: number, row: number, content: string | undefined): string => {
    if (content === undefined)
      throw problem("download.too_large", { reason: `the value in row ${row}, column ${columns[at]?.name ?? ""}, has more than 32,767 characters` });
    return `<c r="${letters[at]}${row}"${content}`;
  };
  yield `${SHEET_START}<row r="1">${columns.map(({ name }, at) => cell(at, 1, headCell(name))).join("")}</row>`;
  for await (const batch of batches) {
    let xml = "";
    for (const values of batch) {
      counted.rows += 1;
      const row = counted.rows + 1;
      let cells = "";
      for (const [at, write] of writers.entries()) {
        const value = values[at] ?? null;
        if (value !== null) cells += cell(at, row, write(value));
      }
      xml += `<row r="${row}">${cells}</row>`;
    }
    onRows?.(counted.rows);
    yield xml;
  }
  yield SHEET_END;
}

/**
 * Writes rows as an Excel workbook of one sheet (ECMA-376) and answers how many there were. Memory does not grow with the
 * rows. The caller sees to it that they fit a sheet; throws `download.too_large` for a value that does not fit a cell.
 */
export async function writeWorkbook(workbook: Workbook): Promise<number> {
  const counted = { rows: 0 };
  await using file = await open(workbook.path, "w", 0o600);
  const zip = new ZipFile(file);
  await zip.add("[Content_Types].xml", CONTENT_TYPES);
  await zip.add("_rels/.rels", RELATIONS);
  await zip.add("docProps/core.xml", propertiesXml(workbook.identifier));
  await zip.add("xl/workbook.xml", workbookXml(workbook.title));
  await zip.add("xl/_rels/workbook.xml.rels", WORKBOOK_RELATIONS);
  await zip.add("xl/styles.xml", STYLES);
  await zip.addStream("xl/worksheets/sheet1.xml", sheetXml(workbook, counted));
  await zip.finish();
  return counted.rows;
}
