import type { Principal } from "@granary/core/context";
import { anonymous } from "@granary/core/context";
import { type Id, newId } from "@granary/kernel";
import type { EventType, Permission, PlatformEvent, SubjectKind, Topic } from "@granary/protocol";
import { describe, expect, it } from "vitest";
import { affectedBy, messageFor } from "./event-rules.ts";

const me = newId("user");
const dataset = newId("dataset");
const session = newId("session");

function principal(...permissions: Permission[]): Principal {
  return { ...anonymous, kind: "user", userId: me, sessionId: session, permissions: new Set(permissions) };
}

function event(type: EventType, kind: SubjectKind, id: string | null, actorId: string | null = "usr_other"): PlatformEvent {
  const actor = { kind: "user", id: actorId, label: "Somebody" } as const;
  return {
    id: newId("event"),
    position: 7,
    type,
    workspaceId: null,
    actor,
    subject: { kind, id, label: "Label" },
    result: "success",
    at: "2026-01-01T00:00:00.000Z",
  };
}

const subjectOf = (who: Principal, topic: Topic, what: PlatformEvent) => {
  const message = messageFor(who, topic, what);
  return message?.type === "change" ? message.change.subject.id : message;
};

describe("what a follower of the workspace is told", () => {
  it("is nothing about kinds they may not see", () => {
    expect(messageFor(principal(), "workspace", event("user.created", "user", "usr_x"))).toBeUndefined();
    expect(messageFor(principal("dataset:read"), "workspace", event("session.started", "session", "ses_x"))).toBeUndefined();
    expect(messageFor(principal("settings:read"), "workspace", event("access.denied", "route", "jobs.list"))).toBeUndefined();
  });

  it("is that some dataset changed, and which one only to who reads them all", () => {
    const changed = event("dataset.created", "dataset", dataset);
    expect(subjectOf(principal("dataset:read"), "workspace", changed)).toBeNull();
    expect(subjectOf(principal("dataset:read", "dataset:manage"), "workspace", changed)).toBe(dataset);
  });

  it("is their own doing in any case", () => {
    expect(subjectOf(principal(), "workspace", event("api_key.created", "api_key", "key_x", me))).toBe("key_x");
  });

  it("never carries a label", () => {
    expect(JSON.stringify(messageFor(principal("user:read"), "workspace", event("user.created", "user", "usr_x")))).not.toContain("Label");
  });
});

describe("what a follower of one dataset is told", () => {
  it("is what happens to that one", () => {
    const topic = `dataset:${dataset}` as const;
    expect(subjectOf(principal(), topic, event("dataset.imported", "dataset", dataset))).toBe(dataset);
    expect(messageFor(principal(), topic, event("dataset.imported", "dataset", newId("dataset")))).toBeUndefined();
    expect(messageFor(principal(), topic, event("workspace.updated", "workspace", "ws_x"))).toBeUndefined();
  });
});

describe("whose rights an event may change", () => {
  const concerns = (what: PlatformEvent, topics: Topic[] = []) => {
    const affected = affectedBy(what);
    return typeof affected === "string" ? affected : affected({ principal: principal(), follows: (topic) => topics.includes(topic) });
  };

  it("are those of the person, session or key it is about", () => {
    expect(concerns(event("user.roles_changed", "user", me))).toBe(true);
    expect(concerns(event("user.roles_changed", "user", "usr_other"))).toBe(false);
    expect(concerns(event("session.revoked", "session", session))).toBe(true);
    expect(concerns(event("session.revoked", "session", null, me))).toBe(true);
    expect(concerns(event("session.revoked", "session", "ses_other"))).toBe(false);
    expect(concerns(event("api_key.revoked", "api_key", "key_x"))).toBe(false);
  });

  it("are everybody's when groups or settings change, and only followers' when a dataset does", () => {
    expect(concerns(event("group.updated", "group", "grp_x"))).toBe("everybody");
    expect(concerns(event("settings.updated", "settings", null))).toBe("everybody");
    expect(concerns(event("dataset.trashed", "dataset", dataset))).toBe(false);
    expect(concerns(event("dataset.trashed", "dataset", dataset), [`dataset:${dataset as Id<"dataset">}`])).toBe(true);
    expect(concerns(event("job.failed", "job", "job_x"))).toBe("nobody");
  });
});
