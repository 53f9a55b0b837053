import { sql } from "kysely";
import type { TxCtx } from "../../context/index.ts";
import { keysOf, WORDS_MADE_BY, wordsOfDataset } from "./words.ts";

interface Row {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly tags: string[];
  readonly columns: { readonly name: string }[] | null;
}

type Writing = Pick<TxCtx, "db" | "workspaceId">;

/**
 * Writes what datasets are found by, from what they and their columns are called now. Every change of a name, description,
 * label or column calls it in its own transaction: a search never finds what was, or misses what is.
 */
export async function writeWords(ctx: Writing, ...datasetIds: readonly string[]): Promise<void> {
  const { rows } = await sql<Row>`
    select d.id, d.name, d.description, d.tags, s.columns
    from datasets d left join schema_versions s on s.dataset_id = d.id and s.number = d.schema_version
    where d.id = any (${[...datasetIds]}::text[])`.execute(ctx.db);
  const found = rows.map((row) => ({ id: row.id, ...wordsOfDataset({ ...row, columns: (row.columns ?? []).map((column) => column.name) }) }));
  await sql`
    update datasets d set words_made_by = ${WORDS_MADE_BY},
      name_words = array(select jsonb_array_elements_text(f."nameWords")), words = array(select jsonb_array_elements_text(f.words))
    from jsonb_to_recordset(${JSON.stringify(found)}::jsonb) as f (id text, "nameWords" jsonb, words jsonb) where d.id = f.id`.execute(ctx.db);
  await addToCatalog(ctx, new Set(found.flatMap((item) => item.words.filter((word) => !word.startsWith("^")))));
}

async function addToCatalog(ctx: Writing, words: ReadonlySet<string>): Promise<void> {
  // In one order, so that two transactions with the same new words do not wait for each other in a circle.
  const entries = [...words].toSorted().map((word) => ({ word, keys: keysOf(word) }));
  await sql`
    insert into catalog_words (workspace_id, word, keys)
    select ${ctx.workspaceId}, e.word, array(select jsonb_array_elements_text(e.keys))
    from jsonb_to_recordset(${JSON.stringify(entries)}::jsonb) as e (word text, keys jsonb)
    on conflict do nothing`.execute(ctx.db);
}
