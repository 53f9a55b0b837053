import { type EngineSession, withFewerThreads } from "@granary/engine";
import type { DiffParts } from "../diff/index.ts";
import { holdFiles, liveFiles } from "../files/index.ts";
import type { BaseRows } from "./candidates.ts";
import { fieldsOf, type Proposer } from "./proposer.ts";
import type { ProposeInput } from "./types.ts";

const DEADLINE_MS = 3_600_000;

/** Lends an engine process and the readable rows of the snapshot to `work`, which may be run again with fewer threads. */
export async function workOn<T>(
  parts: DiffParts,
  input: ProposeInput,
  proposer: Proposer,
  work: (session: EngineSession, base: BaseRows) => Promise<T>,
): Promise<T> {
  const { from, signal, memoryBytes } = input;
  const columns = from.columns.filter((item) => !item.isSystem);
  const masks = proposer.seen.flatMap((item) => fieldsOf(item.mask));
  const fieldIds = [...new Set([...columns.map((item) => item.fieldId), ...masks, ...fieldsOf(proposer.filter)])];
  const options = { deadlineMs: DEADLINE_MS, ...(signal === undefined ? {} : { signal }), ...(memoryBytes === undefined ? {} : { memoryBytes }) };
  return withFewerThreads(parts.engine, options, async (session) => {
    await using held = await holdFiles({ fileIo: parts.fileIo, session }, { table: from, files: liveFiles(from).data, fieldIds, signal });
    return await work(session, { held, proposer, columns });
  });
}
