import type { PersonalDataFinding } from "@granary/protocol";
import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { Suspense, useState } from "react";
import { rowsOf } from "../../api/list.ts";
import { findingsQuery } from "../../api/personal-data.ts";
import { useMay } from "../../api/session.ts";
import { type Column, DataList } from "../../kit/data-list.tsx";
import { EmptyState } from "../../kit/empty-state.tsx";
import { moreOf } from "../../kit/list-more.ts";
import { Page, PageHeader } from "../../kit/page-header.tsx";
import { PageSkeleton } from "../../kit/skeleton.tsx";
import { Tabs } from "../../kit/tabs.tsx";
import { useSlug } from "../../shell/index.ts";
import people from "../people/people.module.css";
import { BulkBar } from "./bulk-bar.tsx";
import { FindingState, Why } from "./finding-words.tsx";
import classes from "./personal-data.module.css";
import { RowReaders } from "./row-readers.tsx";
import { SettingsPanel } from "./settings-panel.tsx";
import { useVerdict, VerdictButtons } from "./verdict-buttons.tsx";

const route = getRouteApi("/w/$workspace/personal-data");

type State = PersonalDataFinding["state"];

const TABS = [
  { value: "suggested", title: "To decide" },
  { value: "accepted", title: "Classified" },
  { value: "refused", title: "Refused" },
  { value: "readers", title: "Who has seen" },
  { value: "settings", title: "Settings" },
] as const;

const EMPTY = {
  suggested: { title: "Nothing waits for a decision", text: "Every load is looked through. What looks like personal data stands here, and the bell rings." },
  accepted: { title: "No column is classified yet", text: "Columns whose suggestion was accepted stand here, with whether their kind is masked." },
  refused: { title: "Nothing was refused", text: "Suggestions that were refused stand here. They do not come back unless the data changes a lot." },
} as const satisfies Record<State, unknown>;

/** What looks like personal data in the workspace, and what was decided about it. */
export function PersonalDataPage() {
  const { tab = "suggested" } = route.useSearch();
  const navigate = route.useNavigate();
  return (
    <Page>
      <PageHeader
        title="Personal data"
        text="Columns that look as if they were about people. Accept what is right: the column is tagged, and masked if you like."
      />
      <Tabs
        label="Personal data"
        tabs={TABS}
        value={tab}
        onChange={(value) => void navigate({ search: value === "suggested" ? {} : { tab: value }, replace: true })}
      />
      {tab === "readers" && <RowReaders />}
      {tab === "settings" && (
        <Suspense fallback={<PageSkeleton />}>
          <SettingsPanel />
        </Suspense>
      )}
      {tab !== "settings" && tab !== "readers" && <Findings key={tab} state={tab} />}
    </Page>
  );
}

const NONE: ReadonlySet<string> = new Set();

function Findings({ state }: { readonly state: State }) {
  const query = useInfiniteQuery(findingsQuery(state));
  const [chosen, setChosen] = useState(NONE);
  const mayDecide = useMay("privacy:manage");
  const { decide } = useVerdict(() => setChosen(NONE));
  const rows = rowsOf(query.data);
  const verdicts: Column<PersonalDataFinding> = {
    id: "verdict",
    header: "Verdict",
    width: "1px",
    cell: (finding) => <VerdictButtons finding={finding} onDecide={(verdict) => decide([finding], verdict)} />,
  };
  const picked = (rows ?? []).filter(({ id }) => chosen.has(id));
  return (
    <>
      {picked.length > 0 && <BulkBar findings={picked} onDecide={(verdict) => decide(picked, verdict)} />}
      <div className={people.frame}>
        <DataList
          label={TABS.find(({ value }) => value === state)?.title ?? "Findings"}
          columns={mayDecide ? [...COLUMNS, verdicts] : COLUMNS}
          rows={rows}
          rowId={({ id }) => id}
          rowName={({ column, dataset }) => `${column.name} of ${dataset.name}`}
          error={query.error}
          onRetry={() => void query.refetch()}
          more={moreOf(query)}
          selection={mayDecide && state === "suggested" ? { ids: chosen, onChange: setChosen } : undefined}
          empty={<EmptyState {...EMPTY[state]} />}
        />
      </div>
    </>
  );
}

function Name({ dataset, column }: PersonalDataFinding) {
  const slug = useSlug();
  return (
    <span className={people.name}>
      <span className={`${classes.column ?? ""} g-mono`}>{column.name}</span>
      <Link to={`/w/${slug}/datasets/${dataset.id}` as "/"} search={{ tab: "privacy" } as never} className={people.link}>
        {dataset.name}
      </Link>
    </span>
  );
}

const COLUMNS: readonly Column<PersonalDataFinding>[] = [
  { id: "column", header: "Column", primary: true, width: "220px", cell: (finding) => <Name {...finding} /> },
  {
    id: "what",
    header: "Looks like",
    width: "190px",
    cell: (finding) => (
      <span className={classes.words}>
        {finding.title}
        <span className={classes.head}>
          <FindingState finding={finding} />
        </span>
      </span>
    ),
  },
  {
    id: "why",
    header: "Why",
    cell: (finding) => (
      <span className={people.name}>
        <Why finding={finding} />
      </span>
    ),
  },
];
