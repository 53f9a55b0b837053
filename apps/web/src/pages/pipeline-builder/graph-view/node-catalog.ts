import type { NodeKind, NodeSettings } from "@granary/protocol";
import ArrowDownUp from "lucide-react/icons/arrow-down-up";
import ArrowLeftRight from "lucide-react/icons/arrow-left-right";
import Calculator from "lucide-react/icons/calculator";
import Code from "lucide-react/icons/code";
import Columns3 from "lucide-react/icons/columns-3";
import CopyMinus from "lucide-react/icons/copy-minus";
import Database from "lucide-react/icons/database";
import EyeOff from "lucide-react/icons/eye-off";
import FileDown from "lucide-react/icons/file-down";
import GitPullRequestArrow from "lucide-react/icons/git-pull-request-arrow";
import Grid3x3 from "lucide-react/icons/grid-3x3";
import ListEnd from "lucide-react/icons/list-end";
import ListFilter from "lucide-react/icons/list-filter";
import Merge from "lucide-react/icons/merge";
import PanelTop from "lucide-react/icons/panel-top";
import Pencil from "lucide-react/icons/pencil";
import Plug from "lucide-react/icons/plug";
import Replace from "lucide-react/icons/replace";
import Rows3 from "lucide-react/icons/rows-3";
import Search from "lucide-react/icons/search";
import Send from "lucide-react/icons/send";
import ShieldCheck from "lucide-react/icons/shield-check";
import Sigma from "lucide-react/icons/sigma";
import Split from "lucide-react/icons/split";
import SquareFunction from "lucide-react/icons/square-function";
import Table2 from "lucide-react/icons/table-2";
import UnfoldVertical from "lucide-react/icons/unfold-vertical";
import Combine from "lucide-react/icons/combine";

export const NODE_CATEGORIES = {
  source: "Sources",
  rows: "Shape rows",
  columns: "Shape columns",
  combine: "Combine",
  quality: "Quality and privacy",
  code: "Code",
  destination: "Destinations",
} as const;
export type NodeCategory = keyof typeof NODE_CATEGORIES;

export interface NodeInfo<K extends NodeKind = NodeKind> {
  readonly title: string;
  readonly text: string;
  readonly category: NodeCategory;
  readonly icon: typeof Plug;
  /** What people call it elsewhere; the palette finds it by these. */
  readonly words: string;
  /** Settings of a new node; what has to be chosen is empty until somebody does. */
  readonly fresh: NodeSettings<K>;
}

/** Every kind of node as people see it. */
export const NODE_CATALOG = {
  source_stream: {
    title: "Connection",
    text: "Read a table, file or endpoint of a connected system",
    category: "source",
    icon: Plug,
    words: "database postgres mysql s3 sftp http rest api extract input stream",
    fresh: { connection: "", stream: { namespace: null, name: "" }, config: {}, columns: [], mode: "full", keys: [], drift: "propagate", schema: [] },
  },
  source_dataset: {
    title: "Dataset",
    text: "Read a dataset, its newest version or one of its own",
    category: "source",
    icon: Database,
    words: "table input read version",
    fresh: { dataset: "", columns: [], schema: [] },
  },
  source_rows: {
    title: "Typed rows",
    text: "A small table that is kept in the pipeline itself",
    category: "source",
    icon: Pencil,
    words: "constant values list seed manual inline",
    fresh: { columns: [{ name: "name", type: "text" }], rows: [] },
  },
  filter: {
    title: "Filter",
    text: "Keep the rows for which a condition is true",
    category: "rows",
    icon: ListFilter,
    words: "where condition keep remove",
    fresh: { condition: "" },
  },
  sort: { title: "Sort", text: "Put rows in order", category: "rows", icon: ArrowDownUp, words: "order by", fresh: { by: [] } },
  limit: { title: "Limit", text: "Keep the first rows", category: "rows", icon: ListEnd, words: "top first head sample", fresh: { rows: 100, offset: 0 } },
  deduplicate: {
    title: "Remove duplicates",
    text: "Keep one of the rows that are alike",
    category: "rows",
    icon: CopyMinus,
    words: "distinct unique duplicates dedup",
    fresh: { by: [], keep: "any", orderBy: [] },
  },
  aggregate: {
    title: "Aggregate",
    text: "Group rows and count, sum or average them",
    category: "rows",
    icon: Sigma,
    words: "group by count sum average summarise totals",
    fresh: { by: [], measures: [{ name: "rows", expression: "count(*)" }] },
  },
  pivot: {
    title: "Pivot",
    text: "Make a column of every value of a column",
    category: "rows",
    icon: Grid3x3,
    words: "crosstab wide spread",
    fresh: { by: [], column: "", values: [], measure: "count(*)" },
  },
  unpivot: {
    title: "Unpivot",
    text: "Make rows of columns: one for each name and value",
    category: "rows",
    icon: Rows3,
    words: "melt long gather",
    fresh: { columns: [], nameTo: "name", valueTo: "value", keepNulls: false },
  },
  flatten: {
    title: "Flatten",
    text: "Make rows or columns of a JSON list or object",
    category: "rows",
    icon: UnfoldVertical,
    words: "json explode unnest nested array object",
    fresh: { column: "", into: "rows", fields: [], keepEmpty: true, keepColumn: false },
  },
  derive: {
    title: "Add columns",
    text: "Compute new columns, or replace some",
    category: "columns",
    icon: Calculator,
    words: "derive compute formula calculate expression",
    fresh: { columns: [{ name: "new_column", expression: "" }] },
  },
  select: {
    title: "Choose columns",
    text: "Keep, drop, rename or reorder columns",
    category: "columns",
    icon: Columns3,
    words: "select rename drop project reorder",
    fresh: { columns: [], mode: "keep" },
  },
  cast: {
    title: "Change types",
    text: "Turn text into numbers, dates and back",
    category: "columns",
    icon: Replace,
    words: "cast convert type parse date number",
    fresh: { columns: [], onFault: "fail" },
  },
  map: {
    title: "Map fields",
    text: "Fit columns into the shape that a target wants",
    category: "columns",
    icon: ArrowLeftRight,
    words: "mapping mapper target schema transform",
    fresh: { fields: [], onFault: "reject" },
  },
  window: {
    title: "Window",
    text: "Number, rank or compare rows with their neighbours",
    category: "columns",
    icon: PanelTop,
    words: "rank row_number lag lead running total over partition",
    fresh: { partitionBy: [], orderBy: [], columns: [{ name: "position", expression: "row_number()" }] },
  },
  join: {
    title: "Join",
    text: "Put the columns of two inputs side by side where keys are equal",
    category: "combine",
    icon: Merge,
    words: "inner left right full semi anti cross merge",
    fresh: { kind: "inner", on: [], suffix: "_right" },
  },
  lookup: {
    title: "Look up",
    text: "Take columns out of a table by key; never more rows than before",
    category: "combine",
    icon: Search,
    words: "vlookup enrich reference dimension",
    fresh: { on: [], take: [], whenMissing: "null" },
  },
  union: {
    title: "Stack",
    text: "Put the rows of several inputs below each other",
    category: "combine",
    icon: Combine,
    words: "union append concat all",
    fresh: { match: "name", distinct: false },
  },
  branch: {
    title: "Branch",
    text: "Send rows different ways by conditions",
    category: "combine",
    icon: Split,
    words: "split route if else conditional switch case",
    fresh: { branches: [{ name: "match", condition: "" }] },
  },
  gate: {
    title: "Quality gate",
    text: "Check rows before anything is published",
    category: "quality",
    icon: ShieldCheck,
    words: "check test validate quality assert quarantine",
    fresh: { checks: [], onFail: "fail" },
  },
  mask: {
    title: "Mask",
    text: "Hide personal data for good",
    category: "quality",
    icon: EyeOff,
    words: "privacy anonymise pseudonymise hash redact gdpr",
    fresh: { columns: [] },
  },
  sql: {
    title: "SQL",
    text: "A query over the inputs as tables",
    category: "code",
    icon: Code,
    words: "query select custom",
    fresh: { text: "select * from input", inputs: ["input"], schema: [] },
  },
  function: {
    title: "Function",
    text: "A function of your library, row by row",
    category: "code",
    icon: SquareFunction,
    words: "javascript udf transformation custom script",
    fresh: { function: "", inputs: {}, outputs: [], onFault: "reject" },
  },
  to_dataset: {
    title: "Into a dataset",
    text: "Publish the rows as a new version of a dataset",
    category: "destination",
    icon: Table2,
    words: "write save load target upsert append replace publish",
    fresh: { dataset: "", mode: "replace", keys: [], drift: "propagate", deletedColumn: "deleted_at" },
  },
  to_change: {
    title: "Change request",
    text: "Propose the rows as a change that people review",
    category: "destination",
    icon: GitPullRequestArrow,
    words: "review propose approve",
    fresh: { dataset: "", title: "", missing: "kept", keys: [] },
  },
  to_file: {
    title: "File",
    text: "A file of the run to download",
    category: "destination",
    icon: FileDown,
    words: "csv json parquet export download",
    fresh: { name: "rows", format: "csv" },
  },
  to_connection: {
    title: "Into a connection",
    text: "Send the rows to a connected system",
    category: "destination",
    icon: Send,
    words: "postgres mysql s3 webhook rest deliver reverse etl",
    fresh: { connection: "", target: {}, mode: "append", keys: [] },
  },
} as const satisfies { readonly [K in NodeKind]: NodeInfo<K> };

/** What is said of a kind. */
export const infoOf = (kind: NodeKind): NodeInfo => NODE_CATALOG[kind] as NodeInfo;

/** Kinds by category, those whose name, text or other words hold every word of a search. */
export function findKinds(search: string): readonly { readonly category: NodeCategory; readonly kinds: readonly NodeKind[] }[] {
  const words = search
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
  const fits = (kind: NodeKind): boolean => {
    const { title, text, words: others } = infoOf(kind);
    const all = `${title} ${text} ${others}`.toLowerCase();
    return words.every((word) => all.includes(word));
  };
  const kinds = (Object.keys(NODE_CATALOG) as NodeKind[]).filter(fits);
  return (Object.keys(NODE_CATEGORIES) as NodeCategory[])
    .map((category) => ({ category, kinds: kinds.filter((kind) => infoOf(kind).category === category) }))
    .filter((group) => group.kinds.length > 0);
}
