import { Button, Group, Modal } from "@mantine/core";
import { useBlocker } from "@tanstack/react-router";

/** Asks before unsaved changes are left; this browser keeps them all the same. */
export function LeaveDialog({ isChanged }: { readonly isChanged: boolean }) {
  const { proceed, reset, status } = useBlocker({ shouldBlockFn: () => isChanged, withResolver: true, enableBeforeUnload: () => isChanged });
  return (
    <Modal opened={status === "blocked"} onClose={() => reset?.()} title="Leave without saving?">
      <p>What you drew is not saved. This browser keeps it for you until you come back.</p>
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={() => reset?.()}>
          Stay
        </Button>
        <Button onClick={() => proceed?.()}>Leave</Button>
      </Group>
    </Modal>
  );
}
