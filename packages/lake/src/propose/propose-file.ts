import { type EngineSession, type PreparedFile, prepareFile } from "@granary/engine";
import { problem } from "@granary/protocol";
import { isAppError } from "@granary/kernel";
import type { DiffParts } from "../diff/index.ts";
import type { BaseRows } from "./candidates.ts";
import { compareTexts, countSeen } from "./compare-texts.ts";
import { type ColumnMapping, mapColumns, type ProposedColumn } from "./map-columns.ts";
import { type Proposer, proposerOf } from "./proposer.ts";
import { suggestRename } from "./suggest-rename.ts";
import { toProposal } from "./to-proposal.ts";
import type { Proposal, ProposeFileInput } from "./types.ts";
import { workOn } from "./work-on.ts";

const MAX_ISSUES = 100;
const LINE = "line";

/** Records that are no rows of the file, such as those with too few values. */
function requireWhole({ rejected, rejectedCount }: PreparedFile): void {
  if (rejectedCount === 0) return;
  const issues = rejected.slice(0, MAX_ISSUES).map(({ line, reason }) => ({ path: "", message: `line ${line}: ${reason}` }));
  throw problem("change.values_mismatch", { count: rejectedCount }, { issues });
}

function keysOf(proposer: Proposer, mapping: ColumnMapping): readonly ProposedColumn[] {
  const lacking = proposer.keys.filter((key) => !mapping.proposed.some((item) => item.fieldId === key.fieldId));
  if (lacking.length > 0) throw problem("change.columns_missing", { columns: lacking.map((item) => item.name).join(", ") });
  return proposer.keys.flatMap((key) => mapping.proposed.filter((item) => item.fieldId === key.fieldId));
}

/** Rows compared whole have to be there whole, and as they are. */
function requireAllColumns(proposer: Proposer, mapping: ColumnMapping, base: BaseRows): void {
  const masked = proposer.seen.find((item) => item.mask !== undefined);
  if (masked !== undefined) throw problem("change.hidden_parts", { what: `the column ${masked.name}` });
  if (base.columns.some((item) => !proposer.seen.some((seen) => seen.fieldId === item.fieldId)))
    throw problem("change.hidden_parts", { what: "hidden columns" });
  if (mapping.missing.length > 0) throw problem("change.columns_missing", { columns: mapping.missing.map((item) => item.name).join(", ") });
}

async function requireKnown(
  session: EngineSession,
  base: BaseRows,
  found: { readonly file: PreparedFile; readonly mapping: ColumnMapping; readonly keys: readonly ProposedColumn[] },
): Promise<void> {
  const { unknown } = found.mapping;
  if (unknown.length === 0) return;
  const renamed = await suggestRename(session, base, found);
  const issues = unknown.slice(0, MAX_ISSUES).map(({ source, renamedFrom }) => {
    const repeated = renamedFrom === undefined ? "the dataset has no such column" : "the file has a column of this name before it";
    return { path: source, message: renamed === undefined ? repeated : `it holds the values of “${renamed}”: map it to that column` };
  });
  throw problem("change.columns_unknown", { columns: unknown.map((item) => item.source).join(", ") }, { issues });
}

async function propose(parts: DiffParts, input: ProposeFileInput, proposer: Proposer, withLines: boolean): Promise<Proposal> {
  const { path, options = {}, missing, from } = input;
  return workOn(parts, input, proposer, async (session, base) => {
    input.onProgress?.({ phase: "reading" });
    const file = await prepareFile(session, { path, options, asTexts: true, maxListed: MAX_ISSUES, ...(withLines ? { withLines } : {}) });
    requireWhole(file);
    const mapping = mapColumns(file, proposer, options);
    const keys = keysOf(proposer, mapping);
    await requireKnown(session, base, { file, mapping, keys });
    if (keys.length === 0) requireAllColumns(proposer, mapping, base);
    const cells = mapping.proposed.filter((item) => !keys.includes(item));
    const texts = { rows: file.relation, keys, cells, line: file.hasLines ? LINE : undefined };
    const compared = await compareTexts(session, { fileIo: parts.fileIo, from }, { input, base, texts, proposedRows: file.loaded, missing });
    return toProposal(input, compared, { baseRows: await countSeen(session, base, from), proposedRows: file.loaded });
  });
}

/** Compares a file of any kind with a snapshot as the proposer sees it; its values are read as the dataset's columns have them. */
export async function proposeFile(parts: DiffParts, input: ProposeFileInput): Promise<Proposal> {
  const proposer = proposerOf(input);
  try {
    return await propose(parts, input, proposer, false);
  } catch (error) {
    // Reading a regular file without the numbers of its lines takes half of the time.
    if (!isAppError(error, "change.values_mismatch")) throw error;
    return await propose(parts, input, proposer, true);
  }
}
