import type { Id } from "@granary/kernel";
import { mayDo } from "@granary/core/access";
import type { Principal } from "@granary/core/context";
import { type Permission, type PlatformEvent, type ServerMessage, type SubjectKind, type Topic, topicOf } from "@granary/protocol";

interface NoticeRule {
  /** Who is told on `workspace` that something of this kind changed. */
  readonly see: "member" | Permission;
  /** Who is also told which one; others read their list again. */
  readonly identify: "member" | Permission;
}

const seeAll = (permission: "member" | Permission): NoticeRule => ({ see: permission, identify: permission });

/** Single datasets have readers of their own, so that only who reads them all learns here which one changed. */
const DATASETS: NoticeRule = { see: "dataset:read", identify: "dataset:manage" };

const NOTICE_RULES = {
  workspace: seeAll("member"),
  user: seeAll("user:read"),
  session: seeAll("activity:read"),
  api_key: seeAll("api_key:manage"),
  invitation: seeAll("user:read"),
  group: seeAll("user:read"),
  policy: seeAll("privacy:read"),
  role: seeAll("role:read"),
  settings: seeAll("settings:read"),
  job: seeAll("job:read"),
  mail: seeAll("instance:outbox"),
  dataset: DATASETS,
  batch: DATASETS,
  // Requests are seen by those who see their dataset.
  change: { see: "change:read", identify: "dataset:manage" },
  // People's queries are their own: whoever ran one is told of it besides.
  query: seeAll("activity:read"),
  // Files somebody sent are their own until a dataset is made of them.
  upload: seeAll("activity:read"),
  connection: seeAll("connection:read"),
  pipeline: seeAll("pipeline:read"),
  run: seeAll("pipeline:read"),
  transformation: seeAll("pipeline:read"),
  route: seeAll("activity:read"),
} as const satisfies Record<SubjectKind, NoticeRule>;

function holds(principal: Principal, needed: "member" | Permission): boolean {
  return needed === "member" || mayDo(principal, needed);
}

function isOwnDoing(principal: Principal, event: PlatformEvent): boolean {
  return event.actor.id !== null && (event.actor.id === principal.userId || event.actor.id === principal.apiKeyId);
}

/** What a follower of a topic is told of an event of their workspace; undefined when nothing. */
export function messageFor(principal: Principal, topic: Topic, event: PlatformEvent): ServerMessage | undefined {
  const { position, type, at } = event;
  if (topic === "activity") return { type: "event", topic, position, event };
  const { kind, id } = event.subject;
  if (topic === "workspace") {
    const rule: NoticeRule = NOTICE_RULES[kind];
    const own = isOwnDoing(principal, event);
    if (!own && !holds(principal, rule.see)) return undefined;
    return { type: "change", topic, position, change: { type, subject: { kind, id: own || holds(principal, rule.identify) ? id : null }, at } };
  }
  const followed = topicOf(topic);
  if (followed?.kind === "dataset" && kind === "dataset" && id === followed.id)
    return { type: "change", topic, position, change: { type, subject: { kind, id }, at } };
  return undefined;
}

/** Topics whose messages have positions and can be sent again after a break. */
export function isReplayable(topic: Topic): boolean {
  return topic === "workspace" || topic === "activity" || topic.startsWith("dataset:");
}

/** Who follows, as far as rights go. */
export interface Follower {
  readonly principal: Principal;
  follows(topic: Topic): boolean;
}

/** Whose rights an event may have changed: nobody's, everybody's in its workspace (everywhere, without one), or those of some. */
export function affectedBy(event: PlatformEvent): "nobody" | "everybody" | ((follower: Follower) => boolean) {
  const { kind, id } = event.subject;
  switch (kind) {
    case "user":
      return ({ principal }) => principal.userId === id;
    case "session":
      return ({ principal }) => principal.sessionId !== null && (principal.sessionId === id || principal.userId === event.actor.id);
    case "api_key":
      return ({ principal }) => principal.apiKeyId === id;
    case "dataset":
      return (follower) => id !== null && follower.follows(`dataset:${id as Id<"dataset">}`);
    case "group":
    case "policy":
    case "role":
    case "settings":
    case "workspace":
      return "everybody";
    default:
      return "nobody";
  }
}
