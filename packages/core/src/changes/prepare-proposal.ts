import type { Issue } from "@granary/kernel";
import { type ChangeTarget, type FileOptions, type Proposal, problem, type RevisionOrigin, type RowEdit, type SchemaDocument } from "@granary/protocol";
import { type Ctx, requireUser } from "../context/index.ts";
import { type DatasetRow, downloadIdIn, findOwnDownload, type OwnDownload, previewSchemaDocument, readData, resolveVersion } from "../datasets/index.ts";
import { listKeptEdits } from "./edits/store.ts";
import type { Base } from "./insert-change.ts";
import type { KeptEdit, RevisionWork } from "./source.ts";

/** A proposal that was checked as far as no rows are needed. */
export interface Prepared {
  readonly kind: ChangeTarget;
  readonly origin: RevisionOrigin;
  readonly work: RevisionWork;
  readonly base: Base;
  readonly document?: SchemaDocument;
  /** What the request is called when nobody says. */
  readonly title: string;
}

type Of<F extends Proposal["from"]> = Extract<Proposal, { from: F }>;

async function baseOf(ctx: Ctx, dataset: DatasetRow, asked: string | undefined): Promise<Base> {
  const { number: version, snapshotId, schemaVersion } = await resolveVersion(ctx, dataset, asked);
  return { version, snapshotId, schemaVersion };
}

/** Names by which rows might be told apart; over all rows, so only for those who see them all. */
async function suggestions(ctx: Ctx, dataset: DatasetRow): Promise<string> {
  const { hides } = dataset.decision;
  if (hides.rows || hides.columns || hides.values) return "none can be suggested to you";
  const sets = await readData(ctx, "propose", async (open) => {
    const { table, columns } = await open(dataset.id, undefined);
    const found = await ctx.services.lake.suggestKeys(table, { maxColumns: 3, signal: ctx.signal });
    const names = found.map((set) => set.flatMap((fieldId) => columns.find(({ stored }) => stored.fieldId === fieldId)?.name ?? []).join(" and "));
    return { answer: names, rows: table.rows };
  });
  return sets.length === 0 ? "no columns identify its rows" : sets.slice(0, 3).join("; or ");
}

/** Field ids of the columns that identify rows: those that were named, or the dataset's keys. */
async function keysOf(ctx: Ctx, dataset: DatasetRow, named: readonly string[] | undefined): Promise<readonly number[]> {
  const seen = (dataset.columns ?? []).filter((column) => !column.masked);
  if (named === undefined) {
    const keys = dataset.key_fields ?? [];
    if (keys.length === 0 || !keys.every((key) => seen.some(({ fieldId }) => fieldId === key)))
      throw problem("change.no_keys", { suggestions: await suggestions(ctx, dataset) });
    return keys;
  }
  const issues: Issue[] = [];
  const found = named.map((name, index) => {
    const column = seen.find((item) => item.name === name);
    if (column === undefined) issues.push({ path: `body.proposal.keys.${index}`, message: `there is no column called ${name} that you see as it is` });
    return column?.fieldId ?? 0;
  });
  if (issues.length > 0) throw problem("request.invalid", {}, { issues });
  return found;
}

async function downloadOf(ctx: Ctx, dataset: DatasetRow, { downloadId }: Of<"file">, fileName: string): Promise<OwnDownload | undefined> {
  const id = downloadId ?? downloadIdIn(fileName);
  const found = id === undefined ? undefined : await findOwnDownload(ctx, dataset.id, id);
  if (downloadId !== undefined && found === undefined) throw problem("change.download_unknown");
  return found;
}

async function fileNameOf(ctx: Ctx, uploadId: string): Promise<string> {
  const row = await ctx.db
    .selectFrom("uploads")
    .select("file_name")
    .where("id", "=", uploadId)
    .where("uploaded_by", "=", requireUser(ctx.principal))
    .executeTakeFirst();
  return row?.file_name ?? "";
}

/** How the file is to be read: as its sender said, with columns under the dataset's names where they were mapped. */
function optionsOf({ options = {}, mapping }: Of<"file">): FileOptions {
  if (mapping === undefined) return options;
  const mapped = Object.entries(mapping).map(([source, target]) => [
    source,
    { ...options.columns?.[source], ...(target === null ? { skip: true } : { name: target }) },
  ]);
  return { ...options, columns: { ...options.columns, ...Object.fromEntries(mapped) } };
}

async function prepareFile(ctx: Ctx, dataset: DatasetRow, proposal: Of<"file">, received: string | undefined): Promise<Prepared> {
  const fileName = received ?? (await fileNameOf(ctx, proposal.uploadId));
  const download = await downloadOf(ctx, dataset, proposal, fileName);
  if (download?.isPart === true && proposal.missing === "deleted") throw problem("change.partial_download");
  const base = await baseOf(ctx, dataset, proposal.baseVersion ?? (download === undefined ? undefined : String(download.version)));
  const keys = await keysOf(ctx, dataset, proposal.keys);
  const missing = proposal.missing === "deleted" ? "removed" : "kept";
  const work = { from: "file", uploadId: proposal.uploadId, options: optionsOf(proposal), keys, missing } as const;
  return { kind: "rows", origin: "file", work, base, title: fileName === "" ? "A changed file" : `Changes from ${fileName}` };
}

/** Edits with their columns by field id. Throws `change.columns_unknown`. */
export function keptEdits(dataset: DatasetRow, edits: readonly RowEdit[]): readonly KeptEdit[] {
  const ids = new Map((dataset.columns ?? []).map(({ fieldId, name }) => [name, fieldId]));
  const unknown = new Set<string>();
  const kept = edits.map((edit): KeptEdit => {
    const cells: Record<number, string | null> = {};
    for (const [name, value] of Object.entries(edit.op === "delete" ? {} : edit.cells)) {
      const fieldId = ids.get(name);
      if (fieldId === undefined) unknown.add(name);
      else cells[fieldId] = value;
    }
    return { op: edit.op, key: edit.op === "add" ? null : edit.key, cells };
  });
  if (unknown.size > 0) throw problem("change.columns_unknown", { columns: [...unknown].join(", ") });
  return kept;
}

interface Edits {
  readonly edits: readonly KeptEdit[];
  readonly asked: string | undefined;
  readonly isDraft: boolean;
}

async function prepareEdits(ctx: Ctx, dataset: DatasetRow, { edits, asked, isDraft }: Edits): Promise<Prepared> {
  if (edits.length === 0) throw problem("change.nothing_proposed");
  const named = edits.some(({ key }) => key !== null);
  const keys = named || (dataset.key_fields ?? []).length > 0 ? await keysOf(ctx, dataset, undefined) : [];
  const wrong = edits.findIndex(({ key }) => key !== null && key.length !== keys.length);
  if (wrong >= 0)
    throw problem(
      "request.invalid",
      {},
      { issues: [{ path: `body.proposal.edits.${wrong}.key`, message: `must have ${keys.length} values, one for each key column` }] },
    );
  const title = edits.length === 1 ? "1 edited row" : `${edits.length} edited rows`;
  return { kind: "rows", origin: "edits", work: { from: "edits", edits, keys, isDraft }, base: await baseOf(ctx, dataset, asked), title };
}

async function prepareSchema(ctx: Ctx, dataset: DatasetRow, { document, confirm }: Of<"schema">): Promise<Prepared> {
  const base = await baseOf(ctx, dataset, undefined);
  const { changes } = await previewSchemaDocument(ctx, dataset, document);
  if (changes.length === 0) throw problem("change.nothing_proposed");
  const dropped = changes.flatMap(({ kind, column }) => (kind === "dropped" && column !== null ? [column] : []));
  if (dropped.length > 0 && !confirm) throw problem("schema.confirmation_required", { columns: dropped.join(", ") });
  return { kind: "schema", origin: "schema", work: { from: "schema" }, base, document, title: "Changed columns" };
}

/** Where a proposal comes from besides what it says. */
export interface Arrival {
  /** The name of the file that was sent with the request. */
  readonly fileName?: string | undefined;
  /** The draft whose edits are meant. */
  readonly changeId?: string | undefined;
}

/** Checks what can be checked of a proposal before its job runs, and finds versions and columns. */
export async function prepareProposal(ctx: Ctx, dataset: DatasetRow, proposal: Proposal, { fileName, changeId }: Arrival): Promise<Prepared> {
  switch (proposal.from) {
    case "file":
      return prepareFile(ctx, dataset, proposal, fileName);
    case "edits":
      return prepareEdits(ctx, dataset, { edits: keptEdits(dataset, proposal.edits), asked: proposal.baseVersion, isDraft: false });
    case "draft":
      return prepareEdits(ctx, dataset, { edits: changeId === undefined ? [] : await listKeptEdits(ctx.db, changeId), asked: undefined, isDraft: true });
    case "schema":
      return prepareSchema(ctx, dataset, proposal);
  }
}
