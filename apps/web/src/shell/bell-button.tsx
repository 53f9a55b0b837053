import { ActionIcon, type ActionIconProps } from "@mantine/core";
import BellIcon from "lucide-react/icons/bell";
import type { ComponentProps } from "react";
import classes from "./bell.module.css";

const MOST_SHOWN = 99;

/** The bell with how many notifications are unread. */
export function BellButton({
  unread,
  ...props
}: Omit<ActionIconProps, "size"> & Omit<ComponentProps<"button">, keyof ActionIconProps> & { readonly unread: number }) {
  return (
    <ActionIcon {...props} size="lg" aria-label={unread === 0 ? "Notifications" : `Notifications, ${unread} unread`} className={classes.bell ?? ""}>
      <BellIcon size={17} strokeWidth={1.75} />
      {unread > 0 && (
        <span className={classes.count} aria-hidden="true">
          {unread > MOST_SHOWN ? "99+" : unread}
        </span>
      )}
    </ActionIcon>
  );
}
