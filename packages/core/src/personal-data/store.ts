import type { Reader, Writer } from "@granary/db";
import type { Entity, PersonalDataFinding } from "@granary/protocol";
import { type RawBuilder, sql } from "kysely";
import type { TxCtx } from "../context/index.ts";
import type { Evidence } from "./recognise/index.ts";

type Db = Reader | Writer;

/** Whether columns of the finding's tag are masked by a policy that holds. */
const isMasked = sql<boolean>`exists (
  select from policies p where p.workspace_id = f.workspace_id and p.enabled and p.effect = 'mask'
    and p.targets @> jsonb_build_array(jsonb_build_object('kind', 'column_tag', 'tag', 'pii.' || f.entity)))`;

function selectFindings(db: Db) {
  return (
    db
      .selectFrom("personal_data_findings as f")
      .innerJoin("datasets as d", "d.id", "f.dataset_id")
      .innerJoin("schema_versions as s", (join) => join.onRef("s.dataset_id", "=", "d.id").onRef("s.number", "=", "d.schema_version"))
      .leftJoin("users as by", "by.id", "f.decided_by")
      .selectAll("f")
      .select([
        "d.name as dataset_name",
        "by.name as decider_name",
        sql<string | null>`(select c ->> 'name' from jsonb_array_elements(s.columns) c where (c ->> 'fieldId')::integer = f.field_id)`.as("column_name"),
        sql<Evidence>`f.evidence`.as("found"),
        isMasked.as("is_masked"),
      ])
      .where("d.trashed_at", "is", null)
      // A column that was removed comes back with its findings.
      .where(sql<boolean>`exists (select from jsonb_array_elements(s.columns) c where (c ->> 'fieldId')::integer = f.field_id)`)
  );
}

export type FindingRow = Awaited<ReturnType<typeof findFindingRow>> & {};

export function findFindingRow(db: Db, datasetId: string, id: string) {
  return selectFindings(db).where("f.id", "=", id).where("f.dataset_id", "=", datasetId).executeTakeFirst();
}

/** All findings about a dataset's columns of today, in the order of the columns, the surest first. */
export function listFindingsOf(db: Db, datasetId: string) {
  return selectFindings(db).where("f.dataset_id", "=", datasetId).orderBy("f.field_id").orderBy("f.confidence", "desc").orderBy("f.id").execute();
}

export interface FindingFilter {
  /** Which findings: a condition on `datasets as d` and `f`. */
  readonly where: RawBuilder<boolean>;
  readonly state: PersonalDataFinding["state"];
  readonly entity: Entity | undefined;
  readonly after: string | undefined;
  readonly limit: number;
}

/** Findings of the workspace, newest first. */
export function listFindingRows(db: Db, { where, state, entity, after, limit }: FindingFilter) {
  return selectFindings(db)
    .where(where)
    .where("f.state", "=", state)
    .$if(entity !== undefined, (q) => q.where("f.entity", "=", entity ?? ""))
    .$if(after !== undefined, (q) => q.where("f.id", "<", after ?? ""))
    .orderBy("f.id", "desc")
    .limit(limit + 1)
    .execute();
}

/** A finding of a scan. */
export interface NewFinding {
  readonly id: string;
  readonly fieldId: number;
  readonly entity: Entity;
  readonly confidence: number;
  readonly evidence: Evidence;
}

/** What is kept about a dataset, by column and kind, for a scan to add to. */
export async function keptFindings(
  db: Db,
  datasetId: string,
): Promise<ReadonlyMap<string, { readonly id: string; readonly state: string; readonly evidence: Evidence }>> {
  const rows = await db
    .selectFrom("personal_data_findings")
    .select(["id", "field_id", "entity", "state", sql<Evidence>`evidence`.as("evidence")])
    .where("dataset_id", "=", datasetId)
    .execute();
  return new Map(rows.map((row) => [keyOf(row.field_id, row.entity), row]));
}

export const keyOf = (fieldId: number, entity: string): string => `${fieldId} ${entity}`;

/** Writes suggestions: new ones, and those that were suggested or refused before under the id they have. */
export async function writeSuggestions(ctx: TxCtx, datasetId: string, dataVersion: number, findings: readonly NewFinding[]): Promise<void> {
  if (findings.length === 0) return;
  const values = findings.map(({ id, fieldId, entity, confidence, evidence }) => ({
    id,
    workspace_id: ctx.workspaceId,
    dataset_id: datasetId,
    field_id: fieldId,
    entity,
    confidence,
    evidence: JSON.stringify(evidence),
    data_version: dataVersion,
    created_at: ctx.now,
  }));
  await ctx.db
    .insertInto("personal_data_findings")
    .values(values)
    .onConflict((conflict) =>
      conflict.columns(["dataset_id", "field_id", "entity"]).doUpdateSet((eb) => ({
        state: "suggested",
        confidence: eb.ref("excluded.confidence"),
        evidence: eb.ref("excluded.evidence"),
        data_version: eb.ref("excluded.data_version"),
      })),
    )
    .execute();
}

/** Removes suggestions that were not found again. */
export async function removeSuggestions(db: Writer, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await db
    .deleteFrom("personal_data_findings")
    .where("id", "in", [...ids])
    .where("state", "=", "suggested")
    .execute();
}

export interface Decision {
  readonly state: "accepted" | "refused";
  readonly by: string;
}

export async function decideFindingRow(ctx: TxCtx, id: string, { state, by }: Decision): Promise<void> {
  await ctx.db.updateTable("personal_data_findings").set({ state, decided_by: by, decided_at: ctx.now }).where("id", "=", id).execute();
}

/** Tags a column, unless it has the tag. */
export async function tagColumn(
  ctx: TxCtx,
  column: { readonly datasetId: string; readonly fieldId: number; readonly tag: string; readonly by: string },
): Promise<void> {
  await ctx.db
    .insertInto("column_tags")
    .values({
      workspace_id: ctx.workspaceId,
      dataset_id: column.datasetId,
      field_id: column.fieldId,
      tag: column.tag,
      source: "accepted suggestion",
      created_by: column.by,
      created_at: ctx.now,
    })
    .onConflict((conflict) => conflict.columns(["dataset_id", "field_id", "tag"]).doNothing())
    .execute();
}

/** Takes away a tag that an accepted suggestion set; one that a person set stays. */
export async function untagColumn(db: Writer, column: { readonly datasetId: string; readonly fieldId: number; readonly tag: string }): Promise<void> {
  await db
    .deleteFrom("column_tags")
    .where("dataset_id", "=", column.datasetId)
    .where("field_id", "=", column.fieldId)
    .where("tag", "=", column.tag)
    .where("source", "=", "accepted suggestion")
    .execute();
}

export function findScanRow(db: Db, datasetId: string) {
  return db.selectFrom("personal_data_scans").selectAll().where("dataset_id", "=", datasetId).executeTakeFirst();
}

/** Notes a scan; answers whether it was of no older version than the last one. */
export async function writeScan(
  ctx: TxCtx,
  datasetId: string,
  scan: { readonly dataVersion: number; readonly columns: number; readonly looked: number },
): Promise<boolean> {
  const values = { data_version: scan.dataVersion, columns: scan.columns, looked: scan.looked, scanned_at: ctx.now };
  const written = await ctx.db
    .insertInto("personal_data_scans")
    .values({ dataset_id: datasetId, workspace_id: ctx.workspaceId, ...values })
    .onConflict((conflict) => conflict.column("dataset_id").doUpdateSet(values).where("personal_data_scans.data_version", "<=", scan.dataVersion))
    .returning("dataset_id")
    .executeTakeFirst();
  return written !== undefined;
}

/** The scan of a dataset that waits or runs, if any. */
export async function findRunningScan(db: Db, datasetId: string): Promise<string | undefined> {
  const row = await db
    .selectFrom("jobs")
    .select("id")
    .where("name", "=", "personal_data.scan")
    .where("state", "in", ["queued", "running"])
    .where(sql<boolean>`payload ->> 'datasetId' = ${datasetId}`)
    .orderBy("id")
    .limit(1)
    .executeTakeFirst();
  return row?.id;
}

export interface SettingsRow {
  readonly quarantine: boolean;
  readonly driving_licences: boolean;
  readonly phone_region: string | null;
  readonly version: number;
}

/** A workspace that never changed a setting. */
const UNCHANGED: SettingsRow = { quarantine: false, driving_licences: false, phone_region: null, version: 0 };

export async function getSettingsRow(db: Db): Promise<SettingsRow> {
  return (await db.selectFrom("personal_data_settings").select(["quarantine", "driving_licences", "phone_region", "version"]).executeTakeFirst()) ?? UNCHANGED;
}

/** Changes the settings if they still have the version the caller read; answers whether they had. */
export async function writeSettings(ctx: TxCtx, version: number, change: Omit<SettingsRow, "version">): Promise<boolean> {
  const written = await ctx.db
    .insertInto("personal_data_settings")
    .values({ workspace_id: ctx.workspaceId, ...change, version: version + 1 })
    .onConflict((conflict) =>
      conflict
        .column("workspace_id")
        .doUpdateSet({ ...change, version: version + 1 })
        .where("personal_data_settings.version", "=", version),
    )
    .returning("version")
    .executeTakeFirst();
  return written !== undefined;
}
