import type { SavedQuery } from "@granary/protocol";
import { Button, Checkbox, Modal, Textarea, TextInput } from "@mantine/core";
import { useSaveQuery } from "../../api/sql.ts";
import { FormProblem, useApiForm } from "../../kit/form.tsx";
import { toastDone } from "../../kit/toast.tsx";
import classes from "./sql.module.css";

interface SaveDialogProps {
  readonly sql: string;
  readonly onClose: () => void;
  readonly onSaved: (saved: SavedQuery) => void;
}

/** Saves a query under a name. */
export function SaveDialog({ sql, onClose, onSaved }: SaveDialogProps) {
  const save = useSaveQuery();
  const form = useApiForm({
    initial: { name: "", description: "", isShared: false },
    send: async ({ name, description, isShared }) => {
      const saved = await save.mutateAsync({ name, description, sql, visibility: isShared ? "workspace" : "private" });
      toastDone(`${saved.name} is saved`);
      onSaved(saved);
    },
  });
  return (
    <Modal opened onClose={onClose} title="Save the query">
      <form className={classes.form} onSubmit={form.onSubmit}>
        <FormProblem problem={form.problem} />
        <TextInput label="Name" data-autofocus {...form.fields.getInputProps("name")} />
        <Textarea label="What it answers" autosize minRows={2} {...form.fields.getInputProps("description")} />
        <Checkbox
          label="Share it with the workspace"
          description="Others can open and run it. They see what they may read, not what you may."
          {...form.fields.getInputProps("isShared", { type: "checkbox" })}
        />
        <div className={classes.formEnd}>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={form.sending}>
            Save
          </Button>
        </div>
      </form>
    </Modal>
  );
}
