import { Readable } from "node:stream";
import type { LoadMode, NewColumns } from "@granary/protocol";
import { authorize } from "../../access/index.ts";
import type { Ctx } from "../../context/index.ts";
import { type CreatedDataset, createDataset, loadBatch, type NewDataset, refuseTakenName, requireDataset, type StartedLoad } from "../../datasets/index.ts";
import { discardUpload, type ReceivedUpload, receiveUpload } from "../../uploads/index.ts";
import type { QueryText } from "../open-tables.ts";
import { explainQuery } from "../queries/explain-query.ts";

/** What the kept original of such a load is called: the text of the query. */
const FILE_NAME = "query.sql";

/** Refuses a query that cannot run before anything is made of it. */
async function requireSound(ctx: Ctx, text: QueryText): Promise<void> {
  authorize(ctx.principal, "sql:run");
  await explainQuery(ctx, text);
}

const keepText = (ctx: Ctx, { sql }: QueryText): Promise<ReceivedUpload> =>
  receiveUpload(ctx, { stream: Readable.from([Buffer.from(sql)]), fileName: FILE_NAME });

export type DatasetOfQuery = QueryText & Pick<NewDataset, "name" | "description" | "tags" | "visibility">;

/** Makes a new dataset of all rows of a query, as the caller sees them, by a job that loads them like a file. */
export async function createFromQuery(ctx: Ctx, { sql, at, ...input }: DatasetOfQuery): Promise<CreatedDataset> {
  await refuseTakenName(ctx, input.name);
  await requireSound(ctx, { sql, at });
  return createDataset(ctx, { ...input, query: { sql, at: at ?? null } }, { received: await keepText(ctx, { sql }) });
}

export interface LoadOfQuery extends QueryText {
  readonly mode: LoadMode;
  readonly onNewColumns?: NewColumns | undefined;
  readonly keys?: readonly string[] | undefined;
}

/** Loads all rows of a query, as the caller sees them, into a dataset that is there, by a job that loads them like a file. */
export async function loadFromQuery(ctx: Ctx, dataset: string, { sql, at, ...load }: LoadOfQuery): Promise<StartedLoad> {
  await requireDataset(ctx, dataset, "contributor");
  await requireSound(ctx, { sql, at });
  const received = await keepText(ctx, { sql });
  try {
    return await loadBatch(ctx, dataset, { ...load, uploadId: received.id, query: { sql, at: at ?? null } }, received);
  } catch (error) {
    await discardUpload(ctx.services.config.dataDir, received.id);
    throw error;
  }
}
