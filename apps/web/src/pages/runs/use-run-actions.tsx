import type { Run } from "@granary/protocol";
import { useNavigate } from "@tanstack/react-router";
import { useCancelRun, usePauseRun, useReplayRun, useResumeRun, useRollBackRun } from "../../api/runs.ts";
import { useConfirm } from "../../kit/confirm.tsx";
import { toastDone, toastError } from "../../kit/toast.tsx";
import { useSlug } from "../../shell/index.ts";

/** Opens another run's page. */
export function useOpenRun(): (run: string) => Promise<void> {
  const navigate = useNavigate();
  const slug = useSlug();
  return (run) => navigate({ to: `/w/${slug}/runs/${run}` as "/" });
}

/** Asks before the rows that were kept apart are run again. */
export function useReplay(run: Run, nodes: readonly string[]): () => void {
  const confirm = useConfirm();
  const replay = useReplayRun();
  const open = useOpenRun();
  return () =>
    confirm({
      title: nodes.length === 0 ? "Replay the rows that were kept apart" : `Replay the rows kept apart at ${nodes.join(", ")}`,
      text: "A new run brings them in through the newest version of the pipeline. Rows that fit are added; those that still do not are kept apart again. Nothing is doubled.",
      action: "Replay",
      run: async () => {
        const after = await replay.mutateAsync({ run: run.id, body: { nodes: [...nodes] } });
        toastDone(`Run ${after.number} has begun`);
        await open(after.id);
      },
    });
}

/** What can be done with a run beside trying it again; what destroys something asks first. */
export function useRunActions(run: Run) {
  const confirm = useConfirm();
  const cancel = useCancelRun();
  const pause = usePauseRun();
  const resume = useResumeRun();
  const rollBack = useRollBackRun();
  const touched = run.results.filter(({ kind }) => kind === "version");
  return {
    pause: () =>
      pause.mutate(run.id, { onSuccess: () => toastDone("Pausing", "What is finished is kept."), onError: (error) => toastError("Not paused", error) }),
    resume: () => resume.mutate(run.id, { onSuccess: () => toastDone("It goes on"), onError: (error) => toastError("Not resumed", error) }),
    isSending: pause.isPending || resume.isPending,
    cancel: () =>
      confirm({
        title: `Cancel run ${run.number}`,
        text: "It stops within seconds. Nothing it has not published comes to be, and its streams stay where they were. Retry can go on from the steps that are finished.",
        action: "Cancel the run",
        danger: true,
        run: async () => {
          await cancel.mutateAsync(run.id);
          toastDone("Stopping");
        },
      }),
    rollBack: () =>
      confirm({
        title: `Roll run ${run.number} back`,
        text: "These datasets get a new version with the rows they had before the run, and its streams go back to where they were. The versions of the run stay in the history. A dataset that was changed since is not touched.",
        touches: touched.map(({ label, previousVersion, version }) => `${label}: back from version ${version} to ${previousVersion ?? "empty"}`),
        action: "Roll back",
        danger: true,
        run: async () => {
          await rollBack.mutateAsync(run.id);
          toastDone(`Run ${run.number} is rolled back`);
        },
      }),
  };
}
