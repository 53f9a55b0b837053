import type { AccessAction, AccessLogEntry } from "@granary/protocol";
import { Button, Drawer } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import Download from "lucide-react/icons/download";
import ShieldCheck from "lucide-react/icons/shield-check";
import { useMemo } from "react";
import { type AccessLogFilters, accessLogQuery, accessTimelineQuery, exportAccessLog, useVerifyAccessChain } from "../../api/access-log.ts";
import { catalogQuery } from "../../api/dataset-catalog.ts";
import { itemsOf, rowsOf } from "../../api/list.ts";
import { peopleQuery } from "../../api/people.ts";
import { useMay } from "../../api/session.ts";
import { Bars } from "../../kit/charts.tsx";
import { type Column, DataList } from "../../kit/data-list.tsx";
import { EmptyState } from "../../kit/empty-state.tsx";
import { ErrorNote, SaidError } from "../../kit/error-note.tsx";
import { FilterBar } from "../../kit/filter-bar.tsx";
import { useFormat } from "../../kit/format.tsx";
import { moreOf } from "../../kit/list-more.ts";
import { Page, PageHeader } from "../../kit/page-header.tsx";
import { Panel } from "../../kit/panel.tsx";
import { RelativeTime } from "../../kit/relative-time.tsx";
import { Line } from "../../kit/skeleton.tsx";
import { StatusBadge } from "../../kit/status-badge.tsx";
import { toastDone, toastError } from "../../kit/toast.tsx";
import people from "../people/people.module.css";
import { AccessDetail } from "./access-detail.tsx";
import classes from "./access-log.module.css";
import { ACTION_CHOICES, accessText, columnsText } from "./access-words.ts";

const route = getRouteApi("/w/$workspace/access-log");
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const DEFAULT_DAYS = "30";

const DECISIONS = [
  { value: "denied", label: "Refused" },
  { value: "allowed", label: "Allowed" },
];
const SPANS = [
  { value: "1", label: "Last day" },
  { value: "7", label: "Last 7 days" },
  { value: "90", label: "Last 90 days" },
];

/** The start of the span, on a whole hour so that the same view keeps its cache. */
const startOf = (days: string): string => new Date(Math.floor((Date.now() - Number(days) * DAY_MS) / HOUR_MS) * HOUR_MS).toISOString();

/** Those who may be chosen: what the reader may list, up to its first page. */
function useChoices() {
  const mayListPeople = useMay("user:read");
  const persons = useInfiniteQuery({ ...peopleQuery(), enabled: mayListPeople });
  const datasets = useInfiniteQuery(catalogQuery({ sort: "name" }));
  return {
    person: itemsOf(persons.data).map(({ id, name }) => ({ value: id as string, label: name })),
    dataset: itemsOf(datasets.data).map(({ id, name }) => ({ value: id as string, label: name })),
  };
}

/** Who read and wrote which data, and who was refused. */
export function AccessLogPage() {
  const { entry, days, action, ...chosen } = route.useSearch();
  const navigate = route.useNavigate();
  const from = useMemo(() => startOf(days ?? DEFAULT_DAYS), [days]);
  const filters: AccessLogFilters = { ...chosen, ...(action === undefined ? {} : { action: [action as AccessAction] }), from };
  const query = useInfiniteQuery(accessLogQuery(filters));
  const choices = useChoices();
  const rows = rowsOf(query.data);
  const setSearch = (change: Readonly<Record<string, string | undefined>>) =>
    void navigate({ search: (before) => ({ ...before, ...change }) as typeof before, replace: true });
  const opened = rows?.find(({ id }) => id === entry);
  return (
    <Page>
      <PageHeader
        title="Access log"
        text="Every read and write of data, and every attempt that was refused: who, which columns, how many rows, what for. It holds no values, and nobody can change it."
        actions={<Tools filters={filters} />}
      />
      <FilterBar
        values={{ ...chosen, action, days }}
        onChange={setSearch}
        filters={[
          { kind: "choice", name: "decision", label: "Decision", any: "Allowed and refused", options: DECISIONS },
          { kind: "choice", name: "person", label: "Person", any: "Anybody", options: withChosen(choices.person, chosen.person) },
          { kind: "choice", name: "dataset", label: "Dataset", any: "Any dataset", options: withChosen(choices.dataset, chosen.dataset) },
          { kind: "text", name: "column", label: "Whole name of a column" },
          { kind: "choice", name: "action", label: "Action", any: "Any action", options: ACTION_CHOICES },
          { kind: "text", name: "purpose", label: "Purpose" },
          { kind: "choice", name: "days", label: "Time", any: "Last 30 days", options: SPANS },
        ]}
      />
      <Timeline filters={filters} />
      <div className={people.frame}>
        <DataList
          label="Access log"
          columns={columnsFor((id) => setSearch({ entry: id }))}
          rows={rows}
          rowId={(row) => row.id}
          rowName={accessText}
          error={query.error}
          onRetry={() => void query.refetch()}
          more={moreOf(query)}
          empty={
            <EmptyState title="Nobody did anything that fits" text="Widen the time or loosen the filters. What is read from now on appears here at once." />
          }
        />
      </div>
      <Drawer opened={opened !== undefined} onClose={() => setSearch({ entry: undefined })} position="right" size="lg" title="Who did what">
        {opened !== undefined && <AccessDetail entry={opened} />}
      </Drawer>
    </Page>
  );
}

type Choice = { readonly value: string; readonly label: string };

/** What the address names stays chosen although the list does not have it: who has left, a dataset that is gone. */
function withChosen(options: readonly Choice[], chosen: string | undefined): readonly Choice[] {
  return chosen === undefined || options.some(({ value }) => value === chosen) ? options : [...options, { value: chosen, label: chosen }];
}

function columnsFor(onOpen: (id: string) => void): readonly Column<AccessLogEntry>[] {
  return [
    { id: "at", header: "When", width: "130px", cell: (row) => <RelativeTime at={row.at} /> },
    {
      id: "what",
      header: "What",
      primary: true,
      cell: (row) => (
        <button type="button" className={classes.open} onClick={() => onOpen(row.id)}>
          {accessText(row)}
        </button>
      ),
    },
    { id: "who", header: "Who", width: "170px", cell: (row) => row.principal.label },
    { id: "columns", header: "Columns", deskOnly: true, cell: (row) => <span className="g-soft">{columnsText(row.columns)}</span> },
    { id: "rows", header: "Rows", width: "90px", align: "right", deskOnly: true, cell: (row) => row.rows ?? "" },
    { id: "purpose", header: "Purpose", width: "110px", deskOnly: true, cell: (row) => row.purpose ?? "" },
    {
      id: "decision",
      header: "Decision",
      width: "110px",
      cell: ({ decision }) => <StatusBadge tone={decision === "allowed" ? "good" : "warn"}>{decision === "allowed" ? "Allowed" : "Refused"}</StatusBadge>,
    },
  ];
}

function Timeline({ filters }: { readonly filters: AccessLogFilters }) {
  const format = useFormat();
  const { data, error, refetch } = useQuery(accessTimelineQuery(filters, format.zone));
  return (
    <Panel title="By day">
      {error !== null && <ErrorNote error={error} onRetry={() => void refetch()} />}
      {data === undefined && error === null && <Line height={160} />}
      {data !== undefined && (
        <Bars
          label="Reads, writes and refusals by day"
          unit="entries"
          bars={data.buckets.map(({ at, reads, writes, denied }) => ({ key: at, label: format.date(at), value: reads + writes + denied, marked: denied }))}
        />
      )}
    </Panel>
  );
}

function Tools({ filters }: { readonly filters: AccessLogFilters }) {
  const mayExport = useMay("activity:export");
  const mayVerify = useMay("activity:read");
  const verify = useVerifyAccessChain();
  const check = () =>
    verify.mutate(undefined, {
      onSuccess: ({ ok, checked, broken }) =>
        ok
          ? toastDone("The chain holds", `${checked} entries were checked; none was changed or removed.`)
          : toastError("The chain is broken", new SaidError(`Entry ${broken?.position ?? "?"} was ${broken?.reason ?? "changed"}.`)),
      onError: (error) => toastError("The chain could not be checked", error),
    });
  return (
    <>
      {mayVerify && (
        <Button variant="default" leftSection={<ShieldCheck size={15} />} loading={verify.isPending} onClick={check}>
          Check the chain
        </Button>
      )}
      {mayExport && (
        <Button
          variant="default"
          leftSection={<Download size={15} />}
          onClick={() => void exportAccessLog(filters).catch((error: unknown) => toastError("Nothing was exported", error))}
        >
          Export CSV
        </Button>
      )}
    </>
  );
}
