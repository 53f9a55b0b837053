import { isAppError } from "@granary/kernel";
import { type ChangedSchema, problem, type SchemaDocument, type SchemaEdit, type SchemaFault } from "@granary/protocol";
import { atLeast } from "../../access/index.ts";
import { type Ctx, requireUser, type TxCtx } from "../../context/index.ts";
import { type AddedVersion, addVersion } from "../commands/add-version.ts";
import { requireDataset, requireWhole } from "../queries/get-dataset.ts";
import type { Readable } from "../reading/open-version.ts";
import { readData } from "../reading/read-data.ts";
import { applyEdits } from "./apply-edits.ts";
import { compareSchemas } from "./compare-schemas.ts";
import { fromDocument } from "./document.ts";
import { findFaults } from "./find-faults.ts";
import { columnChanges, finalChanges, numbered } from "./lake-changes.ts";
import { presentSchema } from "./present-schema.ts";
import { getSchemaRow, type SchemaRow, type SchemaState } from "./schema-state.ts";
import { checkedTarget, type TargetSchema } from "./target-schema.ts";

/** How a change is to be carried out. */
export interface ChangeOptions {
  /** The schema version the caller read. */
  readonly version: number;
  readonly dryRun: boolean;
  readonly confirm: boolean;
  readonly reason: string;
  /** The change request that is carried out by it, and what ends in the same transaction. */
  readonly merging?: { readonly changeId: string; end(ctx: TxCtx, version: AddedVersion): Promise<void> };
}

/** Which parts of the dataset a change needs its maker to see: a document is the whole schema, so that what is not shown would go. */
type Needed = Parameters<typeof requireWhole>[2];
const FOR_EDITS: Needed = ["columns", "rows"];
const FOR_DOCUMENTS: Needed = ["columns", "values", "rows"];

type Make = (before: SchemaRow) => TargetSchema;

/** Where a change begins. */
interface Start {
  readonly version: number;
  readonly needs: Needed;
}

interface Planned {
  readonly readable: Readable;
  readonly before: SchemaRow;
  readonly target: TargetSchema;
  readonly changes: ChangedSchema["changes"];
  readonly faults: readonly SchemaFault[];
}

/** Others that publish all the time would be needed to be overtaken this often. */
const MAX_ATTEMPTS = 8;

/** Ends the transaction of a dry run, so that nothing of it stays. */
class DryRun extends Error {
  readonly after: SchemaState;

  constructor(after: SchemaState) {
    super("dry run");
    this.after = after;
  }
}

async function planFor(ctx: Ctx, readable: Readable, { version, needs }: Start, make: Make): Promise<Planned> {
  const row = readable.dataset;
  if (!atLeast(row.decision.level, "owner")) throw problem("access.denied", { permission: "owner of the dataset" });
  requireWhole(row, "changing its columns", needs);
  const before = await getSchemaRow(ctx.db, row.id, row.schema_version);
  if (before.number !== version) throw problem("edit.conflict", { current: presentSchema(ctx.principal, row, before) });
  const target = make(before);
  const changes = compareSchemas(before, target);
  return { readable, before, target, changes, faults: await findFaults({ ctx, readable, before }, target) };
}

/** Of rows that break a new rule some are quoted, by their keys or first columns: then all columns count as shown. */
function plan(ctx: Ctx, dataset: string, start: Start, make: Make): Promise<Planned> {
  return readData(ctx, "schema_check", async (open) => {
    const answer = await planFor(ctx, await open(dataset, undefined), start, make);
    const quoted = answer.faults.reduce((sum, fault) => sum + fault.examples.length, 0);
    return { answer, rows: quoted, columns: quoted === 0 ? [] : undefined };
  });
}

/** Changes the table's columns as one; the new ones have their ids then. */
async function evolve(ctx: TxCtx, { readable, before, target }: Planned): Promise<SchemaState> {
  const ref = { workspaceId: ctx.workspaceId, tableName: readable.dataset.table_name };
  const first = await ctx.services.lake.evolveSchema(ctx.db, ref, { changes: columnChanges(before, target) });
  const after = numbered(target, first);
  const rest = finalChanges(before, after);
  if (rest.length > 0) await ctx.services.lake.evolveSchema(ctx.db, ref, { changes: rest });
  return after;
}

/** A version whose rows are those of before, with the columns the table has now. */
async function publish(ctx: TxCtx, planned: Planned, options: ChangeOptions): Promise<void> {
  const { readable, changes } = planned;
  const { id, table_name: tableName, data_version: newest } = readable.dataset;
  const after = await evolve(ctx, planned);
  if (options.dryRun) throw new DryRun(after);
  const published = await ctx.services.lake.rollback(
    ctx.db,
    { workspaceId: ctx.workspaceId, tableName },
    { to: { snapshotId: readable.version.snapshotId }, keepColumns: true, summary: { changed: "schema" } },
  );
  const personId = requireUser(ctx.principal);
  const counts = { added: 0, removed: 0, replaced: 0 };
  const { reason, merging } = options;
  const how = merging === undefined ? { operation: "schema_changed" as const } : { operation: "merged" as const, changeId: merging.changeId };
  const version = await addVersion(ctx, { datasetId: id, published, ...how, personId, by: ctx.principal, reason, counts, schema: after });
  // Somebody published after the rows were looked at: theirs were not checked, and would be gone.
  if (version.number !== newest + 1) throw problem("lake.commit_conflict");
  const data = { version: version.number, schemaVersion: version.schemaVersion, changes };
  await ctx.record({ type: "dataset.schema_changed", subject: { id, label: version.name }, data, principal: ctx.principal });
  await merging?.end(ctx, version);
}

function refuse({ faults, changes }: Planned, confirm: boolean): void {
  if (faults.length > 0) {
    const issues = faults.map(({ column, message, examples }) => ({
      path: column,
      message: examples.length === 0 ? message : `${message}: ${examples.join("; ")}`,
    }));
    throw problem("schema.rows_fail", { count: faults.reduce((sum, fault) => sum + fault.rows, 0) }, { issues });
  }
  const dropped = changes.flatMap(({ kind, column }) => (kind === "dropped" && column !== null ? [column] : []));
  if (dropped.length > 0 && !confirm) throw problem("schema.confirmation_required", { columns: dropped.join(", ") });
}

/** What is said about allowed values tells values, and so do its changes. */
function seenChanges({ readable, changes }: Planned): ChangedSchema["changes"] {
  const masked = new Set(readable.columns.filter((item) => item.isMasked).map((item) => item.name));
  return changes.map((item) => (item.kind === "allowedValues" && item.column !== null && masked.has(item.column) ? { ...item, before: null } : item));
}

async function attempt(ctx: Ctx, planned: Planned, options: ChangeOptions): Promise<ChangedSchema> {
  const { readable, before, changes, faults } = planned;
  const { id } = readable.dataset;
  const isDestructive = changes.some(({ kind }) => kind === "dropped");
  const answer = { changes: seenChanges(planned), faults: [...faults], isDestructive };
  if (!options.dryRun) refuse(planned, options.confirm);
  const present = presentSchema(ctx.principal, readable.dataset, before);
  if (changes.length === 0) return { ...answer, version: before.number, isApplied: false, schema: present };
  try {
    // A job changes columns for somebody.
    const { principal } = ctx;
    await ctx.tx((ctx) => publish({ ...ctx, principal }, planned, options));
  } catch (error) {
    if (!(error instanceof DryRun)) throw error;
    return { ...answer, version: before.number, isApplied: false, schema: presentSchema(ctx.principal, readable.dataset, { ...before, ...error.after }) };
  }
  const dataset = await requireDataset(ctx, id);
  const schema = await getSchemaRow(ctx.db, id, before.number + 1);
  return { ...answer, version: schema.number, isApplied: true, schema: presentSchema(ctx.principal, dataset, schema) };
}

async function change(ctx: Ctx, dataset: string, options: ChangeOptions & Pick<Start, "needs">, make: Make): Promise<ChangedSchema> {
  for (let tries = 1; ; tries += 1) {
    ctx.signal.throwIfAborted();
    const planned = await plan(ctx, dataset, options, make);
    try {
      return await attempt(ctx, planned, options);
    } catch (error) {
      if (!isAppError(error, "lake.commit_conflict") || tries >= MAX_ATTEMPTS) throw error;
    }
  }
}

/**
 * Changes the columns of a dataset and their rules by a list of edits, as one new version. For owners. Throws `edit.conflict`,
 * `schema.rows_fail`, `schema.confirmation_required`, `request.invalid` and `lake.schema_change_invalid`.
 */
export function changeSchema(ctx: Ctx, dataset: string, edits: readonly SchemaEdit[], options: ChangeOptions): Promise<ChangedSchema> {
  return change(ctx, dataset, { ...options, needs: FOR_EDITS }, (before) => checkedTarget(applyEdits(before, edits), "body.changes"));
}

/** As `changeSchema`, to what a document says. */
export function applySchemaDocument(ctx: Ctx, dataset: string, document: SchemaDocument, options: ChangeOptions): Promise<ChangedSchema> {
  return change(ctx, dataset, { ...options, needs: FOR_DOCUMENTS }, (before) => checkedTarget(fromDocument(before, document), "body.columns"));
}
