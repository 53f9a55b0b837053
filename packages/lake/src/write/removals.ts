import { call, column, compare, type EngineSession, inList, literal, over, type Query } from "@granary/engine";
import type { LiveDataFile } from "../files/index.ts";
import { FILE, POSITION } from "./live-rows.ts";
import { MATCHED } from "./match-rows.ts";
import { ACTION, ACTIONS } from "./upsert-actions.ts";
import { SOURCE_ROW } from "./upsert-source.ts";

/** A table of the session: the places of rows that go, and the source's row that comes instead if one does. */
export const REMOVED = "granary_removed";
/** True for one of the places that one row of the source replaces. */
export const IS_PLACE = "granary_is_place";

/** From an upsert's actions. */
export async function createRemoved(session: EngineSession): Promise<void> {
  const place = over(call("row_number"), {
    partitionBy: [column(SOURCE_ROW, "m")],
    orderBy: [FILE, POSITION].map((name) => ({ expression: column(name, "m"), direction: "asc" })),
  });
  const query: Query = {
    kind: "select",
    items: [
      ...[SOURCE_ROW, FILE, POSITION].map((name) => ({ expression: column(name, "m"), as: name })),
      { expression: compare(place, "=", literal(1)), as: IS_PLACE },
    ],
    from: {
      kind: "join",
      join: "inner",
      left: { kind: "alias", as: "m", relation: { kind: "table", name: MATCHED } },
      right: { kind: "alias", as: "a", relation: { kind: "table", name: ACTIONS } },
      on: compare(column(SOURCE_ROW, "m"), "=", column(SOURCE_ROW, "a")),
    },
    where: inList(column(ACTION, "a"), [literal("replace"), literal("remove")]),
  };
  await session.run({ kind: "createTable", name: REMOVED, query });
}

/** How a file loses rows. */
export interface FileLoss {
  readonly file: LiveDataFile;
  readonly rows: number;
}

/** How many rows each file loses, in the files' order; files that lose none are left out. */
export async function countLosses(session: EngineSession, files: readonly LiveDataFile[]): Promise<readonly FileLoss[]> {
  const { rows } = await session.run({
    kind: "query",
    query: {
      kind: "select",
      items: [
        { expression: column(FILE), as: FILE },
        { expression: call("count_rows"), as: "rows" },
      ],
      from: { kind: "table", name: REMOVED },
      groupBy: [column(FILE)],
    },
  });
  const counts = new Map(rows.map(([ordinal, count]) => [Number(ordinal), Number(count)]));
  return files.flatMap((file) => {
    const lost = counts.get(file.ordinal);
    return lost === undefined ? [] : [{ file, rows: lost }];
  });
}

/** Of a large table files that lose a larger share are written anew: reading past so many deletes costs more, again and again. */
const MAX_DELETED_SHARE = 0.2;
/** A table up to this size is kept in one file: it is written anew in the time a few delete files cost to read. */
const SMALL_TABLE_BYTES = 8 * 1024 * 1024;

export const isSmall = (live: readonly LiveDataFile[]): boolean => live.reduce((sum, item) => sum + item.file.bytes, 0) <= SMALL_TABLE_BYTES;

/** What happens to the files that lose rows. */
export interface RemovalPlan {
  /** Files without a row left. */
  readonly dropped: readonly FileLoss[];
  /** Files written anew, each group into files of its own. */
  readonly rewritten: readonly (readonly LiveDataFile[])[];
  /** Files whose lost rows are named in delete files. */
  readonly marked: readonly FileLoss[];
}

const losesAll = ({ file, rows }: FileLoss): boolean => file.positionDeletes.length + file.equalityDeletes.length === 0 && rows === file.file.records;

/** What a table's owner says about it; left out, the cheaper way is taken for each file. */
export type WriteMode = "copy-on-write" | "merge-on-read" | undefined;

/** Iceberg's own properties, which other engines go by too. */
export function writeModeOf(properties: Readonly<Record<string, string>>, operation: "delete" | "merge"): WriteMode {
  const mode = properties[`write.${operation}.mode`];
  return mode === "copy-on-write" || mode === "merge-on-read" ? mode : undefined;
}

const alone = (losses: readonly FileLoss[]): readonly (readonly LiveDataFile[])[] => losses.map((loss) => [loss.file]);

/** Decides between writing files anew and delete files. */
export function planRemovals(losses: readonly FileLoss[], live: readonly LiveDataFile[], mode: WriteMode): RemovalPlan {
  const dropped = losses.filter(losesAll);
  const touched = losses.filter((loss) => !losesAll(loss));
  if (touched.length === 0 || mode === "merge-on-read") return { dropped, rewritten: [], marked: touched };
  if (mode === undefined && isSmall(live) && live.every((item) => item.file.partition.length === 0)) {
    const gone = new Set(dropped.map((loss) => loss.file));
    return { dropped, rewritten: [live.filter((item) => !gone.has(item))], marked: [] };
  }
  const isRewritten = ({ file, rows }: FileLoss): boolean => mode !== undefined || isSmall(live) || rows > file.file.records * MAX_DELETED_SHARE;
  return { dropped, rewritten: alone(touched.filter(isRewritten)), marked: touched.filter((loss) => !isRewritten(loss)) };
}
