import type { Ctx, TxCtx } from "../context/index.ts";
import type { Asker } from "../datasets/index.ts";

/** Who asks for a revision, as its job is to know them. */
export const askerOf = ({ principal, request }: Pick<Ctx | TxCtx, "principal" | "request">): Asker => ({
  personId: principal.userId,
  permissions: [...principal.permissions],
  apiKeyId: principal.apiKeyId,
  purpose: request.purpose ?? null,
});
