import { newId } from "@granary/kernel";
import { type Download, problem } from "@granary/protocol";
import type { Ctx } from "../../context/index.ts";
import { readData } from "../reading/read-data.ts";
import { columnsAsked, toChoice } from "../reading/row-request.ts";
import { presentDownload } from "./present.ts";
import { type DownloadQuery, splitQuery } from "./start-download.ts";
import { findDownloadRow, insertDownload } from "./store.ts";
import { columnsOf, refuseTooLarge } from "./write-file.ts";

/** Somebody waits for it, though not before an open page. */
const PRIORITY = 5;

/** Has a job write a file for the caller to fetch later. What cannot be read is refused at once. */
export async function createDownload(ctx: Ctx, idOrName: string, asked: DownloadQuery): Promise<Download> {
  const { query, options } = splitQuery(asked);
  const { readable, columns } = await readData(ctx, "export", async (open) => {
    const readable = await open(idOrName, query.version);
    const checked = await toChoice(ctx, readable, query);
    await refuseTooLarge(ctx, { readable, checked, options });
    const columns = columnsOf({ readable, checked });
    return { answer: { readable, columns }, rows: null, columns: columnsAsked(query, columns, checked.orderBy), stage: "begin" };
  });
  return ctx.tx(async (ctx) => {
    const id = newId("download", ctx.now.getTime());
    const jobId = await ctx.enqueue("dataset.download", { downloadId: id }, { priority: PRIORITY });
    await insertDownload(ctx, { id, readable, query, options, columns, jobId });
    const row = await findDownloadRow(ctx.db, id);
    if (row === undefined) throw problem("download.not_found");
    return presentDownload(row, ctx.now);
  });
}
