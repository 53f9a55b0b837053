import { rm } from "node:fs/promises";
import type { NodeOf } from "@granary/protocol";
import type { Work } from "../carry-out/work.ts";
import { type Pending, plainResult } from "./pending.ts";
import { writeRows } from "./write-rows.ts";

/** Writes the file people download once the run is over. */
export async function stageFile(work: Work, node: NodeOf<"to_file">): Promise<Pending> {
  const { path, absolute, rows, bytes, columns } = await writeRows(work, node, node.settings.format);
  return {
    node,
    order: node.id,
    commit: () =>
      Promise.resolve({
        result: plainResult({ node: node.id, kind: "file", label: node.settings.name, rows }),
        fields: {
          rows_in: rows,
          rows_out: rows,
          bytes,
          columns,
          output: { runId: work.row.id, ports: { file: { files: [{ path, rows, bytes }], columns, rows } } },
        },
        end: { kind: "file", id: `${work.row.id}/${node.id}`, version: null },
      }),
    discard: () => rm(absolute, { force: true }),
  };
}
