import { type Mail, problem } from "@granary/protocol";
import type { Ctx } from "../../context/index.ts";
import { presentMail } from "../present.ts";
import { findMailRow } from "../store.ts";

/** One mail of the installation; `mail.not_found` when there is none of this id. */
export async function getMail(ctx: Ctx, id: string): Promise<Mail> {
  const row = await findMailRow(ctx.system.db, id);
  if (row === undefined) throw problem("mail.not_found");
  return presentMail(row);
}
