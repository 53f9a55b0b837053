import { ACCESS_ACTION_NAMES, ACCESS_ACTIONS, type DatasetReader, problem } from "@granary/protocol";
import type { Ctx } from "../../context/index.ts";
import { findVersionsWithKey } from "../../datasets/index.ts";
import { datasetAsked } from "../asked.ts";
import { presentReader } from "../present.ts";
import { type AccessFilter, listReaders, listReadVersions } from "../store.ts";

interface ReadersQuery {
  readonly column?: string | undefined;
  /** Values of the dataset's key columns, in their order. */
  readonly key?: readonly string[] | undefined;
  readonly from?: string | undefined;
}

const READS = ACCESS_ACTION_NAMES.filter((name) => ACCESS_ACTIONS[name].kind === "read");

/**
 * Who read a dataset, one of its columns, or rows of a version in which a row is. The log holds no values: of a row it can only be
 * said who could have seen it. The row is looked for as the caller sees the dataset, and that look is an entry of its own.
 */
export async function listDatasetReaders(ctx: Ctx, dataset: string, query: ReadersQuery): Promise<{ items: DatasetReader[]; versions: number[] | null }> {
  const { id, columns } = await datasetAsked(ctx, dataset);
  const { column: name, key, from } = query;
  const fieldId = columns.find((item) => item.name === name)?.fieldId;
  if (name !== undefined && fieldId === undefined)
    throw problem("request.invalid", {}, { issues: [{ path: "query.column", message: `there is no column ${name}` }] });
  const filter: AccessFilter = {
    workspaceId: ctx.workspaceId,
    personId: undefined,
    datasetId: id,
    column: name === undefined ? undefined : { name, fieldId },
    actions: undefined,
    decision: undefined,
    purpose: undefined,
    from: from === undefined ? undefined : new Date(from),
    to: undefined,
  };
  const versions = key === undefined ? null : await findVersionsWithKey(ctx, id, { key, versions: await listReadVersions(ctx.db, { filter, reads: READS }) });
  const rows = await listReaders(ctx.db, { filter, versions: versions ?? undefined, reads: READS });
  return { items: rows.map(presentReader), versions };
}
