import { Button, Modal } from "@mantine/core";

/** The warning before an idle session ends, with what is left of it. */
export default function IdleDialog({ left, onStay }: { readonly left: number; readonly onStay: () => void }) {
  return (
    <Modal opened onClose={onStay} title="Are you still there?" size="sm">
      <p role="timer">
        You will be signed out in <strong>{left}</strong> seconds, because nothing has happened here for a while. This page is kept for you.
      </p>
      <Button fullWidth onClick={onStay} data-autofocus>
        Stay signed in
      </Button>
    </Modal>
  );
}
