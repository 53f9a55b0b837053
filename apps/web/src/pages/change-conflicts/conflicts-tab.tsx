import type { ChangeRequest, ConflictRow } from "@granary/protocol";
import { Button, Menu } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { conflictsQuery } from "../../api/change-diff.ts";
import { useResolve } from "../../api/changes.ts";
import { itemsOf } from "../../api/list.ts";
import { EmptyState } from "../../kit/empty-state.tsx";
import { ErrorNote } from "../../kit/error-note.tsx";
import { useFormat } from "../../kit/format.tsx";
import { PageSkeleton } from "../../kit/skeleton.tsx";
import { toastDone } from "../../kit/toast.tsx";
import { ConflictCard } from "./conflict-card.tsx";
import classes from "./conflicts.module.css";
import { decideCell, decideColumn, decideRest, type Decisions, NO_DECISIONS, resolutionsOf, undecided } from "./resolutions.ts";

/** Cells that others changed meanwhile, too: whose value stays is decided here, and the answer is a new revision. */
export function ConflictsTab({ change }: { readonly change: ChangeRequest }) {
  const query = useInfiniteQuery(conflictsQuery(change.id));
  const [decisions, setDecisions] = useState<Decisions>(NO_DECISIONS);
  const first = query.data?.pages[0];
  const rows = itemsOf(query.data);
  if (query.error !== null && first === undefined) return <ErrorNote error={query.error} onRetry={() => void query.refetch()} />;
  if (first === undefined) return <PageSkeleton />;
  if (rows.length === 0) return <EmptyState small title="No conflict" text="What others changed meanwhile does not touch what is proposed here." />;
  const mayDecide = change.can.propose;
  return (
    <div className={classes.stack}>
      <p className={classes.lead}>
        {first.rows} {first.rows === 1 ? "row was" : "rows were"} changed by others meanwhile in {first.cells} {first.cells === 1 ? "cell" : "cells"} that{" "}
        {first.cells === 1 ? "is" : "are"} proposed here, too. Decide whose value stays; what you decide is a new revision over version {change.headVersion}.
      </p>
      {mayDecide && <Wide rows={rows} onDecide={setDecisions} />}
      <ul className={classes.list} aria-label="Conflicts">
        {rows.map((row, index) => (
          // A row without a key has no identity but its place, which stays while one decides.
          <li key={row.key === null ? index : JSON.stringify(row.key)}>
            <ConflictCard
              row={row}
              keys={first.keys}
              decisions={decisions}
              onDecide={mayDecide ? (column, decision) => setDecisions((before) => decideCell(before, row.key, column, decision)) : undefined}
            />
          </li>
        ))}
      </ul>
      {query.hasNextPage && (
        <Button variant="default" size="xs" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()} style={{ alignSelf: "center" }}>
          Show more conflicts
        </Button>
      )}
      {mayDecide && <Send change={change} rows={rows} hasMore={query.hasNextPage} decisions={decisions} onSent={() => setDecisions(NO_DECISIONS)} />}
    </div>
  );
}

/** Deciding many at once: all that are left, or a column. */
function Wide({ rows, onDecide }: { readonly rows: readonly ConflictRow[]; readonly onDecide: (change: (before: Decisions) => Decisions) => void }) {
  const columns = [...new Set(rows.flatMap(({ cells }) => cells.map(({ column }) => column)))];
  const menu = (label: string, take: "mine" | "theirs") => (
    <Menu position="bottom-start">
      <Menu.Target>
        <Button size="xs" variant="default">
          {label}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => onDecide((before) => decideRest(before, take))}>All that is not decided</Menu.Item>
        <Menu.Label>Or one column</Menu.Label>
        {columns.map((column) => (
          <Menu.Item key={column} onClick={() => onDecide((before) => decideColumn(before, column, take))}>
            {column}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
  return (
    <div className={classes.wide}>
      {menu("Take what is proposed", "mine")}
      {menu("Keep what is there now", "theirs")}
    </div>
  );
}

interface SendProps {
  readonly change: ChangeRequest;
  readonly rows: readonly ConflictRow[];
  readonly hasMore: boolean;
  readonly decisions: Decisions;
  readonly onSent: () => void;
}

function Send({ change, rows, hasMore, decisions, onSent }: SendProps) {
  const format = useFormat();
  const resolve = useResolve();
  const left = undecided(decisions, rows);
  const isWhole = left === 0 && (!hasMore || decisions.rest !== undefined);
  const send = () =>
    resolve.mutate(
      { change: change.id, body: { resolutions: resolutionsOf(decisions), ...(decisions.rest !== undefined && { rest: decisions.rest }) } },
      {
        onSuccess: () => {
          onSent();
          toastDone("A new revision is being made", "It has to be approved again.");
        },
      },
    );
  return (
    <div className={classes.send}>
      {resolve.error !== null && <ErrorNote error={resolve.error} />}
      <span className="g-soft" role="status">
        {left > 0 && `${format.number(left)} not decided yet`}
        {left === 0 && !isWhole && "There are more: show them, or decide all that is left at once"}
      </span>
      <Button loading={resolve.isPending} disabled={!isWhole} onClick={send}>
        Propose what is decided
      </Button>
    </div>
  );
}
