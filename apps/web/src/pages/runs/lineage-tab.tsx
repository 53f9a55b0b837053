import type { RouteResult, Routes } from "@granary/protocol";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { RunId } from "../../api/runs.ts";
import { runLineageQuery } from "../../api/runs.ts";
import { type Column, DataList } from "../../kit/data-list.tsx";
import { EmptyState } from "../../kit/empty-state.tsx";
import { useSlug } from "../../shell/index.ts";
import people from "../people/people.module.css";

type Edge = RouteResult<Routes["runs.lineage"]>["items"][number];

const KINDS = { direct: "taken over", derived: "computed from", indirect: "decided by" } as const satisfies Record<Edge["kind"], string>;

/** Where each column that was written came from. */
export function LineageTab({ run }: { readonly run: RunId }) {
  const query = useQuery(runLineageQuery(run));
  const columns: readonly Column<Edge>[] = [
    { id: "to", header: "Written", primary: true, cell: ({ to }) => <End end={to} /> },
    { id: "kind", header: "How", width: "130px", cell: ({ kind }) => KINDS[kind] },
    { id: "from", header: "From", cell: ({ from }) => <End end={from} /> },
  ];
  return (
    <div className={people.frame}>
      <DataList
        label="Where values came from"
        columns={columns}
        rows={query.data?.items}
        rowId={({ from, to, kind }) => JSON.stringify([from.id, from.column, to.id, to.column, kind])}
        rowName={({ to }) => `${to.name} ${to.column}`}
        error={query.error}
        onRetry={() => void query.refetch()}
        empty={<EmptyState small title="Nothing was written" text="What a run publishes is written down column by column, with where each came from." />}
      />
    </div>
  );
}

function End({ end }: { readonly end: Edge["to"] }) {
  const slug = useSlug();
  const name = `${end.name}${end.version === null ? "" : ` (version ${end.version})`}`;
  const path = { dataset: `/datasets/${end.id}`, connection: `/connections/${end.id}` }[end.kind];
  return (
    <span>
      {path === undefined ? (
        name
      ) : (
        <Link to={`/w/${slug}${path}` as "/"} className={people.link}>
          {name}
        </Link>
      )}{" "}
      <span className="g-mono">{end.column}</span>
    </span>
  );
}
