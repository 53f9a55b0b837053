/** A block of cells as spreadsheets copy it: tabs and line breaks, quotes round cells that hold either. Emptied cells have no value. */
export function parseTsv(text: string): (string | null)[][] {
  const rows: (string | null)[][] = [];
  let row: (string | null)[] = [];
  let at = 0;
  const body = text.replace(/\r\n?/g, "\n").replace(/\n$/, "");
  while (at <= body.length) {
    const quoted = body[at] === '"' ? readQuoted(body, at) : undefined;
    const end = quoted?.end ?? nextEnd(body, at);
    const cell = quoted?.text ?? body.slice(at, end);
    row.push(cell === "" ? null : cell);
    if (body[end] !== "\t") {
      rows.push(row);
      row = [];
    }
    at = end + 1;
  }
  return rows;
}

function nextEnd(text: string, from: number): number {
  const found = text.slice(from).search(/[\t\n]/);
  return found === -1 ? text.length : from + found;
}

/** A quoted cell that ends where a cell can end; undefined when the quote only stands in its text. */
function readQuoted(text: string, from: number): { readonly text: string; readonly end: number } | undefined {
  for (let at = from + 1; at < text.length; at += 1) {
    if (text[at] !== '"') continue;
    if (text[at + 1] === '"') at += 1;
    else if (at + 1 === text.length || text[at + 1] === "\t" || text[at + 1] === "\n")
      return { text: text.slice(from + 1, at).replaceAll('""', '"'), end: at + 1 };
    else return undefined;
  }
  return undefined;
}
