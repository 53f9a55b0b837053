/** Texts, names, comments, words, brackets and single signs. */
const TOKENS = /'(?:[^']|'')*'|"(?:[^"]|"")*"|\w+|\s+|[\s\S]/g;
/** Words that begin a line of their own, where they stand outside of brackets. */
const CLAUSES = new Set(["FROM", "WHERE", "GROUP", "HAVING", "QUALIFY", "ORDER", "LIMIT", "OFFSET", "UNION"]);
/** Joins that begin a line in the brackets around them. */
const JOINS = /^(JOIN|LEFT|RIGHT|FULL|SEMI|ANTI|CROSS)$/;

const SAME_NAME = /^("(?:[^"]|"")*") AS \1$/;

interface Layout {
  readonly lines: string[];
  depth: number;
  line: string;
  /** Whether the columns of a select are being listed. */
  isListing: boolean;
}

function endLine(layout: Layout): void {
  const text = layout.line.trim();
  if (text !== "") layout.lines.push(layout.isListing && layout.lines.length > 0 ? `  ${shortened(text)}` : shortened(text));
  layout.line = "";
}

/** A column that keeps its name need not be named again. */
function shortened(text: string): string {
  const comma = text.endsWith(",") ? "," : "";
  const item = comma === "" ? text : text.slice(0, -1);
  return `${SAME_NAME.exec(item)?.[1] ?? item}${comma}`;
}

function begin(word: string, layout: Layout): void {
  endLine(layout);
  layout.isListing = false;
  if (word !== "SELECT") return;
  layout.lines.push(word);
  layout.isListing = true;
}

function put(token: string, layout: Layout): void {
  if (token === "(") layout.depth += 1;
  if (token === ")") layout.depth -= 1;
  if (layout.depth > 0) {
    layout.line += token;
    return;
  }
  if (token === "SELECT") begin(token, layout);
  else if (CLAUSES.has(token) || (!layout.isListing && JOINS.test(token))) {
    begin(token, layout);
    layout.line = token;
  } else {
    layout.line += token;
    if (token === "," && layout.isListing) endLine(layout);
  }
}

/** A statement of the printer with a line a column and clause, for people to read. It means the same. */
export function layOutSql(sql: string): string {
  const layout: Layout = { lines: [], depth: 0, line: "", isListing: false };
  for (const [token] of sql.matchAll(TOKENS)) put(token, layout);
  endLine(layout);
  return layout.lines.join("\n");
}
