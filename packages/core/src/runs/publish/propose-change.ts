import { createReadStream } from "node:fs";
import { rm } from "node:fs/promises";
import type { NodeOf } from "@granary/protocol";
import { prepareChange } from "../../changes/index.ts";
import { discardUpload, receiveFile } from "../../uploads/index.ts";
import type { Work } from "../carry-out/work.ts";
import { labelOf } from "../move-run.ts";
import { type Pending, plainResult } from "./pending.ts";
import { writeRows } from "./write-rows.ts";

/** Proposes the rows as a change request, which comes to be with the run's end. */
export async function stageChange(work: Work, node: NodeOf<"to_change">): Promise<Pending> {
  const { dataset, title, missing, keys } = node.settings;
  const { absolute, rows, bytes, columns } = await writeRows(work, node, "parquet");
  const reader = { ...work.reader, signal: work.signal };
  const received = await receiveFile(reader, { stream: createReadStream(absolute), fileName: `${node.id}.parquet` });
  await rm(absolute, { force: true });
  const discard = (): Promise<void> => discardUpload(work.ctx.services.config.dataDir, received.id);
  try {
    const proposal = {
      from: "file",
      uploadId: received.id,
      missing: missing === "removed" ? "deleted" : "kept",
      ...(keys.length === 0 ? {} : { keys: [...keys] }),
    } as const;
    const name = title === "" ? labelOf(work.row) : title;
    const make = await prepareChange(reader, { dataset, title: name, description: `Proposed by ${labelOf(work.row)}.`, draft: false, proposal }, received);
    return {
      node,
      order: node.id,
      async commit(ctx) {
        const change = await make({ ...ctx, principal: work.reader.principal });
        return {
          result: plainResult({ node: node.id, kind: "change", label: change.title, changeId: change.id, datasetId: change.dataset.id, rows }),
          fields: { rows_in: rows, rows_out: rows, bytes, columns },
          end: { kind: "dataset", id: change.dataset.id, version: null },
        };
      },
      discard,
    };
  } catch (error) {
    await discard();
    throw error;
  }
}
