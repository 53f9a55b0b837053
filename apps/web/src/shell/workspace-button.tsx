import ChevronsUpDown from "lucide-react/icons/chevrons-up-down";
import type { ComponentProps } from "react";
import { initialsOf } from "./initials.ts";
import classes from "./workspace-switch.module.css";

interface WorkspaceButtonProps extends ComponentProps<"button"> {
  readonly name: string;
  readonly folded: boolean;
}

/** The workspace in force, on the button that leads to others. */
export function WorkspaceButton({ name, folded, ...props }: WorkspaceButtonProps) {
  return (
    <button type="button" {...props} className={classes.target} data-folded={folded || undefined} aria-label={`Workspace ${name}, switch`}>
      <span className={classes.tile} data-initials={initialsOf(name)} />
      {!folded && (
        <>
          <span className={classes.name}>{name}</span>
          <ChevronsUpDown size={14} aria-hidden="true" />
        </>
      )}
    </button>
  );
}
