import type { Topic } from "@granary/protocol";
import { useEffect, useEffectEvent, useSyncExternalStore } from "react";
import { connection, type ConnectionState, type MessageListener } from "./connection.ts";

/** Hears a topic while the component is shown. Undefined follows nothing. */
export function useTopic(topic: Topic | undefined, onMessage: MessageListener): void {
  const hear = useEffectEvent(onMessage);
  useEffect(() => (topic === undefined ? undefined : connection.follow(topic, (message) => hear(message))), [topic]);
}

export function useConnectionState(): ConnectionState {
  return useSyncExternalStore(
    (listener) => connection.onState(listener),
    () => connection.state,
  );
}
