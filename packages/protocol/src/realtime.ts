import type { Id } from "@granary/kernel";
import { z } from "zod";
import { EVENTS, type EventType, type PlatformEvent } from "./events.ts";
import { JOB_NAMES, JOB_STATES } from "./jobs.ts";
import { RUN_STATES, runCounts, runStep } from "./pipelines/runs.ts";
import { jobProgress } from "./routes/jobs.ts";
import { notification } from "./routes/notifications.ts";
import { idPattern } from "@granary/kernel";

/** Where the WebSocket answers, below the origin. The session cookie or a bearer token opens it. */
export const REALTIME_PATH = "/api/v1/realtime";

/** The server sends a ping this often; a client that hears nothing for twice as long reconnects. */
export const REALTIME_HEARTBEAT_S = 25;

/** Events kept for a client that comes back; who was away for more reads again (`resync`). */
export const REALTIME_REPLAY_LIMIT = 1_000;

/** Most topics one connection holds. */
export const REALTIME_MAX_TOPICS = 100;

/**
 * What a client can follow.
 * `workspace`: which things of the workspace changed, by kind and id; `activity`: the same as full events (`activity:read`);
 * `jobs` and `job:<id>`: states and progress; `run:<id>`: steps, counts and log lines of a run (`pipeline:read`); `notifications`: the caller's own; `dataset:<id>`: changes of one dataset.
 */
const topic = z
  .string()
  .max(64)
  .refine((name) => topicOf(name) !== undefined, "is not a topic")
  .transform((name) => name as Topic);

export type Topic = "workspace" | "activity" | "jobs" | "notifications" | `job:${Id<"job">}` | `run:${Id<"run">}` | `dataset:${Id<"dataset">}`;

export type ParsedTopic =
  | { readonly kind: "workspace" | "activity" | "jobs" | "notifications" }
  | { readonly kind: "job"; readonly id: Id<"job"> }
  | { readonly kind: "run"; readonly id: Id<"run"> }
  | { readonly kind: "dataset"; readonly id: Id<"dataset"> };

const PLAIN_TOPICS = ["workspace", "activity", "jobs", "notifications"] as const;
const TOPICS_OF_ONE = ["job", "run", "dataset"] as const;

/** The parts of a topic's name, undefined when there is no such topic. */
export function topicOf(name: string): ParsedTopic | undefined {
  const plain = PLAIN_TOPICS.find((kind) => kind === name);
  if (plain !== undefined) return { kind: plain };
  const of = TOPICS_OF_ONE.find((kind) => name.startsWith(`${kind}:`));
  if (of === undefined) return undefined;
  const id = name.slice(of.length + 1);
  return idPattern(of).test(id) ? ({ kind: of, id } as ParsedTopic) : undefined;
}

/** What a client sends. `since` is the last position it has seen: events after it are sent again first. */
export const clientMessage = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("subscribe"), topic, since: z.int().min(0).optional() }),
  z.strictObject({ type: z.literal("unsubscribe"), topic }),
  z.strictObject({ type: z.literal("ping") }),
]);

export type ClientMessage = z.infer<typeof clientMessage>;
export type ClientMessageInput = z.input<typeof clientMessage>;

const eventType = z.enum(Object.keys(EVENTS) as [EventType, ...EventType[]]);

/** A change as followers of `workspace` or one thing see it: enough to read again what they show. */
const changeNotice = z.object({
  type: eventType,
  subject: z.object({ kind: z.string(), id: z.string().nullable() }),
  at: z.string(),
});

/** A job's state and progress, as `jobs` and `job:<id>` carry it. */
export const jobNotice = z.object({
  id: z.string(),
  name: z.enum(JOB_NAMES),
  state: z.enum(JOB_STATES),
  attempts: z.number().int(),
  progress: jobProgress.nullable(),
});

export type JobNotice = z.infer<typeof jobNotice>;

/** How far a run is, as `run:<id>` carries it: only steps that changed since the last one. The log has grown up to `logSeq`. */
export const runNotice = z.object({
  id: z.string(),
  state: z.enum(RUN_STATES),
  progress: z.number().nullable(),
  counts: runCounts,
  steps: z.array(runStep.pick({ node: true, state: true, attempt: true, rowsIn: true, rowsOut: true, rejected: true, progress: true })),
  logSeq: z.number().int(),
});

export type RunNotice = z.infer<typeof runNotice>;

const topicName = z.string() as unknown as z.ZodType<Topic, string>;
const position = z.number().int();

/** What the server sends. */
export const serverMessage = z.discriminatedUnion("type", [
  z.object({ type: z.literal("ready"), position, heartbeatS: z.number() }),
  z.object({ type: z.literal("subscribed"), topic: topicName, position }),
  z.object({ type: z.literal("unsubscribed"), topic: topicName }),
  z.object({ type: z.literal("refused"), topic: z.string().nullable(), code: z.string(), detail: z.string() }),
  z.object({ type: z.literal("change"), topic: topicName, position, change: changeNotice }),
  z.object({ type: z.literal("event"), topic: topicName, position, event: z.unknown() as unknown as z.ZodType<PlatformEvent> }),
  z.object({ type: z.literal("job"), topic: topicName, job: jobNotice }),
  z.object({ type: z.literal("run"), topic: topicName, run: runNotice }),
  z.object({ type: z.literal("notification"), topic: topicName, notification }),
  /** Something was left out: read again what is shown for this topic (all topics when null) and go on from `position`. */
  z.object({ type: z.literal("resync"), topic: topicName.nullable(), position, reason: z.enum(["too_old", "slow", "reconnected", "changed"]) }),
  z.object({ type: z.literal("ping") }),
  z.object({ type: z.literal("pong") }),
]);

export type ServerMessage = z.infer<typeof serverMessage>;

/** Why the server closed a connection, beside the usual codes of RFC 6455. */
export const REALTIME_CLOSE = {
  stopping: 1012,
  tooSlow: 1013,
  badMessage: 1007,
  /** Sign in again: the session ended or the account may not do this any more. */
  signedOut: 4401,
} as const;
