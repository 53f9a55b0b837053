import type { ReactNode } from "react";
import classes from "./empty-state.module.css";
import { Grains } from "./mark.tsx";

interface EmptyStateProps {
  readonly title: string;
  readonly text: ReactNode;
  readonly action?: ReactNode;
  /** Less tall, for a panel among others. */
  readonly small?: boolean;
}

/** What a place says while it holds nothing: what will be here, and how to begin. */
export function EmptyState({ title, text, action, small = false }: EmptyStateProps) {
  return (
    <div className={classes.empty} data-small={small || undefined}>
      {!small && (
        <div className={classes.picture}>
          <Grains columns={9} rows={3} seed={title.length} />
        </div>
      )}
      <p className={classes.title}>{title}</p>
      <p className={classes.text}>{text}</p>
      {action !== undefined && <div className={classes.action}>{action}</div>}
    </div>
  );
}
