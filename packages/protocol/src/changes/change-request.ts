import { z } from "zod";
import { jobProgress } from "../routes/jobs.ts";
import { can, id, instant } from "../schemas.ts";
import { CHANGE_STATES, CHANGE_TARGETS, FORMAT_DAMAGES, REVIEW_VERDICTS, REVISION_ORIGINS } from "./states.ts";

const count = z.number().int();
const person = z.object({ id: id("user"), name: z.string() });
const fault = z.object({ code: z.string(), message: z.string(), issues: z.array(z.object({ path: z.string(), message: z.string() })) });

/** How many rows a revision changes. Rows that are only damaged in their format are in `formatOnly` and in nothing else. */
const changeCounts = z.object({
  added: count,
  removed: count,
  modified: count,
  /** Rows in which nothing but the format of values differs: they change only once that is accepted. */
  formatOnly: count,
  unchanged: count,
  /** Cells with a new value, and cells kept as they are because only their format was damaged. */
  cells: count,
  damagedCells: count,
});

/** What a reviewer should look at twice. */
const changeWarning = z.object({
  code: z.enum(["many_deletes", "column_rewritten", "likely_rekeyed", "damaged_keys", "few_rows", "old_base"]),
  message: z.string(),
  column: z.string().nullable(),
});

export const changeRevision = z
  .object({
    number: count,
    origin: z.enum(REVISION_ORIGINS),
    /** Null when they have left. */
    by: person.nullable(),
    at: instant,
    note: z.string(),
    /** `computing`: a job compares it with its base; `failed`: it cannot be compared, `error` says why. */
    state: z.enum(["computing", "ready", "failed"]),
    jobId: id("job").nullable(),
    progress: jobProgress.nullable(),
    error: fault.nullable(),
    /** The dataset's version it was compared with. */
    base: z.object({ version: count, at: instant.nullable() }),
    fileName: z.string().nullable(),
    /** Null until it is ready, for changes of columns, and for whoever sees only some of the rows. */
    counts: changeCounts.nullable(),
    warnings: z.array(changeWarning),
    /** What approvals are bound to; null until it is ready. */
    digest: z.string().nullable(),
    isCurrent: z.boolean(),
  })
  .meta({ id: "ChangeRevision" });

export type ChangeRevision = z.infer<typeof changeRevision>;

export const changeReview = z
  .object({
    id: id("changeReview"),
    by: person.nullable(),
    verdict: z.enum(REVIEW_VERDICTS),
    body: z.string(),
    revision: count,
    at: instant,
    /** Whether something else is proposed by now than what they looked at. */
    isStale: z.boolean(),
    dismissed: z.object({ by: person.nullable(), reason: z.string(), at: instant }).nullable(),
    can: can("dismiss"),
  })
  .meta({ id: "ChangeReview" });

export type ChangeReview = z.infer<typeof changeReview>;

const reference = z.object({ id: id("change"), number: count, title: z.string() });

const summaryShape = {
  id: id("change"),
  /** What people call it: `#12`. */
  number: count,
  dataset: z.object({ id: id("dataset"), name: z.string() }),
  kind: z.enum(CHANGE_TARGETS),
  title: z.string(),
  state: z.enum(CHANGE_STATES),
  author: person.nullable(),
  revision: count,
  counts: changeCounts.nullable(),
  approvals: z.object({ given: count, needed: count }),
  comments: count,
  /** Whether it waits for the caller: for a review, or for an answer to one. */
  isWaitingForYou: z.boolean(),
  createdAt: instant,
  updatedAt: instant,
} as const;

/** A change request in a list. */
export const changeSummary = z.object(summaryShape).meta({ id: "ChangeSummary" });
export type ChangeSummary = z.infer<typeof changeSummary>;

/** A demand of the dataset's rules: so many approvals of so many people. */
const demand = z.object({
  /** `approvals`: of anyone who may review; `group`: of members of a group; `deletes`, `share`: one more because of what changes. */
  kind: z.enum(["approvals", "group", "deletes", "share"]),
  text: z.string(),
  needed: count,
  given: count,
});

const check = z.object({
  code: z.enum(["schema", "keys", "rules", "personal_data"]),
  state: z.enum(["passed", "warned", "failed", "waiting"]),
  text: z.string(),
  /** Some of what was found. */
  details: z.array(z.string()),
});

const mergeability = z.object({
  /** `clean`: nobody changed the dataset since. `rebase`: others did, elsewhere. `unknown`: not looked at yet. */
  state: z.enum(["unknown", "clean", "rebase", "conflicts", "schema_changed", "dataset_gone"]),
  versionsBehind: count,
  conflictingRows: count,
  conflictingCells: count,
  text: z.string(),
});

export const changeRequest = z
  .object({
    ...summaryShape,
    description: z.string(),
    coAuthors: z.array(person),
    /** The newest revision; null for a draft nothing was proposed in yet. */
    current: changeRevision.nullable(),
    /** A newer revision that is being computed or could not be. */
    pending: changeRevision.nullable(),
    headVersion: count,
    mergeability,
    checks: z.array(check),
    reviews: z.array(changeReview),
    demands: z.array(demand),
    /** Why it cannot be merged now, in words; empty when it can. */
    blockers: z.array(z.string()),
    merged: z.object({ version: count, by: person.nullable(), at: instant, bypass: z.string().nullable() }).nullable(),
    mergeJobId: id("job").nullable(),
    mergeError: fault.nullable(),
    closed: z.object({ by: person.nullable(), at: instant, reason: z.string() }).nullable(),
    reverts: reference.nullable(),
    revertedBy: reference.nullable(),
    follows: reference.nullable(),
    followedBy: z.array(reference),
    /** Edits of a draft that are in no revision yet. */
    edits: count,
    version: count,
    openedAt: instant.nullable(),
    can: can("edit", "propose", "submit", "comment", "review", "merge", "bypass", "close", "reopen", "revert", "split", "delete"),
  })
  .meta({ id: "ChangeRequest" });

export type ChangeRequest = z.infer<typeof changeRequest>;

export const changeComment = z
  .object({
    id: id("changeComment"),
    parentId: id("changeComment").nullable(),
    by: person.nullable(),
    body: z.string(),
    revision: count,
    /** The row it is about, by the values of its key columns; null for the request as a whole, and where the caller may not see the key. */
    rowKey: z.array(z.string().nullable()).nullable(),
    /** The column of the cell it is about. */
    column: z.string().nullable(),
    at: instant,
    editedAt: instant.nullable(),
    resolved: z.object({ by: person.nullable(), at: instant }).nullable(),
    can: can("edit", "resolve", "delete"),
  })
  .meta({ id: "ChangeComment" });

export type ChangeComment = z.infer<typeof changeComment>;

export const formatDamage = z.enum(FORMAT_DAMAGES);
