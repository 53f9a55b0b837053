import { call, column, compare, type EngineSession, literal, type Query } from "@granary/engine";
import type { LiveDataFile } from "../files/index.ts";
import type { IcebergField } from "../iceberg/index.ts";
import { differs, joined, type Matching } from "./joined-rows.ts";
import { POSITION } from "./live-rows.ts";
import { SOURCE } from "./upsert-source.ts";

/** One row group of one file: enough rows to see what kind of change this is, and read in some 20 ms. */
const SAMPLE_ROWS = 122_880;
const MAX_PATTERNS = 200;

interface Pattern {
  /** For each compared column whether it differs. */
  readonly differs: readonly boolean[];
}

async function samplePatterns(session: EngineSession, matching: Matching, compared: readonly IcebergField[]): Promise<readonly Pattern[]> {
  const largest = matching.files.toSorted((left, right) => right.file.records - left.file.records)[0];
  if (largest === undefined) return [];
  const within = compare(column(POSITION, "t"), "<", literal(SAMPLE_ROWS));
  const flags = compared.map(differs);
  const query: Query = {
    kind: "select",
    items: [...flags.map((expression, index) => ({ expression, as: `d${index}` })), { expression: call("count_rows"), as: "rows" }],
    from: joined(matching, SOURCE, compared, [largest]),
    where: within,
    groupBy: flags,
    orderBy: [{ expression: call("count_rows"), direction: "desc" }],
    limit: MAX_PATTERNS,
  };
  const { rows } = await session.run({ kind: "query", query });
  return rows.map((row) => ({ differs: compared.map((_, index) => row[index] === true) }));
}

function storedBytes(files: readonly LiveDataFile[], field: IcebergField): number {
  return files.reduce((sum, item) => sum + (item.file.columns.find((facts) => facts.fieldId === field.id)?.bytes ?? 0), 0);
}

/**
 * The columns to read first when rows are compared: few bytes that show of every sampled row that it differs. All columns
 * when the sample has rows that do not, for those have to be compared whole anyway.
 */
export async function decisiveColumns(session: EngineSession, matching: Matching, compared: readonly IcebergField[]): Promise<readonly IcebergField[]> {
  const patterns = await samplePatterns(session, matching, compared);
  if (patterns.some((pattern) => !pattern.differs.includes(true))) return compared;
  const bytes = compared.map((field) => storedBytes(matching.files, field) + 1);
  const chosen = new Set<number>();
  for (let open = patterns; open.length > 0; open = open.filter((pattern) => !pattern.differs.some((is, index) => is && chosen.has(index)))) {
    const worth = compared.map((_, index) => open.filter((pattern) => pattern.differs[index] === true).length / (bytes[index] ?? 1));
    chosen.add(worth.indexOf(Math.max(...worth)));
  }
  return compared.filter((_, index) => chosen.has(index));
}
