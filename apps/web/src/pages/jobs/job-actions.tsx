import type { Job } from "@granary/protocol";
import { Button } from "@mantine/core";
import { useCancelJob, useRetryJob } from "../../api/jobs.ts";
import { toastDone, toastError } from "../../kit/toast.tsx";

/** Stop a job, or queue it again. */
export function JobActions({ job, small = false }: { readonly job: Job; readonly small?: boolean }) {
  const cancel = useCancelJob();
  const retry = useRetryJob();
  const size = small ? "compact-xs" : "sm";
  return (
    <>
      {job.can.cancel && !job.cancelling && (
        <Button
          variant={small ? "subtle" : "default"}
          color="gray"
          size={size}
          loading={cancel.isPending}
          aria-label={`Cancel ${job.title}`}
          onClick={() =>
            cancel.mutate(
              { id: job.id },
              {
                onSuccess: (after) => toastDone(after.state === "cancelled" ? "Cancelled" : "Stopping", "What it had not finished is undone."),
                onError: (error) => toastError("Not cancelled", error),
              },
            )
          }
        >
          Cancel
        </Button>
      )}
      {job.can.retry && (
        <Button
          variant={small ? "subtle" : "default"}
          color="gray"
          size={size}
          loading={retry.isPending}
          aria-label={`Queue ${job.title} again`}
          onClick={() => retry.mutate({ id: job.id }, { onSuccess: () => toastDone("Queued again"), onError: (error) => toastError("Not queued", error) })}
        >
          Try again
        </Button>
      )}
    </>
  );
}
