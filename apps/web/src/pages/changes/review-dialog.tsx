import type { ChangeRequest } from "@granary/protocol";
import { Button, Checkbox, Modal, Textarea } from "@mantine/core";
import { useState } from "react";
import { useApproveChange, useRejectChange } from "../../api/changes.ts";
import { ErrorNote } from "../../kit/error-note.tsx";
import { toastDone } from "../../kit/toast.tsx";
import classes from "./request.module.css";

interface ReviewDialogProps {
  readonly change: ChangeRequest;
  readonly verdict: "approve" | "reject";
  readonly onClose: () => void;
}

function wordsOf(change: ChangeRequest, verdict: ReviewDialogProps["verdict"], close: boolean) {
  if (verdict === "approve")
    return {
      title: `Approve #${change.number}`,
      text: `Your approval is of revision ${change.current?.number ?? ""}. It goes stale when something else is proposed.`,
      action: "Approve",
      done: "Approved",
    };
  const title = `Request changes of #${change.number}`;
  const text = "The request cannot be merged until you review it again.";
  return close ? { title, text, action: "Turn down", done: "Turned down" } : { title, text, action: "Request changes", done: "Changes requested" };
}

function useVerdict(change: ChangeRequest, verdict: ReviewDialogProps["verdict"], onSuccess: () => void) {
  // What was looked at, not what may have come since the dialog was opened.
  const [digest] = useState(change.current?.digest ?? undefined);
  const approve = useApproveChange();
  const reject = useRejectChange();
  const send = (body: string, close: boolean) => {
    const about = { body, ...(digest !== undefined && { digest }) };
    if (verdict === "approve") approve.mutate({ change: change.id, body: about }, { onSuccess });
    else reject.mutate({ change: change.id, body: { ...about, close } }, { onSuccess });
  };
  return { send, error: approve.error ?? reject.error, isPending: approve.isPending || reject.isPending };
}

/** A verdict on exactly what is shown: when something else is proposed meanwhile, it is refused. */
export function ReviewDialog({ change, verdict, onClose }: ReviewDialogProps) {
  const [body, setBody] = useState("");
  const [close, setClose] = useState(false);
  const isApproval = verdict === "approve";
  const words = wordsOf(change, verdict, close);
  const { send, error, isPending } = useVerdict(change, verdict, () => {
    toastDone(words.done);
    onClose();
  });
  const isReady = isApproval || body.trim() !== "";
  return (
    <Modal opened onClose={onClose} title={words.title}>
      <form
        className={classes.stack}
        onSubmit={(event) => {
          event.preventDefault();
          if (isReady) send(body.trim(), close);
        }}
      >
        <p className={classes.said}>{words.text}</p>
        <Textarea
          label={isApproval ? "Comment" : "What has to change"}
          autosize
          minRows={3}
          value={body}
          onChange={(event) => setBody(event.currentTarget.value)}
          required={!isApproval}
          data-autofocus
        />
        {!isApproval && (
          <Checkbox label="Turn it down for good: close the request" checked={close} onChange={(event) => setClose(event.currentTarget.checked)} />
        )}
        {error !== null && <ErrorNote error={error} />}
        <div className={classes.buttons}>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={isPending} disabled={!isReady}>
            {words.action}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
