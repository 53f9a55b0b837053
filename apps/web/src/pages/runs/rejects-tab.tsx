import type { Run, RunReject } from "@granary/protocol";
import { Button, Select } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import RotateCcw from "lucide-react/icons/rotate-ccw";
import { useState } from "react";
import { rowsOf } from "../../api/list.ts";
import { rejectsQuery } from "../../api/runs.ts";
import { type Column, DataList } from "../../kit/data-list.tsx";
import { EmptyState } from "../../kit/empty-state.tsx";
import { useFormat } from "../../kit/format.tsx";
import { moreOf } from "../../kit/list-more.ts";
import { useSlug } from "../../shell/index.ts";
import people from "../people/people.module.css";
import classes from "./runs.module.css";
import { useReplay } from "./use-run-actions.tsx";

const titleOf = (run: Run, node: string): string => run.steps.find((step) => step.node === node)?.title || node;

/** Rows that did not fit and were kept apart, with the reason of each. */
export function RejectsTab({ run }: { readonly run: Run }) {
  const slug = useSlug();
  const format = useFormat();
  const [node, setNode] = useState<string>();
  const query = useInfiniteQuery(rejectsQuery(run.id, node));
  const replay = useReplay(run, node === undefined ? [] : [node]);
  const nodes = run.steps.filter(({ rejected }) => (rejected ?? 0) > 0);
  const columns: readonly Column<RunReject>[] = [
    { id: "reason", header: "Reason", primary: true, cell: ({ reason, column }) => (column === null ? reason : `${column}: ${reason}`) },
    { id: "node", header: "Step", width: "160px", cell: (reject) => titleOf(run, reject.node) },
    { id: "row", header: "Row", cell: ({ row, column }) => <Values row={row} marked={column} /> },
    {
      id: "replayed",
      header: "Replayed",
      width: "110px",
      cell: ({ replayedIn }) =>
        replayedIn === null ? (
          <span className="g-soft">no</span>
        ) : (
          <Link to={`/w/${slug}/runs/${replayedIn}` as "/"} className={people.link}>
            in a run
          </Link>
        ),
    },
  ];
  return (
    <>
      <div className={classes.bar}>
        {nodes.length > 1 && (
          <Select
            size="xs"
            aria-label="Step"
            placeholder="Every step"
            clearable
            clearButtonProps={{ "aria-label": "Clear step" }}
            data={nodes.map((step) => ({ value: step.node, label: `${titleOf(run, step.node)} (${format.number(step.rejected ?? 0)})` }))}
            value={node ?? null}
            onChange={(value) => setNode(value ?? undefined)}
          />
        )}
        {run.can.replay && (
          <Button size="xs" variant="default" leftSection={<RotateCcw size={13} />} onClick={replay}>
            Replay {node === undefined ? "all" : "these"}
          </Button>
        )}
      </div>
      <div className={people.frame}>
        <DataList
          label="Rows that were kept apart"
          columns={columns}
          rows={rowsOf(query.data)}
          rowId={({ seq }) => String(seq)}
          rowName={({ seq }) => `row ${seq}`}
          error={query.error}
          onRetry={() => void query.refetch()}
          more={moreOf(query)}
          empty={<EmptyState small title="Every row fitted" text="Rows that fail a cast, a check or the destination would be kept here, never lost." />}
        />
      </div>
    </>
  );
}

function Values({ row, marked }: { readonly row: RunReject["row"]; readonly marked: string | null }) {
  return (
    <span className={classes.values}>
      {Object.entries(row).map(([name, value]) => (
        <span key={name} data-marked={name === marked || undefined}>
          <span className="g-soft">{name}</span> {value ?? <em>null</em>}
        </span>
      ))}
    </span>
  );
}
