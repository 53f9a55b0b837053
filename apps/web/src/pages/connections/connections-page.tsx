import type { ConnectionSummary } from "@granary/protocol";
import { Button } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import Plus from "lucide-react/icons/plus";
import { connectionsQuery } from "../../api/connections.ts";
import { rowsOf } from "../../api/list.ts";
import { useMay } from "../../api/session.ts";
import { type Column, DataList } from "../../kit/data-list.tsx";
import { EmptyState } from "../../kit/empty-state.tsx";
import { FilterBar } from "../../kit/filter-bar.tsx";
import { type Format, useFormat } from "../../kit/format.tsx";
import { moreOf } from "../../kit/list-more.ts";
import { Page, PageHeader } from "../../kit/page-header.tsx";
import { RelativeTime } from "../../kit/relative-time.tsx";
import { StatusBadge } from "../../kit/status-badge.tsx";
import { useSlug } from "../../shell/index.ts";
import people from "../people/people.module.css";
import { type connectionsSearch, healthOf, KIND_TITLES, KINDS } from "./connection-words.ts";
import classes from "./connections.module.css";
import { KindIcon } from "./kind-icon.tsx";

const route = getRouteApi("/w/$workspace/connections");

type Search = ReturnType<typeof connectionsSearch>;

function columnsOf(slug: string, format: Format): readonly Column<ConnectionSummary>[] {
  return [
    {
      id: "name",
      header: "Connection",
      primary: true,
      cell: (row) => (
        <span className={classes.named}>
          <KindIcon kind={row.kind} />
          <span className={people.name}>
            <Link to={`/w/${slug}/connections/${row.id}` as "/"} className={people.link}>
              {row.name}
            </Link>
            <span className={people.mail}>{KIND_TITLES[row.kind]}</span>
          </span>
        </span>
      ),
    },
    {
      id: "health",
      header: "Health",
      width: "190px",
      cell: ({ check }) => {
        const { tone, text } = healthOf(check);
        return <StatusBadge tone={tone}>{text}</StatusBadge>;
      },
    },
    { id: "tested", header: "Tested", width: "140px", deskOnly: true, cell: ({ check }) => <RelativeTime at={check?.at ?? null} /> },
    { id: "streams", header: "Streams", width: "90px", align: "right", cell: ({ streamCount }) => (streamCount === null ? "" : format.number(streamCount)) },
    { id: "pipelines", header: "Pipelines", width: "90px", align: "right", cell: ({ pipelineCount }) => format.number(pipelineCount) },
    { id: "owner", header: "Owner", width: "150px", deskOnly: true, cell: ({ owner }) => owner?.name ?? <span className="g-soft">nobody</span> },
  ];
}

/** Where data comes from and goes to. */
export function ConnectionsPage() {
  const search = route.useSearch() as Search;
  const navigate = route.useNavigate();
  const slug = useSlug();
  const format = useFormat();
  const mayCreate = useMay("connection:create");
  const query = useInfiniteQuery(connectionsQuery(search));
  const create = mayCreate && (
    <Button leftSection={<Plus size={15} />} component={Link} to={`/w/${slug}/connections/new` as "/"}>
      Connect a source
    </Button>
  );
  const isChosen = Object.keys(search).length > 0;
  return (
    <Page>
      <PageHeader
        title="Connections"
        text="Where data comes from and goes to. Secrets are kept encrypted and never shown again."
        actions={query.data !== undefined && create}
      />
      <FilterBar
        values={search}
        onChange={(change) => void navigate({ search: (before) => ({ ...before, ...change }) as typeof before, replace: true })}
        filters={[
          { kind: "text", name: "q", label: "Name or description" },
          { kind: "choice", name: "kind", label: "Kind", any: "Any kind", options: KINDS.map((value) => ({ value, label: KIND_TITLES[value] })) },
        ]}
      />
      <div className={people.frame}>
        <DataList
          label="Connections"
          columns={columnsOf(slug, format)}
          rows={rowsOf(query.data)}
          rowId={({ id }) => id}
          rowName={({ name }) => name}
          error={query.error}
          onRetry={() => void query.refetch()}
          more={moreOf(query)}
          empty={
            isChosen ? (
              <EmptyState title="No connection is like that" text="Choose another kind, or clear the filters to see all." />
            ) : (
              <EmptyState
                title="Nothing is connected yet"
                text="Connect a database, a bucket, an API or a folder once; pipelines read from it and write to it as often as you like."
                action={create}
              />
            )
          }
        />
      </div>
    </Page>
  );
}
