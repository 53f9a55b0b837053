import { Button } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import PanelLeft from "lucide-react/icons/panel-left";
import { useState } from "react";
import { checkSql, completionsQuery, type QueryId } from "../../api/sql.ts";
import { Page, PageHeader } from "../../kit/page-header.tsx";
import { Label } from "../../kit/status-badge.tsx";
import { Tabs } from "../../kit/tabs.tsx";
import { CatalogPanel } from "./catalog-panel.tsx";
import { ConsoleBar } from "./console-bar.tsx";
import { HistoryTab } from "./history-tab.tsx";
import { Outcome } from "./outcome.tsx";
import { PlanTab } from "./plan-tab.tsx";
import { SavedTab } from "./saved-tab.tsx";
import { SqlEditor } from "./sql-editor.tsx";
import classes from "./sql.module.css";
import { type ConsoleProps, useConsole } from "./use-console.ts";

const TABS = [
  { value: "results", title: "Results" },
  { value: "chart", title: "Chart" },
  { value: "plan", title: "Plan" },
  { value: "history", title: "History" },
  { value: "saved", title: "Saved" },
] as const;

/** The editor with everything around it. */
export function SqlConsole(props: ConsoleProps) {
  const { saved, search, onSearch } = props;
  const { editor, run, start, ...own } = useConsole(props);
  const catalog = useQuery(completionsQuery()).data;
  const isWide = useMediaQuery("(min-width: 900px)", true, { getInitialValueInEffect: false });
  const [isOpen, setOpen] = useState<boolean>();
  const showsCatalog = isOpen ?? isWide;
  const tab = search.tab ?? "results";
  const onExample = (sql: string) => {
    editor.current?.replace(sql);
    editor.current?.focus();
  };
  return (
    <Page wide>
      <Heading saved={saved} />
      <div className={classes.console} data-catalog={showsCatalog || undefined}>
        {showsCatalog && <CatalogPanel onInsert={(name) => editor.current?.insert(name)} />}
        <div className={classes.work}>
          <div className={classes.writing}>
            <SqlEditor ref={editor} initial={own.initial} onChange={own.onText} onRun={() => void start()} completions={() => catalog} check={checkSql} />
            <ConsoleBar
              saved={saved}
              text={own.text}
              isRunning={run.state.kind === "running"}
              maxRows={own.maxRows}
              onMaxRows={own.onMaxRows}
              onRun={() => void start()}
              onCancel={run.cancel}
              onSaved={own.openSaved}
              onNew={own.openNew}
            >
              <Button
                variant="subtle"
                color="gray"
                size="xs"
                leftSection={<PanelLeft size={14} />}
                aria-expanded={showsCatalog}
                onClick={() => setOpen(!showsCatalog)}
              >
                Datasets
              </Button>
            </ConsoleBar>
          </div>
          <Tabs label="Console" tabs={TABS} value={tab} onChange={own.onTab} />
          {(tab === "results" || tab === "chart") && (
            <Outcome
              run={run}
              shown={search.query as QueryId | undefined}
              isChart={tab === "chart"}
              row={search.row}
              cell={search.cell}
              onOpen={onSearch}
              onAgain={() => void start()}
              onExample={onExample}
            />
          )}
          {tab === "plan" && <PlanTab sql={own.planned} />}
          {tab === "history" && <HistoryTab q={search.q} onSearch={(q) => onSearch({ q })} onOpen={(query) => void own.openRan(query)} />}
          {tab === "saved" && <SavedTab q={search.q} onSearch={(q) => onSearch({ q })} onOpen={own.openSaved} />}
        </div>
      </div>
    </Page>
  );
}

function Heading({ saved }: Pick<ConsoleProps, "saved">) {
  if (saved === undefined) return <PageHeader title="SQL" text="Ask the datasets you may read, at any version." />;
  const label = saved.visibility === "private" ? "Only you" : `Shared by ${saved.owner.name}`;
  return <PageHeader title={saved.name} text={saved.description === "" ? undefined : saved.description} beside={<Label>{label}</Label>} />;
}
