import type { ChangePage, ChangeSet } from "@granary/lake";
import { problem } from "@granary/protocol";
import type { Ctx } from "../../context/index.ts";
import { logEnd, presentRow, type Readable, readData } from "../../datasets/index.ts";
import { requireRevision } from "../queries/get-change.ts";
import { planFor } from "../reader-plan.ts";
import { requireChange } from "../seen-change.ts";
import type { ExportedChange, ExportedColumn, ExportedRow } from "./exported.ts";
import { type ChangeFormat, FORMATS } from "./writers.ts";

/** Rows read at a time. */
const CHUNK = 2_000;

/** What is carried out elsewhere: masked values must not be written there as if they were values. */
const CARRIED_OUT: readonly ChangeFormat[] = ["sql", "tdiff"];

export interface WrittenChange {
  readonly fileName: string;
  readonly contentType: string;
  /** Text, read as it is taken. */
  readonly chunks: AsyncIterable<string>;
}

interface Opened {
  readonly readable: Readable;
  readonly changeSet: ChangeSet;
  readonly plan: ReturnType<typeof planFor>;
  readonly first: ChangePage;
}

function toRows({ changes }: ChangePage): readonly ExportedRow[] {
  const texts = (cells: readonly unknown[] | null) => (cells === null ? null : presentRow(cells as never));
  return changes.map((change) => ({ ...change, old: texts(change.old), new: texts(change.new) }));
}

function columnsOf({ changeSet, first }: Opened): readonly ExportedColumn[] {
  return first.columns.map(({ name, type, fieldId, isMasked }) => ({ name, type, isKey: !isMasked && changeSet.keys.includes(fieldId) }));
}

async function* pagesOf(ctx: Ctx, { readable, changeSet, plan, first }: Opened): AsyncIterable<readonly ExportedRow[]> {
  let rows = 0;
  for (let page = first; ; ) {
    rows += page.changes.length;
    yield toRows(page);
    if (page.next === null) break;
    page = await ctx.services.lake.changes(changeSet, { plan, limit: CHUNK, after: page.next, signal: ctx.signal });
  }
  await logEnd(ctx, readable, "review", { rows, columns: first.columns.map(({ name }) => name) });
}

function open(
  ctx: Ctx,
  input: { readonly datasetId: string; readonly version: number; readonly changeSet: ChangeSet; readonly format: ChangeFormat },
): Promise<Opened> {
  const { datasetId, version, changeSet, format } = input;
  return readData(ctx, "review", async (openFor) => {
    const readable = await openFor(datasetId, String(version));
    const seen = planFor(readable, changeSet);
    const plan = CARRIED_OUT.includes(format) ? { ...seen, columns: seen.columns.filter(({ mask }) => mask === undefined) } : seen;
    const hasKeys = changeSet.keys.length > 0 && changeSet.keys.every((key) => plan.columns.some(({ fieldId, mask }) => fieldId === key && mask === undefined));
    if (format === "sql" && !hasKeys) throw problem("change.no_keys", { suggestions: "the columns of the dataset that you see as they are" });
    const first = await ctx.services.lake.changes(changeSet, { plan, limit: CHUNK, signal: ctx.signal });
    const answer = { readable, changeSet, plan, first };
    return { answer, rows: null, columns: first.columns.map(({ name }) => name), stage: "begin" as const };
  });
}

const NOTHING: ExportedChange["pages"] = {
  async *[Symbol.asyncIterator]() {
    yield [];
  },
};

/** What a request changes as a file, as the caller sees it. A request for columns changes no row. */
export async function exportChange(
  ctx: Ctx,
  idOrNumber: string,
  asked: { readonly format: ChangeFormat; readonly revision?: number | undefined },
): Promise<WrittenChange> {
  const seen = await requireChange(ctx, idOrNumber);
  const { row, dataset } = seen;
  const revision = await requireRevision(ctx, seen, asked.revision);
  const { contentType, ending, write } = FORMATS[asked.format];
  const { changeSet } = revision;
  const opened = changeSet === null ? undefined : await open(ctx, { datasetId: dataset.id, version: revision.base_version, changeSet, format: asked.format });
  const change: ExportedChange = {
    number: row.number,
    title: row.title,
    dataset: dataset.name,
    baseVersion: revision.base_version,
    revision: revision.number,
    columns: opened === undefined ? [] : columnsOf(opened),
    pages: opened === undefined ? NOTHING : pagesOf(ctx, opened),
  };
  return { fileName: `change-${row.number}-revision-${revision.number}.${ending}`, contentType, chunks: write(change) };
}
