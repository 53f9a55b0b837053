import type { Download } from "@granary/protocol";
import { Button } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { datasetQuery } from "../../api/datasets.ts";
import { downloadsQuery, useDropFile, useFetchFile } from "../../api/downloads.ts";
import { rowsOf } from "../../api/list.ts";
import { CopyId } from "../../kit/copy-id.tsx";
import { type Column, DataList } from "../../kit/data-list.tsx";
import { EmptyState } from "../../kit/empty-state.tsx";
import { FilterBar } from "../../kit/filter-bar.tsx";
import { useFormat } from "../../kit/format.tsx";
import { moreOf } from "../../kit/list-more.ts";
import { Page, PageHeader } from "../../kit/page-header.tsx";
import { RelativeTime } from "../../kit/relative-time.tsx";
import { StatusBadge } from "../../kit/status-badge.tsx";
import { toastDone, toastError } from "../../kit/toast.tsx";
import { useCrumb, useSlug } from "../../shell/index.ts";
import classes from "../people/people.module.css";
import { choiceOf, formatName, sourceOf } from "./download-text.ts";
import own from "./downloads.module.css";

const route = getRouteApi("/w/$workspace/downloads");

const STATES = {
  streamed: { tone: "off", text: "Sent" },
  waiting: { tone: "busy", text: "Being made" },
  ready: { tone: "good", text: "Ready" },
  failed: { tone: "bad", text: "Failed" },
  cancelled: { tone: "off", text: "Stopped" },
  expired: { tone: "off", text: "Not kept any more" },
} as const;

/** What this person downloaded, or, for owners, who took what out of a dataset. */
export function DownloadsPage() {
  const { q, dataset } = route.useSearch();
  const navigate = route.useNavigate();
  const query = useInfiniteQuery(downloadsQuery({ q, dataset }));
  const of = useQuery({ ...datasetQuery(dataset ?? ""), enabled: dataset !== undefined }).data;
  const isOwn = dataset === undefined;
  useCrumb("Downloads");
  return (
    <Page>
      <PageHeader
        title={isOwn ? "Your downloads" : `Downloads of ${of?.name ?? "a dataset"}`}
        text={
          isOwn
            ? "Every file carries its id in its name: find it here to see which version, columns and rows it holds."
            : "Who took rows out of it, and results of SQL queries that read it."
        }
        actions={
          isOwn ? undefined : (
            <Button variant="default" onClick={() => void navigate({ search: {} as never })}>
              Your own downloads
            </Button>
          )
        }
      />
      <FilterBar
        values={{ q }}
        onChange={(change) => void navigate({ search: (before) => ({ ...before, ...change }) as typeof before, replace: true })}
        filters={[{ kind: "text", name: "q", label: isOwn ? "Id, dataset or file" : "Id, file or person" }]}
      />
      <div className={classes.frame}>
        <DataList
          label="Downloads"
          columns={useColumns(isOwn)}
          rows={rowsOf(query.data)}
          rowId={(item) => item.id}
          rowName={(item) => item.fileName}
          error={query.error}
          onRetry={() => void query.refetch()}
          more={moreOf(query)}
          rowAction={isOwn ? (item) => <Actions item={item} /> : undefined}
          empty={<Nothing isSearch={q !== undefined} isOwn={isOwn} />}
        />
      </div>
    </Page>
  );
}

function useColumns(isOwn: boolean): readonly Column<Download>[] {
  const format = useFormat();
  return [
    { id: "what", header: "What", primary: true, cell: (item) => <What item={item} /> },
    ...(isOwn ? [] : [{ id: "by", header: "Who", width: "150px", cell: (item: Download) => item.by?.name ?? "somebody who has left" }]),
    { id: "format", header: "Format", width: "80px", cell: formatName },
    { id: "rows", header: "Rows", width: "80px", align: "right", cell: (item) => (item.rows === null ? "" : format.number(item.rows)) },
    { id: "size", header: "Size", width: "90px", align: "right", deskOnly: true, cell: (item) => (item.bytes === null ? "" : format.bytes(item.bytes)) },
    {
      id: "state",
      header: "State",
      width: "130px",
      cell: ({ status }) => <StatusBadge tone={STATES[status].tone}>{STATES[status].text}</StatusBadge>,
    },
    { id: "when", header: "When", width: "110px", cell: (item) => <RelativeTime at={item.createdAt} /> },
  ];
}

/** What it is of, with a way to the same rows, and what of it. */
function What({ item }: { readonly item: Download }) {
  const slug = useSlug();
  const { dataset, query, dataVersion, error } = item;
  const choice = choiceOf(item);
  return (
    <span className={classes.name}>
      {dataset !== null && (
        <span>
          <Link
            to={`/w/${slug}/datasets/${dataset.id}` as "/"}
            search={{ version: String(dataVersion), filter: item.filter ?? undefined } as never}
            className={classes.link}
          >
            {dataset.name}
          </Link>
          , version {dataVersion}
        </span>
      )}
      {dataset === null && (query?.id == null ? <span>{sourceOf(item)}</span> : <QueryLink id={query.id} label={sourceOf(item)} />)}
      {query !== null && query.datasets.length > 0 && (
        <span className={classes.mail}>reads {query.datasets.map(({ name, version }) => `${name}, version ${version}`).join("; ")}</span>
      )}
      {choice !== "" && <span className={own.choice}>{choice}</span>}
      {error !== null && <span className={own.error}>{error.message}</span>}
      <CopyId value={item.id} whole />
    </span>
  );
}

function QueryLink({ id, label }: { readonly id: string; readonly label: string }) {
  const slug = useSlug();
  return (
    <Link className={`${classes.link} ${own.query}`} to={`/w/${slug}/sql` as "/"} search={{ query: id } as never}>
      {label}
    </Link>
  );
}

/** A kept file can be fetched again; one that is being made can be stopped. */
function Actions({ item }: { readonly item: Download }) {
  const fetchFile = useFetchFile();
  const drop = useDropFile();
  const remove = (said: string) => drop.mutate(item.id, { onSuccess: () => toastDone(said), onError: (error) => toastError("Not changed", error) });
  if (item.status === "waiting")
    return (
      <Button variant="subtle" color="gray" size="compact-xs" aria-label={`Stop ${item.fileName}`} onClick={() => remove("Stopped")}>
        Stop
      </Button>
    );
  if (item.status !== "ready") return null;
  return (
    <>
      <Button
        variant="default"
        size="compact-xs"
        loading={fetchFile.isPending}
        aria-label={`Save ${item.fileName}`}
        onClick={() => fetchFile.mutate(item, { onError: (error) => toastError("Nothing was downloaded", error) })}
      >
        Save file
      </Button>
      <Button variant="subtle" color="gray" size="compact-xs" aria-label={`Remove ${item.fileName}`} onClick={() => remove("The file is removed")}>
        Remove
      </Button>
    </>
  );
}

function Nothing({ isSearch, isOwn }: { readonly isSearch: boolean; readonly isOwn: boolean }) {
  if (isSearch) return <EmptyState title="No such download" text="Ids begin with dow_ and stand in the names of files." />;
  return isOwn ? (
    <EmptyState title="Nothing downloaded yet" text="Files you take out of datasets and of SQL results are listed here." />
  ) : (
    <EmptyState title="Nobody downloaded it yet" text="Each file that somebody takes out of this dataset is listed here." />
  );
}
