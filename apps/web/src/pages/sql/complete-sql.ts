import type { SqlCompletions } from "@granary/protocol";
import { quoteName } from "./sql-text.ts";

/** Something to complete with. */
export interface Offer {
  readonly label: string;
  /** What is written; the label unless said. */
  readonly apply?: string;
  readonly type: "table" | "column" | "function" | "keyword";
  readonly detail?: string;
  /** Higher ones come first. */
  readonly boost?: number;
}

type Dataset = SqlCompletions["datasets"][number];

const KEYWORDS = (
  "SELECT,FROM,WHERE,GROUP BY,GROUP BY ALL,ORDER BY,HAVING,LIMIT,OFFSET,DISTINCT,AS,AND,OR,NOT,IN,IS NULL,IS NOT NULL,LIKE,ILIKE,BETWEEN,EXISTS,CASE,WHEN,THEN,ELSE," +
  "END,JOIN,LEFT JOIN,RIGHT JOIN,FULL JOIN,CROSS JOIN,ON,USING,UNION ALL,UNION,EXCEPT,INTERSECT,WITH,WITH RECURSIVE,VALUES,CAST,DESC,ASC,NULLS LAST,NULLS FIRST,OVER," +
  "PARTITION BY,QUALIFY,FILTER,DATE,TIMESTAMP,INTERVAL,TRUE,FALSE,NULL,AT (VERSION => ),AT (TIMESTAMP => )"
).split(",");

const NAME = '(?:"(?:[^"]|"")*"|[\\p{L}_][\\p{L}\\p{N}_]*)';
const TABLES = new RegExp(`\\b(?:from|join)\\s+(${NAME})(?:\\s+at\\s*\\([^)]*\\))?(?:\\s+(?:as\\s+)?(${NAME}))?`, "giu");
const NO_ALIAS =
  /^(?:where|group|order|having|limit|join|left|right|full|inner|cross|natural|on|using|union|except|intersect|qualify|window|at|offset|asof|positional)$/i;

const plainName = (written: string): string => (written.startsWith('"') ? written.slice(1, -1).replaceAll('""', '"') : written);
const isSame = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();

interface UsedTable {
  readonly dataset: Dataset;
  readonly alias: string;
}

/** The datasets a query names, with what it calls them. */
export function usedTables(sql: string, datasets: readonly Dataset[]): readonly UsedTable[] {
  return [...sql.matchAll(TABLES)].flatMap(([, written = "", alias]) => {
    const dataset = datasets.find(({ name }) => isSame(name, plainName(written)));
    if (dataset === undefined) return [];
    return [{ dataset, alias: alias === undefined || NO_ALIAS.test(alias) ? dataset.name : plainName(alias) }];
  });
}

const columnOffers = (dataset: Dataset, boost: number): Offer[] =>
  dataset.columns.map(({ name, type }) => ({ label: name, apply: quoteName(name), type: "column", detail: type, boost }));

/**
 * What can stand at the end of `before`: columns after a table's name and a point, datasets after FROM and JOIN, and everything else
 * with the columns of the datasets in sight first.
 */
export function offersAt(before: string, sql: string, { datasets, functions }: SqlCompletions): Offer[] {
  const tables = usedTables(sql, datasets);
  const owner = new RegExp(`(${NAME})\\.[\\p{L}\\p{N}_"]*$`, "u").exec(before)?.[1];
  if (owner !== undefined) {
    const table = tables.find(({ alias, dataset }) => isSame(alias, plainName(owner)) || isSame(dataset.name, plainName(owner)));
    return table === undefined ? [] : columnOffers(table.dataset, 0);
  }
  const named = datasets.map(({ name, columns }): Offer => ({ label: name, apply: quoteName(name), type: "table", detail: `${columns.length} columns` }));
  if (/\b(?:from|join)\s+"?[\p{L}\p{N}_ ]*$/iu.test(before)) return named;
  const columns = tables.flatMap(({ dataset }) => columnOffers(dataset, 50));
  const aliases = tables
    .filter(({ alias, dataset }) => alias !== dataset.name)
    .map(({ alias }): Offer => ({ label: alias, apply: quoteName(alias), type: "table" }));
  const keywords = KEYWORDS.map((label): Offer => ({ label, type: "keyword", boost: -10 }));
  return [...columns, ...aliases, ...named, ...keywords, ...functions.map((label): Offer => ({ label, apply: `${label}(`, type: "function", boost: -20 }))];
}
