import type { Dataset, DatasetVersion } from "@granary/protocol";
import { TextInput } from "@mantine/core";
import { useRef } from "react";
import { useRestoreVersion } from "../../api/dataset-versions.ts";
import { useConfirm } from "../../kit/confirm.tsx";
import { useFormat } from "../../kit/format.tsx";
import { toastDone, toastError } from "../../kit/toast.tsx";

/** Asks whether an older version is to come back, brings it back, and offers the way to what was before. */
export function useRestore(dataset: Dataset, onDone: () => void): (version: DatasetVersion) => void {
  const restore = useRestoreVersion();
  const confirm = useConfirm();
  const format = useFormat();
  const reason = useRef("");
  return (version) => {
    reason.current = "";
    // Not by the mutation's own callbacks: the place that asked may be gone when the way back is taken.
    const undo = (before: number) =>
      restore.mutateAsync({ dataset: dataset.id, version: before, reason: `Undid restoring version ${version.number}` }).then(
        () => toastDone(`Version ${before} is back`),
        (error: unknown) => toastError("Not undone", error),
      );
    confirm({
      title: `Restore version ${version.number}`,
      text: (
        <>
          <p>
            Its {version.rows === null ? "" : `${format.number(version.rows)} `}rows come back as a new version, with the columns and rules they had. Nothing is
            lost: the versions between stay, and this can be undone.
          </p>
          <TextInput
            label="Why"
            description="Shown beside the new version"
            maxLength={500}
            onChange={(event) => (reason.current = event.currentTarget.value)}
          />
        </>
      ),
      action: "Restore",
      run: async () => {
        const made = await restore.mutateAsync({ dataset: dataset.id, version: version.number, reason: reason.current });
        onDone();
        toastDone(`Version ${version.number} is back as version ${made.number}`, undefined, { verb: "Undo", run: () => void undo(made.number - 1) });
      },
    });
  };
}
