import { sql } from "kysely";
import type { Ctx } from "../../context/index.ts";
import { alikeKeys, beginningKey, forgivenIn, MAX_BEGINNING, mayBeMistyped, mistakesBetween, partKeys, wordsOf } from "./words.ts";

/** One typed word and the words of the catalog it may stand for. */
export interface Term {
  readonly typed: string;
  readonly words: readonly string[];
}

/** More words make no search clearer. */
const MAX_TERMS = 8;
/** Words one typed word may stand for: a part of three letters may be in thousands. */
const MAX_MEANT = 1_000;

export function typedWords(q: string): string[] {
  return [...new Set(wordsOf(q))].slice(0, MAX_TERMS);
}

interface Found {
  readonly typed: string;
  readonly word: string;
}

/** Words of the workspace's catalog by their keys. The index cannot be used below row-level security, so the workspace is named here. */
async function wordsByKeys(
  ctx: Ctx,
  lookUps: readonly { readonly typed: string; readonly keys: readonly string[] }[],
  operator: "@>" | "&&",
): Promise<Found[]> {
  if (lookUps.length === 0) return [];
  const parts = lookUps.map(
    ({ typed, keys }) => sql`(
      select ${typed}::text as typed, word from catalog_words
      where workspace_id = ${ctx.workspaceId} and keys ${sql.raw(operator)} ${[...keys]}::text[]
      order by word = ${typed} desc, starts_with(word, ${typed}) desc, length(word), word limit ${sql.lit(MAX_MEANT)})`,
  );
  const { rows } = await sql<Found>`${sql.join(parts, sql` union all `)}`.execute(ctx.system.db as never);
  return rows;
}

const wordsFor = (found: readonly Found[], typed: string): string[] => found.flatMap((item) => (item.typed === typed ? [item.word] : []));

/** What the typed words stand for when they are right: themselves, words that begin with them, and words they are a part of. */
export async function findTerms(ctx: Ctx, q: string): Promise<readonly Term[]> {
  const typed = typedWords(q);
  const long = typed.filter((word) => word.length > MAX_BEGINNING);
  const found = await wordsByKeys(
    ctx,
    long.map((word) => ({ typed: word, keys: partKeys(word) })),
    "@>",
  );
  return typed.map((word) => ({
    typed: word,
    words: word.length > MAX_BEGINNING ? [...new Set([word, ...wordsFor(found, word).filter((other) => other.includes(word))])] : [word, beginningKey(word)],
  }));
}

/** The same terms with words that are spelled like what was typed. */
export async function withWordsAlike(ctx: Ctx, terms: readonly Term[]): Promise<readonly Term[]> {
  const lookUps = terms.flatMap(({ typed }) => (mayBeMistyped(typed) ? [{ typed, keys: alikeKeys(typed) }] : []));
  const found = await wordsByKeys(ctx, lookUps, "&&");
  return terms.map(({ typed, words }) => ({
    typed,
    words: [...new Set([...words, ...wordsFor(found, typed).filter((word) => mistakesBetween(typed, word) <= forgivenIn(typed))])],
  }));
}
