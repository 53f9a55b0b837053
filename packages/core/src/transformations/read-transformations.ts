import { FUNCTION_LIBRARY } from "@granary/graph";
import { decodeCursor, problem, toPage, type Transformation, type TransformationDefinition } from "@granary/protocol";
import type { Ctx, TxCtx } from "../context/index.ts";
import { presentTransformation } from "./present.ts";
import { findTransformation, listTransformationRows, listVersionRows, type TransformationRow } from "./store.ts";

/** The function with this id or name; throws `transformation.not_found`. */
export async function requireTransformation(ctx: Ctx | TxCtx, idOrName: string): Promise<TransformationRow> {
  const row = await findTransformation(ctx.db, ctx.workspaceId, idOrName);
  if (row === undefined) throw problem("transformation.not_found");
  return row;
}

export async function getTransformation(ctx: Ctx, idOrName: string): Promise<Transformation> {
  return presentTransformation(ctx, await requireTransformation(ctx, idOrName));
}

interface PageQuery {
  readonly q?: string | undefined;
  readonly cursor?: string | undefined;
  readonly limit: number;
}

/** Own functions by name. */
export async function listTransformations(ctx: Ctx, { q, cursor, limit }: PageQuery): Promise<{ items: Transformation[]; next: string | null }> {
  const [after] = decodeCursor(cursor, 1) ?? [];
  const rows = await listTransformationRows(ctx.db, ctx.workspaceId, { q, after: after === undefined ? undefined : String(after), limit });
  return toPage(
    rows,
    limit,
    (row) => presentTransformation(ctx, row),
    (row) => [row.name],
  );
}

export interface PresentedVersion {
  number: number;
  definition: TransformationDefinition;
  author: string | null;
  note: string;
  createdAt: string;
}

/** The versions of a function, newest first. */
export async function listVersions(ctx: Ctx, idOrName: string, { cursor, limit }: PageQuery): Promise<{ items: PresentedVersion[]; next: string | null }> {
  const { id } = await requireTransformation(ctx, idOrName);
  const [before] = decodeCursor(cursor, 1) ?? [];
  const rows = await listVersionRows(ctx.db, id, { before: before === undefined ? undefined : Number(before), limit });
  return toPage(
    rows,
    limit,
    ({ number, definition, author_name, note, created_at }) => ({ number, definition, author: author_name, note, createdAt: created_at.toISOString() }),
    (row) => [row.number],
  );
}

/** The functions of the library. */
export const listLibrary = () => ({
  items: FUNCTION_LIBRARY.map(({ name, category, kind, signature, description, example, result }) => ({
    name,
    category,
    kind,
    signature,
    description,
    example,
    result,
  })),
});
