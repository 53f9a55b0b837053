import type { Run, RunNotice, Topic } from "@granary/protocol";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type RunId, runEventsQuery, runQuery } from "../../api/runs.ts";
import { useTopic } from "../../realtime/index.ts";

/** A run after a notice about it. */
export function withNotice(run: Run, notice: RunNotice): Run {
  const news = new Map(notice.steps.map((step) => [step.node, step]));
  return {
    ...run,
    state: notice.state,
    progress: notice.progress,
    counts: notice.counts,
    steps: run.steps.map((step) => ({ ...step, ...news.get(step.node) })),
  };
}

/** Whether a notice says more than counts: times, faults and results are then read anew. */
export function isTurn(run: Run, notice: RunNotice): boolean {
  const states = new Map(run.steps.map(({ node, state, attempt }) => [node, `${state} ${attempt}`]));
  return notice.state !== run.state || notice.steps.some(({ node, state, attempt }) => states.get(node) !== `${state} ${attempt}`);
}

/** Follows a run while it is shown, also across a lost connection. What it answers grows whenever the log may have. */
export function useLiveRun(id: RunId): number {
  const client = useQueryClient();
  const [log, setLog] = useState({ seq: 0, news: 0 });
  const readAgain = () => Promise.all([client.invalidateQueries(runQuery(id)), client.invalidateQueries(runEventsQuery(id))]);
  useTopic(`run:${id}` as Topic, (message) => {
    if (message.type === "resync") {
      void readAgain();
      setLog(({ seq, news }) => ({ seq, news: news + 1 }));
    }
    if (message.type !== "run") return;
    const { queryKey } = runQuery(id);
    const before = client.getQueryData<Run>(queryKey);
    const { logSeq } = message.run;
    setLog((heard) => (logSeq > heard.seq ? { seq: logSeq, news: heard.news + 1 } : heard));
    if (before === undefined) return;
    client.setQueryData(queryKey, withNotice(before, message.run));
    if (isTurn(before, message.run)) void readAgain();
  });
  return log.news;
}
