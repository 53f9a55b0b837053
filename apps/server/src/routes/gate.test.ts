import { changeJobs } from "@granary/core/changes";
import { datasetJobs } from "@granary/core/datasets";
import { JOB_NAMES, type JobName, type RouteId, type RouteSpec, routes } from "@granary/protocol";
import { describe, expect, it } from "vitest";

/**
 * What an answer may tell of tables, and by what it is kept from whoever may not know.
 * `rows`: values, from a version opened for the caller. `columns`: names, counts and rules, from a dataset seen by the caller.
 * `whole`: raw text or changes that need all of the dataset to be seen. `own`: only what the caller sent or was shown before.
 * `audit`: entries of the activity log, without columns that are hidden from their reader. `rules`: what policies name.
 */
const TELLING = {
  rows: [
    "datasets.rows",
    "datasets.countRows",
    "datasets.rowByKey",
    "datasets.columnStats",
    "datasets.download",
    "datasets.diff",
    "datasets.rowHistory",
    "datasets.previewMask",
    "downloads.create",
    "downloads.file",
    "sql.run",
    "sql.get",
    "sql.rows",
    "sql.download",
    "sql.createDataset",
    "sql.loadDataset",
    "sql.explain",
    "sql.check",
    "changes.diff",
    "changes.overview",
    "changes.column",
    "changes.compareRevisions",
    "changes.export",
    "changes.conflicts",
    "pipelines.sample",
    "runs.output",
    "runs.file",
    "runs.rejects",
  ],
  columns: [
    "pipelines.check",
    "pipelines.test",
    "pipelines.parse",
    "pipelines.create",
    "pipelines.get",
    "pipelines.update",
    "pipelines.restore",
    "pipelines.setEnabled",
    "datasets.list",
    "datasets.get",
    "datasets.update",
    "datasets.history",
    "datasets.restore",
    "datasets.create",
    "datasets.load",
    "datasets.batches",
    "datasets.batch",
    "datasets.cancelBatch",
    "datasets.schema",
    "datasets.schemaHistory",
    "datasets.schemaDocument",
    "datasets.versions",
    "datasets.version",
    "datasets.nameVersion",
    "datasets.unnameVersion",
    "sql.completions",
    "access.explain",
    "access.check",
    "access.maskColumn",
    "access.tagColumn",
    "personalData.list",
    "personalData.ofDataset",
    "personalData.accept",
    "personalData.refuse",
    "changes.list",
    "changes.get",
    "changes.create",
    "changes.update",
    "changes.propose",
    "changes.revisions",
    "changes.submit",
    "changes.close",
    "changes.reopen",
    "changes.resolve",
    "changes.choose",
    "changes.dismissReview",
    "changes.comments",
    "changes.comment",
    "changes.editComment",
    "changeRules.get",
    "changeRules.set",
  ],
  whole: [
    "datasets.rejects",
    "datasets.repairReject",
    "datasets.resubmitRejects",
    "datasets.deleteBatch",
    "datasets.restoreBatch",
    "datasets.restoreVersion",
    "datasets.changeSchema",
    "datasets.applySchemaDocument",
    "changes.approve",
    "changes.reject",
    "changes.merge",
    "changes.revert",
  ],
  own: [
    "downloads.list",
    "downloads.get",
    "sql.history",
    "sql.listSaved",
    "sql.getSaved",
    "sql.save",
    "sql.updateSaved",
    "uploads.create",
    "uploads.fromUrl",
    "uploads.list",
    "uploads.get",
    "uploads.append",
    "uploads.inspect",
    "changes.edits",
    "changes.saveEdits",
  ],
  audit: ["activity.list", "activity.export", "activity.ofUser", "datasets.downloads"],
  rules: [
    "policies.list",
    "policies.create",
    "policies.get",
    "policies.update",
    "policies.preview",
    "policies.export",
    "policies.import",
    "access.memberDatasets",
    "access.setMemberDatasets",
    "access.memberMasking",
    "access.setMemberMasking",
  ],
} as const satisfies Readonly<Record<string, readonly RouteId[]>>;

/** Parts of the API that know no table. A route elsewhere has to be listed above, or here by its name. */
const ELSEWHERE =
  /^(connectors|functions|transformations|pipelines|backfills|runs|account|apiKeys|auth|datasetViews|datasetPermissions|accessRequests|groups|invitations|jobs|notifications|outbox|roles|permissions|settings|users|workspaces)\./;
const SILENT: readonly string[] = [
  "activity.timeline",
  "activity.heatmap",
  "activity.verify",
  "datasets.delete",
  "downloads.delete",
  "personalData.settings",
  "personalData.updateSettings",
  "personalData.scan",
  "personalData.cancelScan",
  "personalData.release",
  "policies.delete",
  "sql.cancel",
  "sql.deleteSaved",
  "uploads.delete",
  "access.columnTags",
  "access.attributes",
  "access.setAttributes",
  "changes.delete",
  "changes.deleteComment",
];
/** The access log tells who saw which columns; its own tests look at what it tells to whom. */
const ACCESS_LOG = /^accessLogs\./;

/**
 * Jobs that touch tables. `requester`: reads as whoever asked for it, by the same plan. `load`: writes what somebody sent and reads nothing out.
 * `platform`: reads everything unmasked and keeps counts and shapes alone.
 */
const JOBS = {
  "dataset.download": "requester",
  "dataset.import": "load",
  "maintenance.tables": "load",
  "maintenance.catalog": "load",
  "personal_data.scan": "platform",
  "change.compute": "requester",
  "change.merge": "load",
  "pipeline.run": "requester",
} as const satisfies Partial<Record<JobName, "requester" | "load" | "platform">>;

const classified = (): readonly string[] => Object.values(TELLING).flat();
const isKnown = (id: string): boolean => classified().includes(id) || SILENT.includes(id) || ELSEWHERE.test(id) || ACCESS_LOG.test(id);

describe("the gate", () => {
  it("knows of every route whether it tells anything of tables", () => {
    expect(Object.keys(routes).filter((id) => !isKnown(id))).toEqual([]);
    expect(new Set(classified()).size).toBe(classified().length);
  });

  it("notices a route nobody has looked at", () => expect(isKnown("tables.dump")).toBe(false));

  it("lets nobody at tables without signing in and a permission", () => {
    const open = Object.values(TELLING)
      .flat()
      .filter((id) => {
        const access: string = routes[id].access;
        return access === "public" || (access === "signed_in" && id !== "access.check");
      });
    expect(open).toEqual([]);
  });

  it("looks with another person's eyes only where rows and columns are read", () => {
    const viewable = (Object.entries(routes) as [RouteId, RouteSpec][]).filter(([, spec]) => spec.viewAs === true);
    const reading: readonly string[] = [...TELLING.rows, ...TELLING.columns];
    expect(viewable.length).toBeGreaterThan(10);
    expect(viewable.filter(([id, spec]) => spec.method !== "GET" || !reading.includes(id)).map(([id]) => id)).toEqual([]);
  });

  it("knows of every job on datasets whose eyes it has", () => {
    expect(
      Object.keys(datasetJobs)
        .filter((name) => !name.startsWith("maintenance."))
        .toSorted(),
    ).toEqual(["dataset.download", "dataset.import"]);
    expect(Object.keys(changeJobs).toSorted()).toEqual(["change.compute", "change.merge"]);
    expect(JOB_NAMES.filter((name) => /^(dataset|table|personal_data|pipeline|check|profile|change)/.test(name) && !(name in JOBS))).toEqual([]);
  });
});
