import type { Upload } from "@granary/protocol";
import { Button } from "@mantine/core";
import { giveUpUpload } from "../../api/uploads.ts";
import { useFormat } from "../../kit/format.tsx";
import { Panel } from "../../kit/panel.tsx";
import { RelativeTime } from "../../kit/relative-time.tsx";
import { toastError } from "../../kit/toast.tsx";
import classes from "./import.module.css";

interface OpenUploadsProps {
  readonly uploads: readonly Upload[];
  readonly onGoOn: (upload: Upload) => void;
  readonly onGone: () => void;
}

/** Files that were sent, or begun to be, and not imported yet. */
export function OpenUploads({ uploads, onGoOn, onGone }: OpenUploadsProps) {
  const format = useFormat();
  const shown = uploads.filter(({ status }) => status !== "refused");
  if (shown.length === 0) return null;
  const giveUp = (upload: Upload) =>
    giveUpUpload(upload.id).then(onGone, (error: unknown) => {
      toastError("Not removed", error);
    });
  return (
    <Panel title="Not imported yet" text="Kept for a week. A file that was cut off goes on where it ended when you choose the same file again.">
      <ul className={classes.list}>
        {shown.map((upload) => (
          <li key={upload.id} className={classes.listRow}>
            <span className={classes.listName}>
              <strong>{upload.fileName}</strong>
              <span className={classes.soft}>
                {upload.status === "complete"
                  ? format.bytes(upload.bytes)
                  : `${Math.floor((upload.offset / upload.bytes) * 100)} % of ${format.bytes(upload.bytes)} sent; choose the file again to go on`}
                , <RelativeTime at={upload.createdAt} />
              </span>
            </span>
            {upload.status === "complete" && (
              <Button size="compact-sm" variant="default" aria-label={`Go on with ${upload.fileName}`} onClick={() => onGoOn(upload)}>
                Go on
              </Button>
            )}
            <Button size="compact-sm" variant="subtle" color="gray" aria-label={`Remove ${upload.fileName}`} onClick={() => void giveUp(upload)}>
              Remove
            </Button>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
