import type { Dataset, DatasetSchema, SchemaDocument } from "@granary/protocol";
import { Button, FileButton, Modal, Textarea } from "@mantine/core";
import { useState } from "react";
import { useMay } from "../../api/session.ts";
import { ProposeSchema } from "../dataset-changes/propose-schema.tsx";
import { ReviewDialog, ReviewProblem, useReview } from "./review-dialog.tsx";
import classes from "./schema.module.css";

interface DocumentDialogProps {
  readonly dataset: Dataset;
  readonly schema: DatasetSchema;
  readonly onClose: () => void;
}

/** Takes an edited document of the columns, and shows what it would change before anything does. */
export function DocumentDialog({ dataset, schema, onClose }: DocumentDialogProps) {
  const [text, setText] = useState("");
  const [fault, setFault] = useState<string>();
  const { review, look, isLooking, error, close } = useReview(dataset);
  const ask = (version: number) => {
    try {
      // The server checks every part of it.
      look(JSON.parse(text) as SchemaDocument, version);
      setFault(undefined);
    } catch (cause) {
      setFault(`This is no JSON: ${cause instanceof Error ? cause.message : String(cause)}`);
    }
  };
  const mayPropose = useMay("change:create");
  const [isProposing, setProposing] = useState(false);
  if (review !== undefined && isProposing) return <ProposeSchema dataset={dataset} document={review.document} onClose={onClose} />;
  if (review !== undefined)
    return <ReviewDialog dataset={dataset} review={review} onClose={close} onApplied={onClose} onPropose={mayPropose ? () => setProposing(true) : undefined} />;
  return (
    <Modal opened onClose={onClose} title="Apply an edited document" size="lg">
      <div className={classes.review}>
        <p className={classes.soft}>
          Columns are found by id, then by name. Those that the document does not have are dropped. You see what would change first.
        </p>
        <Textarea
          className={classes.document}
          label="Document"
          rows={12}
          spellCheck={false}
          value={text}
          error={fault}
          onChange={(event) => setText(event.currentTarget.value)}
          data-autofocus
        />
        <ReviewProblem error={error} onAgain={ask} onTake={onClose} />
        <div className={classes.buttons}>
          <FileButton accept="application/json,.json" onChange={(file) => void file?.text().then(setText)}>
            {(props) => (
              <Button {...props} variant="default" mr="auto">
                Choose a file
              </Button>
            )}
          </FileButton>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button disabled={text.trim() === ""} loading={isLooking} onClick={() => ask(schema.version)}>
            Review changes
          </Button>
        </div>
      </div>
    </Modal>
  );
}
