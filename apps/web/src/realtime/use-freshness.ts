import { type QueryKey, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { useTopic } from "./use-topic.ts";

/** Which lists and objects a change of a kind of thing makes old. */
const STALE_BY_KIND: Readonly<Record<string, readonly QueryKey[]>> = {
  workspace: [["session"], ["settings"]],
  user: [["people"], ["session"]],
  session: [["sessions"]],
  api_key: [["api-keys"]],
  invitation: [["invitations"]],
  group: [["groups"], ["people"]],
  policy: [["policies"], ["datasets"]],
  role: [["roles"], ["session"]],
  settings: [["settings"], ["session"]],
  job: [["jobs"]],
  mail: [["outbox"]],
  dataset: [["datasets"]],
  batch: [["datasets"]],
  change: [["changes"]],
  connection: [["connections"]],
  pipeline: [["pipelines"]],
  run: [["runs"], ["pipelines"]],
  transformation: [["transformations"]],
};
/** Changes that arrive together are answered by one reading. */
const GATHER_MS = 250;

/** Keeps what the pages show fresh: every change of the workspace marks what it touches as old. */
export function useFreshness(): void {
  const client = useQueryClient();
  const waiting = useRef(new Set<QueryKey>());
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const soon = (keys: readonly QueryKey[]) => {
    for (const key of keys) waiting.current.add(key);
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      const due = [...waiting.current];
      waiting.current.clear();
      for (const queryKey of due) void client.invalidateQueries({ queryKey });
    }, GATHER_MS);
  };
  useTopic("workspace", (message) => {
    if (message.type === "change") soon(STALE_BY_KIND[message.change.subject.kind] ?? []);
    if (message.type === "resync") void client.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== "auth" });
  });
  useTopic("notifications", (message) => {
    if (message.type === "notification" || message.type === "resync") soon([["notifications"]]);
  });
}
