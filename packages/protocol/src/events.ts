import type { Id } from "@granary/kernel";

/** Kinds of things an event can be about. */
export type SubjectKind =
  | "workspace"
  | "user"
  | "session"
  | "api_key"
  | "invitation"
  | "group"
  | "role"
  | "settings"
  | "job"
  | "mail"
  | "dataset"
  | "batch"
  | "route";

interface EventSpec {
  readonly subject: SubjectKind;
  /** Groups events in the activity log. */
  readonly area: "authentication" | "administration" | "data" | "system";
  /** A sentence for the activity log; `{actor}` and `{subject}` are replaced by labels. */
  readonly text: string;
}

/** Every event of the platform, `noun.verbed`. One row per change is written in the change's own transaction. */
export const EVENTS = {
  "workspace.created": { subject: "workspace", area: "administration", text: "{actor} created the workspace {subject}" },
  "workspace.updated": { subject: "workspace", area: "administration", text: "{actor} changed the workspace {subject}" },
  "access.denied": { subject: "route", area: "authentication", text: "{actor} was refused {subject}" },
} as const satisfies Record<string, EventSpec>;

export type EventType = keyof typeof EVENTS;

/** Who did something: a person, a key acting for a person, or the platform itself. */
export interface Actor {
  readonly kind: "user" | "api_key" | "system" | "anonymous";
  readonly id: string | null;
  readonly label: string;
}

/** One committed fact. `position` is its place in commit order, without gaps; undefined until it has been relayed. */
export interface PlatformEvent {
  readonly id: Id<"event">;
  readonly position: number;
  readonly type: EventType;
  readonly workspaceId: Id<"workspace"> | null;
  readonly actor: Actor;
  readonly subject: { readonly kind: SubjectKind; readonly id: string | null; readonly label: string };
  readonly result: "success" | "denied" | "failure";
  readonly at: string;
}
