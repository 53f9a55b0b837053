import { join } from "node:path";
import { call, column, compare, literal, over, type Query } from "@granary/engine";
import { isAppError, isId, newId } from "@granary/kernel";
import type { StagedImport, StageFileInput } from "@granary/lake";
import { type GraphColumn, type NodeOf, problem } from "@granary/protocol";
import { authorize } from "../../access/index.ts";
import { openTarget, requireDataset } from "../../datasets/index.ts";
import type { Work } from "../carry-out/work.ts";
import type { Rows } from "../steps/rows-at.ts";
import { MAX_KEPT_REJECTS } from "../steps/step-result.ts";
import { selectNames, sizeOf, useEngine, writePort } from "../steps/write-ports.ts";
import { markGone } from "./mark-gone.ts";
import { rowsFor } from "./write-rows.ts";

type Target = Awaited<ReturnType<typeof openTarget>>;

/** Where rows go: a dataset that is there, or one that publishing makes. */
export interface Place {
  readonly id: string;
  readonly name: string;
  readonly tableName: string;
  readonly isNew: boolean;
  readonly target: Target;
}

/** Rows of a destination, stored and not yet visible. */
export interface StagedDataset {
  readonly node: NodeOf<"to_dataset">;
  readonly place: Place;
  readonly staged: StagedImport & { readonly target: Target };
}

async function findPlace(work: Work, nameOrId: string): Promise<Place> {
  const { reader } = work;
  try {
    const dataset = await requireDataset(reader, nameOrId, "contributor");
    return { id: dataset.id, name: dataset.name, tableName: dataset.table_name, isNew: false, target: await openTarget(reader, dataset.id) };
  } catch (error) {
    if (!isAppError(error, "dataset.not_found") || isId("dataset", nameOrId)) throw error;
    authorize(reader.principal, "dataset:create");
    const id = newId("dataset", reader.services.clock.now().getTime());
    return { id, name: nameOrId, tableName: id, isNew: true, target: undefined };
  }
}

const RANK = "granary_rank";

/** Of rows with one key, the one with the highest value of a column. */
function lastOf(query: Query, columns: readonly GraphColumn[], keys: readonly string[], lastBy: string): Query {
  const names = columns.map(({ name }) => name);
  const rank = over(call("row_number"), { partitionBy: keys.map((key) => column(key)), orderBy: [{ expression: column(lastBy), direction: "desc" }] });
  const ranked = {
    ...selectNames({ kind: "query", query }, names),
    items: [...selectNames({ kind: "query", query }, names).items, { expression: rank, as: RANK }],
  };
  return { ...selectNames({ kind: "query", query: ranked }, names), where: compare(column(RANK), "=", literal(1)) };
}

function requireKeys({ settings: { keys, lastBy }, title, id }: NodeOf<"to_dataset">, columns: readonly GraphColumn[]): void {
  const missing = [...keys, ...(lastBy === undefined ? [] : [lastBy])].find((name) => !columns.some((item) => item.name === name));
  if (missing !== undefined) throw problem("run.step_failed", { node: title || id, reason: `the rows have no column ${missing}` });
}

const isKeyed = ({ settings: { mode } }: NodeOf<"to_dataset">): boolean => mode === "upsert" || mode === "soft_delete";

/** Of rows with one key, those that count. */
function uniqueOf(node: NodeOf<"to_dataset">, { query, columns }: Rows): Query {
  const { keys, lastBy } = node.settings;
  if (!isKeyed(node)) return query;
  requireKeys(node, columns);
  return lastBy === undefined ? query : lastOf(query, columns, keys, lastBy);
}

/** Parquet files of a destination's rows, in the form its write mode needs: those that are there, or one made of them. */
async function filesFor(work: Work, node: NodeOf<"to_dataset">, place: Place): Promise<readonly string[]> {
  const rows = await rowsFor(work, node);
  const unique = uniqueOf(node, rows);
  const isSoft = node.settings.mode === "soft_delete";
  if (rows.isFiles && unique === rows.query && !isSoft && rows.files.length > 0) return rows.files;
  await using gone = isSoft ? await markGone(work, node, { query: unique, columns: rows.columns, target: place.target }) : undefined;
  const query = gone?.query ?? unique;
  const port = await useEngine(work, await sizeOf(rows.files), (session) => writePort(work, session, { node: node.id, port: "in" }, query));
  return port.files.map(({ path }) => join(work.folder, path));
}

function keyIds({ target }: Place, node: NodeOf<"to_dataset">): readonly number[] | undefined {
  if (target === undefined || !isKeyed(node)) return undefined;
  const { columns } = target.table;
  return node.settings.keys.map((name) => {
    const found = columns.find((item) => item.name === name && !item.isSystem);
    if (found === undefined) throw problem("lake.keys_missing", { reason: `the dataset has no column called ${name}` });
    return found.fieldId;
  });
}

/** What becomes of the dataset's rows. Rows that are played again come beside those that fitted the first time. */
function modeOf(work: Work, node: NodeOf<"to_dataset">): "replace" | "append" | "upsert" {
  if (isKeyed(node)) return "upsert";
  return node.settings.mode === "replace" && work.row.replay_of === null ? "replace" : "append";
}

/** What the rows are staged for: the table that is there, by the node's mode; nothing for a new one. */
function targetOf(work: Work, node: NodeOf<"to_dataset">, place: Place): Partial<StageFileInput> {
  const { target } = place;
  if (target === undefined) return {};
  const keys = keyIds(place, node);
  const own = { target: target.table, rules: target.rules, mode: modeOf(work, node), mayAddColumns: node.settings.drift === "propagate" };
  return keys === undefined ? own : { ...own, keys };
}

/** A first upsert has no rows to match with: its own keys must differ all the same. */
async function requireDifferent(work: Work, node: NodeOf<"to_dataset">, paths: readonly string[]): Promise<void> {
  const { keys } = node.settings;
  const relation = { kind: "parquetFiles", paths } as const;
  const grouped = { ...selectNames(relation, keys), groupBy: keys.map((key) => column(key)), having: compare(call("count_rows"), ">", literal(1)), limit: 1 };
  const { rows } = await useEngine(work, await sizeOf(paths), (session) => session.run({ kind: "query", query: grouped }));
  if (rows.length > 0) {
    throw problem("run.step_failed", {
      node: node.title || node.id,
      reason: `several rows have the same ${keys.join(", ")}; say which one counts, by a column that grows`,
    });
  }
}

/** Stores a destination's rows where nobody sees them yet, checked against the dataset's own rules. */
export async function stageDataset(work: Work, node: NodeOf<"to_dataset">): Promise<StagedDataset> {
  const place = await findPlace(work, node.settings.dataset);
  const paths = await filesFor(work, node, place);
  if (place.target === undefined && isKeyed(node)) await requireDifferent(work, node, paths);
  const [path = "", ...parts] = paths;
  try {
    const staged = await work.ctx.services.lake.stageFile({
      path,
      ...(parts.length === 0 ? {} : { parts }),
      workspaceId: work.ctx.workspaceId,
      tableName: place.tableName,
      batch: work.row.id,
      ...targetOf(work, node, place),
      maxListed: MAX_KEPT_REJECTS,
      signal: work.signal,
    });
    work.log.write("info", node.id, `Stored ${staged.loaded} rows for ${place.name}`, { rejected: staged.rejectedCount });
    return { node, place, staged: { ...staged, target: place.target } };
  } catch (error) {
    if (node.settings.drift === "propagate" || !isAppError(error, "lake.columns_mismatch")) throw error;
    throw problem("run.drift", { stream: place.name, changes: error.message }, { cause: error });
  }
}
