import type { ChangeSummary } from "@granary/protocol";
import { Button } from "@mantine/core";
import type { ReactNode } from "react";
import type { moreOf } from "../../kit/list-more.ts";
import { Line } from "../../kit/skeleton.tsx";
import { ChangeItem } from "./change-item.tsx";
import classes from "./changes.module.css";

interface ChangeListProps {
  readonly changes: readonly ChangeSummary[] | undefined;
  readonly more: ReturnType<typeof moreOf>;
  readonly empty: ReactNode;
  readonly isOfDataset?: boolean;
}

/** Change requests one below the other, with their loading and their empty state. */
export function ChangeList({ changes, more, empty, isOfDataset = false }: ChangeListProps) {
  if (changes?.length === 0 && !more.has) return <div className={classes.frame}>{empty}</div>;
  return (
    <div className={classes.frame} aria-busy={changes === undefined}>
      <ul className={classes.list} aria-label="Change requests">
        {changes === undefined
          ? ["62%", "48%", "71%", "55%"].map((width) => (
              <li key={width} className={classes.item} aria-hidden="true">
                <div className={classes.itemWords}>
                  <Line width={width} />
                  <Line width="30%" />
                </div>
              </li>
            ))
          : changes.map((change) => <ChangeItem key={change.id} change={change} isOfDataset={isOfDataset} />)}
      </ul>
      {more.has && (
        <div className={classes.more}>
          <Button variant="default" size="xs" loading={more.loading} onClick={more.load}>
            Show more
          </Button>
        </div>
      )}
    </div>
  );
}
