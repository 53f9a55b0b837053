import type { Ctx } from "../../context/index.ts";
import { fieldsOf } from "../commands/save-policy.ts";
import { labelsOf } from "../labels.ts";
import { listPolicyRows, MAX_POLICIES } from "../store.ts";
import { toYaml } from "../yaml/to-yaml.ts";

/** All policies that people wrote, as YAML: settings made elsewhere are left to where they were made. */
export async function exportPolicies(ctx: Ctx): Promise<string> {
  const rows = await listPolicyRows(ctx.db, {}, { after: undefined, limit: MAX_POLICIES });
  const own = rows.filter(({ origin }) => origin === "");
  return toYaml(own.map(fieldsOf), await labelsOf(ctx, own));
}
