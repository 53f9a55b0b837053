import type { Dataset } from "@granary/protocol";
import { Button } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import Upload from "lucide-react/icons/upload";
import { datasetsQuery } from "../../api/datasets.ts";
import { rowsOf } from "../../api/list.ts";
import { useSession } from "../../api/session.ts";
import { type Column, DataList } from "../../kit/data-list.tsx";
import { EmptyState } from "../../kit/empty-state.tsx";
import { FilterBar } from "../../kit/filter-bar.tsx";
import { useFormat } from "../../kit/format.tsx";
import { moreOf } from "../../kit/list-more.ts";
import { Page, PageHeader } from "../../kit/page-header.tsx";
import { RelativeTime } from "../../kit/relative-time.tsx";
import { useSlug } from "../../shell/index.ts";
import classes from "../people/people.module.css";
import { DatasetState } from "./dataset-state.tsx";

const route = getRouteApi("/w/$workspace/datasets");

/** The data this person may read. */
export function DatasetsPage() {
  const { q, owner } = route.useSearch();
  const navigate = route.useNavigate();
  const slug = useSlug();
  const format = useFormat();
  const { features } = useSession();
  const query = useInfiniteQuery(datasetsQuery({ q, owner }));
  const setSearch = (change: Readonly<Record<string, string | undefined>>) =>
    void navigate({ search: (before) => ({ ...before, ...change }) as typeof before, replace: true });
  const importButton = (
    <Button component={Link} to={`/w/${slug}/import` as "/"} leftSection={<Upload size={15} />}>
      Import
    </Button>
  );
  const columns: readonly Column<Dataset>[] = [
    {
      id: "name",
      header: "Name",
      primary: true,
      cell: (dataset) => (
        <span className={classes.name}>
          <Link to={`/w/${slug}/datasets/${dataset.id}` as "/"} className={classes.link}>
            {dataset.name}
          </Link>
          {dataset.description !== "" && <span className={classes.mail}>{dataset.description}</span>}
        </span>
      ),
    },
    { id: "status", header: "Status", width: "120px", cell: (dataset) => <DatasetState dataset={dataset} /> },
    { id: "rows", header: "Rows", width: "110px", align: "right", cell: (dataset) => (dataset.rows === null ? "" : format.number(dataset.rows)) },
    { id: "columns", header: "Columns", width: "90px", align: "right", cell: (dataset) => dataset.columns.length },
    { id: "owner", header: "Owner", width: "160px", deskOnly: true, cell: (dataset) => dataset.owner?.name ?? "nobody now" },
    { id: "changed", header: "Changed", width: "140px", cell: (dataset) => <RelativeTime at={dataset.updatedAt} /> },
  ];
  const mayImport = features["importData"] === true;
  return (
    <Page>
      <PageHeader title="Datasets" text="Table-shaped data with every version kept." actions={mayImport && importButton} />
      <FilterBar
        values={{ q, owner }}
        onChange={setSearch}
        filters={[
          { kind: "text", name: "q", label: "Search names and descriptions" },
          { kind: "choice", name: "owner", label: "Owner", any: "Any owner", options: [{ value: "me", label: "Mine" }] },
        ]}
      />
      <div className={classes.frame}>
        <DataList
          label="Datasets"
          columns={columns}
          rows={rowsOf(query.data)}
          rowId={(dataset) => dataset.id}
          rowName={(dataset) => dataset.name}
          error={query.error}
          onRetry={() => void query.refetch()}
          more={moreOf(query)}
          empty={
            q === undefined && owner === undefined ? (
              <EmptyState
                title="No dataset yet"
                text="Import a file: its types are proved value by value, and rows that do not fit are set aside, not lost."
                action={mayImport ? importButton : undefined}
              />
            ) : (
              <EmptyState title="No dataset fits" text="Loosen the filters, or ask its owner to share it with you." />
            )
          }
        />
      </div>
    </Page>
  );
}
