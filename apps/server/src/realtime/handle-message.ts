import type { Services } from "@granary/core/context";
import { lastEventPosition, readEventsAfter } from "@granary/core/events";
import { isAppError } from "@granary/kernel";
import { type ClientMessage, clientMessage, problem, REALTIME_MAX_TOPICS, REALTIME_REPLAY_LIMIT, type Topic, topicOf } from "@granary/protocol";
import { authorizeTopic } from "./authorize-topic.ts";
import type { Connection } from "./connection.ts";
import { isReplayable, messageFor } from "./event-rules.ts";
import type { Hub } from "./hub.ts";
import { ctxOf } from "./rechecks.ts";

function parseMessage(text: string): ClientMessage {
  try {
    return clientMessage.parse(JSON.parse(text));
  } catch (error) {
    throw problem("realtime.message_invalid", {}, { cause: error });
  }
}

function topicNamed(text: string): string | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && "topic" in value && typeof value.topic === "string" ? value.topic.slice(0, 64) : null;
  } catch {
    return null;
  }
}

/** Does what a client asks for; what it may not have is answered with `refused`, and the connection stays. */
export async function handleMessage(services: Services, hub: Hub, connection: Connection, text: string): Promise<void> {
  try {
    const message = parseMessage(text);
    if (message.type === "ping") connection.send({ type: "pong" });
    else if (message.type === "unsubscribe") unsubscribe(connection, message.topic);
    else await subscribe(services, hub, connection, message);
  } catch (error) {
    const shown = isAppError(error) ? error : problem("internal");
    if (shown !== error) services.log.error({ err: error, requestId: connection.requestId }, "a realtime message could not be handled");
    connection.send({ type: "refused", topic: topicNamed(text), code: shown.code, detail: shown.message });
  }
}

function unsubscribe(connection: Connection, topic: Topic): void {
  connection.topics.delete(topic);
  connection.send({ type: "unsubscribed", topic });
}

async function subscribe(services: Services, hub: Hub, connection: Connection, message: ClientMessage & { type: "subscribe" }): Promise<void> {
  const { topic, since } = message;
  const parsed = topicOf(topic);
  if (parsed === undefined) throw problem("realtime.topic_unknown");
  if (!connection.follows(topic) && connection.topics.size >= REALTIME_MAX_TOPICS) throw problem("realtime.too_many_topics", { limit: REALTIME_MAX_TOPICS });
  await authorizeTopic(ctxOf(services, connection), parsed);
  const { position } = hub;
  // From here on live messages are held, so that they follow what is sent again.
  connection.hold(topic, Math.min(since ?? position, position));
  connection.send({ type: "subscribed", topic, position: since ?? position });
  if (since !== undefined) await replay(services, hub, connection, { topic, since });
  connection.release(topic, Math.min(since ?? position, position));
}

/** Sends the events after `since` again; who was away for too many, or follows what has no positions, reads again. */
async function replay(services: Services, hub: Hub, connection: Connection, from: { topic: Topic; since: number }): Promise<void> {
  const { topic, since } = from;
  if (!isReplayable(topic)) return connection.send({ type: "resync", topic, position: hub.position, reason: "reconnected" });
  const { workspaceId } = connection;
  const events = workspaceId === null ? [] : await readEventsAfter(services.database, since, REALTIME_REPLAY_LIMIT + 1, workspaceId);
  // A position nobody has given yet comes from before a restore of the database.
  const isUnknown = events.length === 0 && since > hub.position && since > (await lastEventPosition(services.database));
  if (events.length > REALTIME_REPLAY_LIMIT || isUnknown) {
    const { position } = hub;
    connection.send({ type: "resync", topic, position, reason: "too_old" });
    connection.release(topic, position);
    return;
  }
  const followed = connection.topics.get(topic);
  for (const event of events) {
    const text = messageFor(connection.principal, topic, event);
    if (text !== undefined) connection.send(text);
    if (followed !== undefined) followed.from = event.position;
  }
}
