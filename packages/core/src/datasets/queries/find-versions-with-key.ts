import { problem, type RowFilter } from "@granary/protocol";
import type { Ctx } from "../../context/index.ts";
import type { Readable } from "../reading/open-version.ts";
import { readData } from "../reading/read-data.ts";
import { toCondition } from "../reading/to-condition.ts";

async function hasKey(ctx: Ctx, { keys, columns, plan, table }: Readable, key: readonly string[]): Promise<boolean> {
  const wanted: RowFilter = { and: keys.map((name, index) => ({ column: name, op: "eq", value: key[index] ?? "" })) };
  const filter = toCondition(wanted, columns, "query.key");
  return (await ctx.services.lake.count(table, { plan, filter, signal: ctx.signal })) > 0;
}

/** Those of some versions in which a row with this key is, as the caller sees them. Throws `dataset.no_keys`. */
export function findVersionsWithKey(
  ctx: Ctx,
  idOrName: string,
  { key, versions }: { readonly key: readonly string[]; readonly versions: readonly number[] },
): Promise<number[]> {
  return readData(ctx, "row", async (open) => {
    const { keys } = await open(idOrName, undefined);
    if (keys.length === 0) throw problem("dataset.no_keys");
    if (key.length !== keys.length)
      throw problem("request.invalid", {}, { issues: [{ path: "query.key", message: `must be a list of ${keys.length}: ${keys.join(", ")}` }] });
    const found: number[] = [];
    for (const version of versions) {
      const readable = await open(idOrName, String(version));
      // A version from before its key columns has no such row.
      if (readable.keys.length === keys.length && (await hasKey(ctx, readable, key))) found.push(version);
    }
    return { answer: found, rows: found.length, columns: keys };
  });
}
