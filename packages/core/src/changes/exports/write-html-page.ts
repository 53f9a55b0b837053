import { type ExportedChange, type ExportedRow, verdictOf } from "./exported.ts";

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
const escaped = (text: string): string => text.replaceAll(/[&<>"']/g, (found) => ENTITIES[found] ?? found);

const LETTERS: Readonly<Record<string, string>> = { added: "A", removed: "D", modified: "M", format: "F", duplicate_key: "K", null_key: "K" };

const STYLE = `
:root { color-scheme: light dark; font: 14px/1.45 system-ui, sans-serif; }
body { margin: 2rem; } h1 { font-size: 1.3rem; margin: 0 0 .25rem; } p { margin: 0 0 1rem; opacity: .75; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { border: 1px solid #8886; padding: .2rem .5rem; text-align: left; vertical-align: top; white-space: pre-wrap; max-width: 40rem; }
th { position: sticky; top: 0; background: Canvas; }
.added { background: #2e7d3222; } .removed { background: #c6282822; } .changed { background: #f9a82533; }
.format { opacity: .7; } del { color: #c62828; } ins { color: #2e7d32; text-decoration: none; font-weight: 600; } i { opacity: .5; }
@media (prefers-color-scheme: dark) { del { color: #ef9a9a; } ins { color: #a5d6a7; } }
@media print { th { position: static; } }`;

const textOf = (cell: string | null): string => (cell === null ? "<i>empty</i>" : escaped(cell));

function cellOf(row: ExportedRow, index: number): string {
  const [old, fresh] = [row.old?.[index] ?? null, row.new?.[index] ?? null];
  if (row.changed[index] === true) return `<td class="changed"><del>${textOf(old)}</del> <ins>${textOf(fresh)}</ins></td>`;
  const damage = row.damage[index];
  if (damage != null) return `<td class="format" title="${escaped(damage)}">${textOf(old)} <del>${textOf(fresh)}</del></td>`;
  return `<td>${textOf(row.new === null ? old : fresh)}</td>`;
}

function lineOf({ columns }: ExportedChange, row: ExportedRow): string {
  const verdict = verdictOf(row);
  const copies = row.copies > 1 ? ` ×${row.copies}` : "";
  const cells = columns.map((_, index) => cellOf(row, index)).join("");
  return `<tr class="${verdict}"><th scope="row" title="${verdict}">${LETTERS[verdict] ?? "?"}${copies}</th>${cells}</tr>\n`;
}

/** A page to read and print, with letters beside the colours; it loads nothing and runs nothing. */
export async function* writeHtmlPage(change: ExportedChange): AsyncIterable<string> {
  const title = escaped(`#${change.number} ${change.title}`);
  const about = escaped(`${change.dataset}, compared with version ${change.baseVersion}, revision ${change.revision}`);
  yield `<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title><style>${STYLE}\n</style></head>\n`;
  yield `<body><h1>${title}</h1><p>${about}. A added, D deleted, M modified, F damaged format that is not applied.</p>\n`;
  yield `<table><thead><tr><th scope="col"></th>${change.columns.map((item) => `<th scope="col">${escaped(item.name)}</th>`).join("")}</tr></thead><tbody>\n`;
  for await (const page of change.pages) yield page.map((row) => lineOf(change, row)).join("");
  yield "</tbody></table></body></html>\n";
}
