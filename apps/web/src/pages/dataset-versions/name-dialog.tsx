import type { DatasetVersion } from "@granary/protocol";
import { Button, Modal, TextInput } from "@mantine/core";
import { useNameVersion } from "../../api/dataset-versions.ts";
import { FormProblem, useApiForm } from "../../kit/form.tsx";
import { toastDone } from "../../kit/toast.tsx";
import classes from "./versions.module.css";

interface NameDialogProps {
  readonly dataset: string;
  readonly version: DatasetVersion;
  readonly onClose: () => void;
}

/** Gives a version a name, another one, or none. */
export function NameDialog({ dataset, version, onClose }: NameDialogProps) {
  const change = useNameVersion();
  const [before = ""] = version.names;
  const form = useApiForm({
    initial: { name: before },
    send: async ({ name }) => {
      await change.mutateAsync({ dataset, version: version.number, name });
      toastDone(`Version ${version.number} is called ${name.trim()}`);
      onClose();
    },
  });
  const remove = () =>
    change.mutate(
      { dataset, version: version.number, name: undefined },
      {
        onSuccess: () => {
          toastDone(`Version ${version.number} has no name any more`);
          onClose();
        },
      },
    );
  return (
    <Modal opened onClose={onClose} title={`Name version ${version.number}`} size="md">
      <form className={classes.form} onSubmit={form.onSubmit}>
        <FormProblem problem={form.problem} />
        <TextInput
          label="Name"
          description="A version with a name is kept for good. It can be opened and asked for by its name."
          maxLength={100}
          data-autofocus
          {...form.fields.getInputProps("name")}
        />
        <div className={classes.buttons}>
          {before !== "" && (
            <Button variant="default" mr="auto" loading={change.isPending && !form.sending} onClick={remove}>
              Remove the name
            </Button>
          )}
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
