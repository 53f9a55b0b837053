import { Button } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { changesQuery } from "../../api/changes.ts";
import { itemsOf } from "../../api/list.ts";
import { Panel } from "../../kit/panel.tsx";
import { useSlug } from "../../shell/index.ts";
import { ChangeItem } from "../changes/change-item.tsx";
import classes from "./home.module.css";

const SHOWN = 5;

/** Change requests that wait for the reader; nothing where none does. */
export function WaitingChanges() {
  const slug = useSlug();
  const query = useInfiniteQuery(changesQuery({ waiting: true, limit: SHOWN }));
  const items = itemsOf(query.data).slice(0, SHOWN);
  if (items.length === 0) return null;
  return (
    <Panel
      title="Waits for you"
      flush
      actions={
        <Button component={Link} to={`/w/${slug}/changes` as "/"} search={{ who: "waiting" } as never} variant="subtle" color="gray" size="compact-xs">
          All that wait
        </Button>
      }
    >
      <ul className={classes.list} aria-label="Change requests that wait for you">
        {items.map((change) => (
          <ChangeItem key={change.id} change={change} />
        ))}
      </ul>
    </Panel>
  );
}
