import type { Id } from "@granary/kernel";
import type { PipelineTrigger, PlatformEvent } from "@granary/protocol";
import { sql } from "kysely";
import { createCtx, type Ctx, type Services, systemPrincipal, type TxCtx } from "../../context/index.ts";
import { findSeenBy } from "../../datasets/index.ts";
import { readEventsAfter } from "../../events/index.ts";
import { findPrincipalOfUser } from "../../identity/index.ts";
import { advanceBackfill } from "../backfills/index.ts";
import type { StoredRule } from "../documents/index.ts";
import { MAX_DEPTH, startTriggered } from "../starting/index.ts";

const CONSUMER = "pipeline_triggers";
const BATCH = 200;

/** Events after which a dataset has another version. */
const NEW_VERSION = new Set<PlatformEvent["type"]>([
  "dataset.imported",
  "dataset.batch_deleted",
  "dataset.batch_restored",
  "dataset.version_restored",
  "dataset.schema_changed",
  "dataset.run_published",
  "change.merged",
]);
const RUN_END = { "run.succeeded": "success", "run.failed": "failure", "run.cancelled": "failure" } as const;

/** What happened, as triggers wait for it. */
interface Happening {
  readonly kind: "dataset" | "pipeline";
  readonly id: string;
  readonly name: string;
  readonly outcome: "success" | "failure";
  /** Of runs that this leads to. */
  readonly depth: number;
  readonly position: number;
}

async function ofDataset(ctx: TxCtx, event: PlatformEvent): Promise<Happening | undefined> {
  const { rows } = await sql<{ readonly id: string; readonly name: string; readonly depth: number | null }>`
    select d.id, d.name, (select r.depth from dataset_versions v join runs r on r.id = v.run_id where v.dataset_id = d.id order by v.number desc limit 1) as depth
    from datasets d
    where d.workspace_id = ${ctx.workspaceId} and d.id = ${
      event.type === "change.merged" ? sql`(select dataset_id from change_requests where id = ${event.subject.id})` : sql`${event.subject.id}`
    }`.execute(ctx.db);
  const [row] = rows;
  const depth = event.type === "dataset.run_published" ? (row?.depth ?? 0) + 1 : 0;
  return row === undefined ? undefined : { kind: "dataset", id: row.id, name: row.name, outcome: "success", depth, position: event.position };
}

async function ofRun(ctx: TxCtx, event: PlatformEvent): Promise<(Happening & { readonly backfillId: string | null }) | undefined> {
  const row = await ctx.db
    .selectFrom("runs as r")
    .innerJoin("pipelines as p", "p.id", "r.pipeline_id")
    .select(["p.id", "p.name", "r.depth", "r.is_dry", "r.backfill_id"])
    .where("r.id", "=", event.subject.id ?? "")
    .where("r.workspace_id", "=", ctx.workspaceId)
    .executeTakeFirst();
  if (row === undefined || row.is_dry) return undefined;
  const outcome = RUN_END[event.type as keyof typeof RUN_END];
  return { kind: "pipeline", id: row.id, name: row.name, outcome, depth: row.depth + 1, position: event.position, backfillId: row.backfill_id };
}

interface WaitingTrigger {
  readonly pipeline_id: string;
  readonly runs_as: string | null;
  readonly trigger_id: string;
  readonly rule: StoredRule;
  readonly arrived: Readonly<Record<string, number>>;
}

/** Triggers that wait for it, behind the locks of their pipelines. */
async function listWaiting(ctx: TxCtx, { kind, id, name }: Happening): Promise<readonly WaitingTrigger[]> {
  const names = [id, name.toLowerCase()];
  const { rows } = await sql<WaitingTrigger>`
    select t.pipeline_id, p.runs_as, t.trigger_id, t.rule, t.arrived from pipeline_triggers t join pipelines p on p.id = t.pipeline_id
    where t.workspace_id = ${ctx.workspaceId} and t.kind = ${kind} and t.enabled and p.enabled and p.trashed_at is null
      and t.rule -> 'watches' ?| ${names}::text[]
    order by t.pipeline_id for no key update`.execute(ctx.db);
  return rows;
}

const isAwaited = (trigger: PipelineTrigger, { outcome }: Happening): boolean => trigger.kind !== "pipeline" || trigger.on === "end" || trigger.on === outcome;

/** A dataset starts only pipelines in whose name it may be read now: nobody learns of the changes of others' datasets. */
async function maySee(ctx: TxCtx, { runs_as }: WaitingTrigger, { kind, id }: Happening): Promise<boolean> {
  if (kind === "pipeline") return true;
  const person = runs_as === null ? undefined : await findPrincipalOfUser(ctx.services, runs_as as Id<"user">, ctx.workspaceId);
  if (person === undefined) return false;
  const seen = await findSeenBy(ctx, person, id);
  return seen !== undefined && seen.decision.level !== "none";
}

async function react(ctx: TxCtx, waiting: WaitingTrigger, happening: Happening): Promise<void> {
  const { trigger, watches } = waiting.rule;
  if ((trigger.kind !== "dataset" && trigger.kind !== "pipeline") || !isAwaited(trigger, happening) || !(await maySee(ctx, waiting, happening))) return;
  const key = watches.includes(happening.id) ? happening.id : happening.name.toLowerCase();
  const arrived = { ...waiting.arrived, [key]: happening.position };
  const isDue = trigger.when === "any" || watches.every((name) => name in arrived);
  await ctx.db
    .updateTable("pipeline_triggers")
    .set({ arrived: JSON.stringify(isDue ? {} : arrived) })
    .where("pipeline_id", "=", waiting.pipeline_id)
    .where("trigger_id", "=", waiting.trigger_id)
    .execute();
  if (!isDue) return;
  if (happening.depth > MAX_DEPTH) {
    ctx.log.warn({ pipelineId: waiting.pipeline_id, depth: happening.depth }, "pipelines start each other in a circle; it is broken off");
    return;
  }
  const { parameters } = trigger;
  await startTriggered(ctx, { pipelineId: waiting.pipeline_id, cause: happening.kind, triggerId: waiting.trigger_id, parameters, depth: happening.depth });
}

async function follow(ctx: TxCtx, event: PlatformEvent): Promise<void> {
  if (NEW_VERSION.has(event.type)) {
    const happening = await ofDataset(ctx, event);
    if (happening !== undefined) for (const waiting of await listWaiting(ctx, happening)) await react(ctx, waiting, happening);
    return;
  }
  const happening = await ofRun(ctx, event);
  if (happening === undefined) return;
  if (happening.backfillId !== null) await advanceBackfill(ctx, happening.backfillId);
  for (const waiting of await listWaiting(ctx, happening)) await react(ctx, waiting, happening);
}

const isOfInterest = ({ type, workspaceId }: PlatformEvent): boolean => workspaceId !== null && (NEW_VERSION.has(type) || type in RUN_END);

/** Where the consumer is; it begins at the end of what there is. Undefined where another process is at it. */
async function holdPlace(ctx: TxCtx): Promise<number | undefined> {
  await sql`insert into event_consumers (name, position) select ${CONSUMER}, coalesce(max(position), 0) from event_positions on conflict do nothing`.execute(
    ctx.db,
  );
  const { rows } = await sql<{ readonly position: number }>`select position from event_consumers where name = ${CONSUMER} for update skip locked`.execute(
    ctx.db,
  );
  return rows[0] === undefined ? undefined : Number(rows[0].position);
}

const movePlace = (ctx: TxCtx, position: number) => sql`update event_consumers set position = ${position} where name = ${CONSUMER}`.execute(ctx.db);

function ctxOf(services: Services, workspaceId: PlatformEvent["workspaceId"]): Ctx {
  return createCtx({ services, principal: systemPrincipal(workspaceId), request: { id: CONSUMER, ip: null, userAgent: null } });
}

/** Deals with one event and moves the place behind it in one transaction, so that none is lost and none counts twice. */
async function take(services: Services, event: PlatformEvent): Promise<boolean> {
  return ctxOf(services, event.workspaceId).system.tx(async (ctx) => {
    const place = await holdPlace(ctx);
    if (place === undefined || place >= event.position) return false;
    if (isOfInterest(event)) await follow(ctx, event);
    await movePlace(ctx, event.position);
    return true;
  });
}

/** Starts what waits for datasets and pipelines, for all that happened since the last time, restarts of the program between them. */
export async function followEvents(services: Services): Promise<void> {
  for (;;) {
    const place = await ctxOf(services, null).system.tx(holdPlace);
    if (place === undefined) return;
    const events = await readEventsAfter(services.database, place, BATCH);
    const wanted = events.filter(isOfInterest);
    for (const event of wanted) if (!(await take(services, event))) return;
    const last = events.at(-1);
    if (last !== undefined && last !== wanted.at(-1) && !(await take(services, last))) return;
    if (events.length < BATCH) return;
  }
}
