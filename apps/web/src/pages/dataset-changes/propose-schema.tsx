import type { Dataset, SchemaDocument } from "@granary/protocol";
import { Button, Modal, Textarea, TextInput } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useCreateChange } from "../../api/changes.ts";
import { ErrorNote } from "../../kit/error-note.tsx";
import { useSlug } from "../../shell/index.ts";
import classes from "./dataset-changes.module.css";

interface ProposeSchemaProps {
  readonly dataset: Dataset;
  readonly document: SchemaDocument;
  readonly onClose: () => void;
}

/** Asks others to look at changed columns before anything changes. */
export function ProposeSchema({ dataset, document, onClose }: ProposeSchemaProps) {
  const slug = useSlug();
  const navigate = useNavigate();
  const create = useCreateChange();
  const [title, setTitle] = useState(`Change columns of ${dataset.name}`.slice(0, 200));
  const [description, setDescription] = useState("");
  const propose = () =>
    create.mutate(
      { dataset: dataset.id, title: title.trim(), description, proposal: { from: "schema", document, confirm: true } },
      { onSuccess: ({ number }) => void navigate({ to: "/w/$workspace/changes/$change", params: { workspace: slug, change: String(number) } }) },
    );
  return (
    <Modal opened onClose={onClose} title="Propose other columns">
      <form
        className={classes.form}
        onSubmit={(event) => {
          event.preventDefault();
          if (title.trim() !== "") propose();
        }}
      >
        <p className={classes.text}>A change request shows each difference, and which rows stand against it. Nothing changes until it is merged.</p>
        <TextInput label="Title" required maxLength={200} value={title} onChange={(event) => setTitle(event.currentTarget.value)} data-autofocus />
        <Textarea label="Description" autosize minRows={3} value={description} onChange={(event) => setDescription(event.currentTarget.value)} />
        {create.error !== null && <ErrorNote error={create.error} />}
        <div className={classes.end}>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={create.isPending} disabled={title.trim() === ""}>
            Propose
          </Button>
        </div>
      </form>
    </Modal>
  );
}
