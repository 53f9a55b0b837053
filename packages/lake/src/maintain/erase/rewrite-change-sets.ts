import { call, column, type EngineSession, type Expression, literal, not, or, type Query } from "@granary/engine";
import { storeChangeSet, STORED } from "../../diff/index.ts";
import type { ExpectedFile } from "../../file-io/index.ts";
import { parquetSchemaRow, physicalColumns } from "../../schema/index.ts";
import { type ErasedKeys, isErased } from "./erased-keys.ts";
import type { Search } from "./find-rows.ts";
import type { ReplacedChangeSet } from "./types.ts";

/** The columns of a change set, in their order; those inside nested ones are not told. */
async function columnsOf(session: EngineSession, path: string): Promise<readonly string[]> {
  const items = ["name", "num_children", "field_id", "repetition_type"].map((name) => ({ expression: column(name), as: name }));
  const { rows } = await session.run({ kind: "query", query: { kind: "select", items, from: { kind: "parquetSchema", paths: [path] } } });
  return physicalColumns(rows.map(parquetSchemaRow)).map((field) => field.name);
}

/** What the key columns are called on one side of a change set; undefined when it does not have them all. */
function namesOn(side: "old" | "new" | "theirs", keys: ErasedKeys, columns: readonly string[]): ReadonlyMap<number, string> | undefined {
  const names = keys.fields.map(({ id }) => [id, columns.includes(STORED.key(id)) ? STORED.key(id) : STORED[side](id)] as const);
  return names.every(([, name]) => columns.includes(name)) ? new Map(names) : undefined;
}

/** Whether a change concerns an erased key; undefined when the change set does not say whose rows it holds. */
async function concernsErased({ session, keys }: Search, path: string): Promise<Expression | undefined> {
  const columns = await columnsOf(session, path);
  const [old, fresh] = [namesOn("old", keys, columns), namesOn("new", keys, columns)];
  if (old === undefined || fresh === undefined) return undefined;
  const sides = [old, fresh, namesOn("theirs", keys, columns)].filter((names) => names !== undefined);
  return or(...sides.map((names) => isErased(keys, (id) => column(names.get(id) ?? ""))));
}

async function countRows(session: EngineSession, path: string, where?: Expression): Promise<number> {
  const items = [{ expression: call("count_rows"), as: "rows" }];
  const query: Query = { kind: "select", items, from: { kind: "parquetFiles", paths: [path] }, ...(where === undefined ? {} : { where }) };
  return Number((await session.run({ kind: "query", query })).rows[0]?.[0] ?? 0);
}

/** How many rows of a change set concern erased keys: all of them when it does not say. */
export async function countChangeSetRows(search: Search, file: ExpectedFile): Promise<number> {
  await using local = await search.fileIo.open(file);
  return await countRows(search.session, local.path, (await concernsErased(search, local.path)) ?? literal(true));
}

/**
 * Writes kept change sets anew without the changes of erased rows. One that does not hold the key columns goes as a whole:
 * nobody can tell whose values are in it.
 */
export async function rewriteChangeSets(search: Search, location: string, files: readonly ExpectedFile[]): Promise<readonly ReplacedChangeSet[]> {
  const replaced: ReplacedChangeSet[] = [];
  for (const file of files) {
    search.signal?.throwIfAborted();
    await using local = await search.fileIo.open(file);
    const isGone = await concernsErased(search, local.path);
    const removedRows = await countRows(search.session, local.path, isGone);
    if (removedRows === 0) continue;
    const stored = isGone === undefined ? undefined : await storeRest(search, { path: local.path, location, isGone });
    replaced.push({ uri: file.uri, file: stored ?? null, removedRows });
  }
  return replaced;
}

async function storeRest(
  { session, fileIo }: Search,
  input: { readonly path: string; readonly location: string; readonly isGone: Expression },
): Promise<ReplacedChangeSet["file"] | undefined> {
  const items = (await columnsOf(session, input.path)).map((name) => ({ expression: column(name), as: name }));
  const query: Query = { kind: "select", items, from: { kind: "parquetFiles", paths: [input.path] }, where: not(input.isGone) };
  return (await storeChangeSet(session, fileIo, { query, location: input.location }, async () => undefined))?.file;
}
