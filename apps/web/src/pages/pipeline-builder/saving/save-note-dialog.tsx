import { Button, Group, Modal, Textarea } from "@mantine/core";
import { useState } from "react";

/** Saves a version with a word on why. */
export function SaveNoteDialog({ onSave, onClose }: { readonly onSave: (note: string) => void; readonly onClose: () => void }) {
  const [note, setNote] = useState("");
  return (
    <Modal opened onClose={onClose} title="Save a version">
      <Textarea
        data-autofocus
        label="What changed, and why"
        description="Stands in the pipeline’s history."
        autosize
        minRows={3}
        maxLength={1_000}
        value={note}
        onChange={(event) => setNote(event.currentTarget.value)}
      />
      <Group justify="flex-end" gap="xs" mt="md">
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button
          onClick={() => {
            onSave(note);
            onClose();
          }}
        >
          Save
        </Button>
      </Group>
    </Modal>
  );
}
