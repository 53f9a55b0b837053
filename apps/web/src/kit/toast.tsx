import { ApiError } from "@granary/client";
import Check from "lucide-react/icons/check";
import TriangleAlert from "lucide-react/icons/triangle-alert";
import { Button } from "@mantine/core";
import { Notifications, notifications } from "@mantine/notifications";
import { messageOf } from "./error-note.tsx";

const GOOD_MS = 4_000;
const BAD_MS = 12_000;

/** Where short messages appear: below on a phone, at the lower right on a desk. */
export function Toasts() {
  return <Notifications position="bottom-right" limit={4} containerWidth={360} />;
}

/** A way back from what was just done. */
export interface Undo {
  readonly verb: string;
  readonly run: () => void;
}

/** Says that something is done, and offers the way back where there is one. */
export function toastDone(title: string, text?: string, undo?: Undo): void {
  const id = notifications.show({
    title,
    message: (
      <>
        {text}
        {undo !== undefined && (
          <Button
            variant="subtle"
            size="compact-xs"
            onClick={() => {
              notifications.hide(id);
              undo.run();
            }}
          >
            {undo.verb}
          </Button>
        )}
      </>
    ),
    icon: <Check size={16} />,
    color: "green",
    autoClose: undo === undefined ? GOOD_MS : BAD_MS,
    withBorder: true,
    closeButtonProps: { "aria-label": "Dismiss" },
  });
}

/** Says that something failed, why, and under which request id. */
export function toastError(title: string, error: unknown): void {
  const id = error instanceof ApiError && error.requestId !== undefined ? ` (request ${error.requestId})` : "";
  notifications.show({
    title,
    message: `${messageOf(error)}${id}`,
    icon: <TriangleAlert size={16} />,
    color: "red",
    autoClose: BAD_MS,
    withBorder: true,
    closeButtonProps: { "aria-label": "Dismiss" },
  });
}
