import type { ChangeRules, Dataset } from "@granary/protocol";
import { Button } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { changeRulesQuery } from "../../api/change-rules.ts";
import { groupsQuery } from "../../api/groups.ts";
import { itemsOf } from "../../api/list.ts";
import { useMay } from "../../api/session.ts";
import { ErrorNote } from "../../kit/error-note.tsx";
import { Panel } from "../../kit/panel.tsx";
import { RelativeTime } from "../../kit/relative-time.tsx";
import { Line } from "../../kit/skeleton.tsx";
import classes from "./dataset-changes.module.css";
import { RulesDialog } from "./rules-dialog.tsx";
import { rulesText } from "./rules-words.ts";

/** What the dataset asks of its change requests; owners change it. */
export function RulesPanel({ dataset }: { readonly dataset: Dataset }) {
  const { data: rules, error, refetch } = useQuery(changeRulesQuery(dataset.id));
  const [isEditing, setEditing] = useState(false);
  return (
    <Panel
      title="Rules"
      text="What it takes until a request is merged. They hold for requests that are open already, too."
      actions={
        rules?.can.edit === true && (
          <Button size="xs" variant="default" onClick={() => setEditing(true)}>
            Change the rules
          </Button>
        )
      }
    >
      {error !== null && <ErrorNote error={error} onRetry={() => void refetch()} />}
      {rules === undefined && error === null && <Line width="60%" />}
      {rules !== undefined && <Said rules={rules} />}
      {rules !== undefined && isEditing && <RulesDialog dataset={dataset} rules={rules} onClose={() => setEditing(false)} />}
    </Panel>
  );
}

function Said({ rules }: { readonly rules: ChangeRules }) {
  const mayRead = useMay("user:read");
  const groups = useInfiniteQuery({ ...groupsQuery(), enabled: mayRead });
  const nameOf = (id: string) => itemsOf(groups.data).find((group) => group.id === id)?.name ?? "a group";
  return (
    <>
      <ul className={classes.rules}>
        {rulesText(rules, nameOf).map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
      {rules.setAt !== null && (
        <p className={classes.text}>
          Set by {rules.setBy?.name ?? "somebody who has left"} <RelativeTime at={rules.setAt} />.
        </p>
      )}
    </>
  );
}
