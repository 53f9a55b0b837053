import { type Permission, problem } from "@granary/protocol";
import { atLeast, mayDo } from "../access/index.ts";
import type { Ctx, TxCtx } from "../context/index.ts";
import { type DatasetRow, requireDataset } from "../datasets/index.ts";

export const isOwnOr = ({ principal }: Pick<Ctx, "principal">, { decision }: DatasetRow, permission: Permission): boolean =>
  mayDo(principal, permission) || atLeast(decision.level, "owner");

/** A dataset the caller sees, whose owner they are or for which they hold a permission. */
export async function requireOwnOr(ctx: Ctx | TxCtx, idOrName: string, permission: Permission): Promise<DatasetRow> {
  const dataset = await requireDataset(ctx, idOrName);
  if (!isOwnOr(ctx, dataset, permission)) throw problem("access.denied", { permission });
  return dataset;
}

/** Whether the caller may know of a column. */
export const isSeen = ({ columns }: DatasetRow, fieldId: number): boolean => columns?.some((column) => column.fieldId === fieldId) === true;
