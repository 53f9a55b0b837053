import type { Services } from "@granary/core/context";
import { lastEventPosition, readEventsAfter } from "@granary/core/events";
import { RUN_NOTICES } from "@granary/core/runs";
import { type JobNotice, type Notification, type PlatformEvent, REALTIME_CLOSE, type RunNotice, type Topic } from "@granary/protocol";
import type { Connection } from "./connection.ts";
import { messageFor } from "./event-rules.ts";
import type { RealtimeLimits } from "./limits.ts";
import { createRechecks, type Rechecks } from "./rechecks.ts";

const READ_AT_ONCE = 500;
/** A process that is further behind than this, after a long break, tells everybody to read again instead of catching up. */
const MAX_CATCH_UP = 5_000;

type RunTold = RunNotice & { readonly workspaceId: string };
type JobTold = JobNotice & { readonly workspaceId: string | null };
interface NotificationTold {
  readonly workspaceId: string;
  readonly userId: string;
  /** Left out when notifications were marked as read. */
  readonly notification?: Pick<Notification, "id" | "kind" | "title" | "body" | "link">;
}

/** All connections of this process and what reaches them: one LISTEN connection, whatever their number. */
export interface Hub extends AsyncDisposable {
  /** The position of the newest event passed on. */
  readonly position: number;
  readonly connections: ReadonlySet<Connection>;
  add(connection: Connection): void;
  remove(connection: Connection): void;
}

class Fan {
  readonly connections = new Set<Connection>();
  position = 0;

  /** Passes one event on to its workspace; equal messages are made once. */
  event(event: PlatformEvent): void {
    const texts = new Map<string, string>();
    for (const connection of this.connections) {
      if (connection.workspaceId !== event.workspaceId) continue;
      for (const topic of connection.topics.keys()) {
        const message = messageFor(connection.principal, topic, event);
        if (message === undefined) continue;
        const key = message.type === "change" ? `${topic} ${message.change.subject.id ?? ""}` : topic;
        let text = texts.get(key);
        if (text === undefined) texts.set(key, (text = JSON.stringify(message)));
        connection.sendPlaced(topic, event.position, text);
      }
    }
    this.position = event.position;
  }

  job({ workspaceId, ...job }: JobTold): void {
    const own = `job:${job.id}` as Topic;
    const all = JSON.stringify({ type: "job", topic: "jobs", job });
    const one = JSON.stringify({ type: "job", topic: own, job });
    for (const connection of this.connections) {
      const sees = connection.workspaceId === workspaceId || (workspaceId === null && connection.principal.permissions.has("instance:maintain"));
      if (!sees) continue;
      if (connection.follows("jobs")) connection.sendText(all);
      if (connection.follows(own)) connection.sendText(one);
    }
  }

  run({ workspaceId, ...run }: RunTold): void {
    const topic = `run:${run.id}` as Topic;
    const text = JSON.stringify({ type: "run", topic, run });
    for (const connection of this.connections) if (connection.workspaceId === workspaceId && connection.follows(topic)) connection.sendText(text);
  }

  notification(told: NotificationTold, at: string): void {
    for (const connection of this.connections) {
      if (connection.workspaceId !== told.workspaceId || connection.principal.userId !== told.userId || !connection.follows("notifications")) continue;
      if (told.notification === undefined) connection.send({ type: "resync", topic: "notifications", position: this.position, reason: "changed" });
      else {
        const notification = { ...told.notification, createdAt: at, readAt: null, can: { read: true } } as Notification;
        connection.send({ type: "notification", topic: "notifications", notification });
      }
    }
  }

  /** For topics without positions: after a break of the listening connection something may be missing. */
  resync(concerns: (topic: Topic) => boolean): void {
    for (const connection of this.connections) {
      for (const topic of connection.topics.keys()) {
        if (concerns(topic)) connection.send({ type: "resync", topic, position: this.position, reason: "reconnected" });
      }
    }
  }
}

/** Starts to listen. Resolves when nothing that happens from now on is missed. */
export async function openHub(services: Services, limits: RealtimeLimits): Promise<Hub> {
  const { database, log, clock } = services;
  const fan = new Fan();
  const rechecks = createRechecks(services, fan.connections);
  fan.position = await lastEventPosition(database);
  const events = createEventReader(services, fan, rechecks);
  const parsed = <T>(payload: string, use: (value: T) => void): void => {
    try {
      use(JSON.parse(payload) as T);
    } catch (error) {
      log.warn({ err: error }, "a notice could not be passed on");
    }
  };
  const isJobs = (topic: Topic) => topic === "jobs" || topic.startsWith("job:");
  const subscriptions = [
    await database.listener.subscribe("granary_events", events.read),
    await database.listener.subscribe("granary_progress", (payload) => {
      if (payload === "") fan.resync(isJobs);
      else parsed<JobTold>(payload, (job) => fan.job(job));
    }),
    await database.listener.subscribe(RUN_NOTICES, (payload) => {
      if (payload === "") fan.resync((topic) => topic.startsWith("run:"));
      else parsed<RunTold>(payload, (run) => fan.run(run));
    }),
    await database.listener.subscribe("granary_notifications", (payload) => {
      if (payload === "") fan.resync((topic) => topic === "notifications");
      else parsed<NotificationTold>(payload, (told) => fan.notification(told, clock.now().toISOString()));
    }),
  ];
  const timers = [
    setInterval(() => fan.connections.forEach((connection) => connection.beat()), limits.heartbeatMs),
    setInterval(() => fan.connections.forEach((connection) => connection.checkDrain(fan.position)), limits.drainCheckMs),
    setInterval(() => rechecks.everybody(null), limits.recheckMs),
  ];
  return {
    get position() {
      return fan.position;
    },
    connections: fan.connections,
    add: (connection) => void fan.connections.add(connection),
    remove: (connection) => void fan.connections.delete(connection),
    async [Symbol.asyncDispose]() {
      timers.forEach(clearInterval);
      for (const connection of fan.connections) connection.close(REALTIME_CLOSE.stopping, "the server is stopping");
      await Promise.all(subscriptions.map((subscription) => subscription[Symbol.asyncDispose]()));
      await events.stop();
      await rechecks.stop();
    },
  };
}

/** Reads events by position, one reader at a time, so that they are passed on in order and none is left out. */
function createEventReader(services: Services, fan: Fan, rechecks: Rechecks) {
  const { database, log } = services;
  let isWanted = false;
  let stopped = false;
  let reading: Promise<void> | undefined;

  async function readAll(): Promise<void> {
    const newest = await lastEventPosition(database);
    if (newest - fan.position > MAX_CATCH_UP) {
      fan.position = newest;
      fan.resync(() => true);
      rechecks.everybody(null);
    }
    for (let more = true; more && !stopped; ) {
      const events = await readEventsAfter(database, fan.position, READ_AT_ONCE);
      for (const event of events) {
        fan.event(event);
        rechecks.after(event);
      }
      more = events.length === READ_AT_ONCE;
    }
  }

  function read(): void {
    isWanted = true;
    if (stopped || reading !== undefined) return;
    reading = (async () => {
      while (isWanted && !stopped) {
        isWanted = false;
        await readAll().catch((error: unknown) => log.warn({ err: error }, "events could not be read; the next notice tries again"));
      }
    })().finally(() => {
      reading = undefined;
      if (isWanted) read();
    });
  }

  return {
    read,
    async stop() {
      stopped = true;
      await reading;
    },
  };
}
