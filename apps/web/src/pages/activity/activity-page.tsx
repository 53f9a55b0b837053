import type { ActivityEntry } from "@granary/protocol";
import { Button, Drawer, Menu } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import Download from "lucide-react/icons/download";
import ShieldCheck from "lucide-react/icons/shield-check";
import { useMemo } from "react";
import { type ActivityFilters, activityQuery, useVerifyChain } from "../../api/activity.ts";
import { exportActivity } from "../../api/activity-export.ts";
import { rowsOf } from "../../api/list.ts";
import { useMay } from "../../api/session.ts";
import { type Column, DataList } from "../../kit/data-list.tsx";
import { EmptyState } from "../../kit/empty-state.tsx";
import { SaidError } from "../../kit/error-note.tsx";
import { FilterBar } from "../../kit/filter-bar.tsx";
import { moreOf } from "../../kit/list-more.ts";
import { Page, PageHeader } from "../../kit/page-header.tsx";
import { RelativeTime } from "../../kit/relative-time.tsx";
import { StatusBadge } from "../../kit/status-badge.tsx";
import { toastDone, toastError } from "../../kit/toast.tsx";
import { useTopic } from "../../realtime/index.ts";
import classes from "../people/people.module.css";
import { ActivityCharts } from "./activity-charts.tsx";
import { EntryDetail } from "./entry-detail.tsx";

const route = getRouteApi("/w/$workspace/activity");
const DAY_MS = 86_400_000;
const DEFAULT_DAYS = 30;

const AREAS = ["authentication", "administration", "data", "pipelines", "system"].map((value) => ({
  value,
  label: `${value.charAt(0).toUpperCase()}${value.slice(1)}`,
}));
const RESULTS = { success: { tone: "good", text: "Done" }, denied: { tone: "warn", text: "Refused" }, failure: { tone: "bad", text: "Failed" } } as const;
const SPANS = [
  { value: "1", label: "Last day" },
  { value: "7", label: "Last 7 days" },
  { value: "90", label: "Last 90 days" },
];

/** The start of the span, on a whole hour so that the same view keeps its cache. */
function startOf(days: number): string {
  const hour = 3_600_000;
  return new Date(Math.floor((Date.now() - days * DAY_MS) / hour) * hour).toISOString();
}

/** Who did what, when, from where, with which result. */
export function ActivityPage() {
  const { entry, days, ...chosen } = route.useSearch();
  const navigate = route.useNavigate();
  const span = Number(days ?? DEFAULT_DAYS);
  const from = useMemo(() => startOf(span), [span]);
  const filters: ActivityFilters = { ...chosen, from };
  const query = useInfiniteQuery(activityQuery(filters));
  const mayReadInstance = useMay("instance:settings");
  const rows = rowsOf(query.data);
  const setSearch = (change: Readonly<Record<string, string | undefined>>) =>
    void navigate({ search: (before) => ({ ...before, ...change }) as typeof before, replace: true });
  const opened = rows?.find(({ id }) => id === entry);
  useTopic("activity", (message) => {
    if (message.type === "event" || message.type === "resync") void query.refetch();
  });
  const columns: readonly Column<ActivityEntry>[] = [
    { id: "at", header: "When", width: "140px", cell: (row) => <RelativeTime at={row.at} /> },
    {
      id: "text",
      header: "What",
      primary: true,
      cell: (row) => (
        <button
          type="button"
          className={classes.link}
          style={{ border: 0, background: "none", padding: 0, font: "inherit", textAlign: "left", cursor: "pointer" }}
          onClick={() => setSearch({ entry: row.id })}
        >
          {row.text}
        </button>
      ),
    },
    { id: "type", header: "Event", deskOnly: true, cell: (row) => <code className="g-soft">{row.type}</code> },
    { id: "ip", header: "From", width: "130px", deskOnly: true, cell: (row) => <span className="g-mono">{row.ip ?? ""}</span> },
    { id: "result", header: "Result", width: "110px", cell: (row) => <StatusBadge tone={RESULTS[row.result].tone}>{RESULTS[row.result].text}</StatusBadge> },
  ];
  return (
    <Page>
      <PageHeader
        title="Activity"
        text="Every change and every refusal, written in the same transaction as the change itself and chained by hashes."
        actions={<Tools filters={filters} />}
      />
      <FilterBar
        values={{ ...chosen, days }}
        onChange={setSearch}
        filters={[
          { kind: "text", name: "text", label: "Search names and addresses" },
          { kind: "choice", name: "area", label: "Area", any: "Any area", options: AREAS },
          {
            kind: "choice",
            name: "result",
            label: "Result",
            any: "Any result",
            options: Object.entries(RESULTS).map(([value, { text }]) => ({ value, label: text })),
          },
          { kind: "choice", name: "days", label: "Time", any: "Last 30 days", options: SPANS },
          ...(mayReadInstance
            ? [{ kind: "choice" as const, name: "of", label: "Of", any: "This workspace", options: [{ value: "instance", label: "The installation" }] }]
            : []),
        ]}
      />
      <ActivityCharts filters={filters} bucket={span <= 7 ? "hour" : "day"} />
      <div className={classes.frame}>
        <DataList
          label="Activity"
          columns={columns}
          rows={rows}
          rowId={(row) => row.id}
          rowName={(row) => row.text}
          error={query.error}
          onRetry={() => void query.refetch()}
          more={moreOf(query)}
          empty={<EmptyState title="Nothing happened that fits" text="Widen the time or loosen the filters." />}
        />
      </div>
      <Drawer opened={opened !== undefined} onClose={() => setSearch({ entry: undefined })} position="right" size="lg" title="What happened">
        {opened !== undefined && <EntryDetail entry={opened} />}
      </Drawer>
    </Page>
  );
}

function Tools({ filters }: { readonly filters: ActivityFilters }) {
  const mayExport = useMay("activity:export");
  const verify = useVerifyChain();
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
      <Button variant="default" leftSection={<ShieldCheck size={15} />} loading={verify.isPending} onClick={check}>
        Check the chain
      </Button>
      {mayExport && (
        <Menu position="bottom-end">
          <Menu.Target>
            <Button variant="default" leftSection={<Download size={15} />}>
              Export
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            {(["csv", "json"] as const).map((format) => (
              <Menu.Item key={format} onClick={() => void exportActivity(filters, format).catch((error: unknown) => toastError("Nothing was exported", error))}>
                {format.toUpperCase()} of what is shown
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
      )}
    </>
  );
}
