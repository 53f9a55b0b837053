import type { Job } from "@granary/protocol";
import { type InfiniteData, useQueryClient } from "@tanstack/react-query";
import { useTopic } from "../../realtime/index.ts";

type JobPages = InfiniteData<{ items: Job[]; next: string | null }, string | undefined>;

/** Writes progress into the jobs that are shown as it arrives, and reads again when a job is new or has ended. */
export function useLiveJobs(): void {
  const client = useQueryClient();
  useTopic("jobs", (message) => {
    if (message.type === "resync") void client.invalidateQueries({ queryKey: ["jobs"] });
    if (message.type !== "job") return;
    const { id, state, progress, attempts } = message.job;
    let known = false;
    client.setQueriesData<JobPages>({ queryKey: ["jobs", "list"] }, (data) => {
      if (data === undefined) return undefined;
      const pages = data.pages.map((page) => ({
        ...page,
        items: page.items.map((job) => {
          if (job.id !== id || job.state !== state) return job;
          known = true;
          return { ...job, progress, attempts };
        }),
      }));
      return known ? { ...data, pages } : data;
    });
    if (!known) void client.invalidateQueries({ queryKey: ["jobs"] });
  });
}
