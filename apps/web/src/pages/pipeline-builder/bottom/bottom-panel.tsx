import { ActionIcon } from "@mantine/core";
import ChevronDown from "lucide-react/icons/chevron-down";
import ChevronUp from "lucide-react/icons/chevron-up";
import { useState } from "react";
import { useBuilder } from "../builder-context.ts";
import classes from "./bottom.module.css";
import { ColumnsTab } from "./columns-tab.tsx";
import { FaultsTab } from "./faults-tab.tsx";
import { SampleTab } from "./sample-tab.tsx";
import { SqlTab } from "./sql-tab.tsx";
import { TestsTab } from "./tests-tab.tsx";

const TABS = ["sample", "columns", "sql", "tests", "faults"] as const;
type Tab = (typeof TABS)[number];

/** What is known of the chosen node, and of the whole pipeline. */
export function BottomPanel() {
  const { checked } = useBuilder();
  const [tab, setTab] = useState<Tab>("sample");
  const [isOpen, setOpen] = useState(true);
  const errors = checked.faults.filter(({ severity }) => severity === "error").length;
  const warnings = checked.faults.length - errors;
  const titles: Readonly<Record<Tab, string>> = { sample: "Sample", columns: "Columns", sql: "SQL", tests: "Tests", faults: "Faults" };
  return (
    <section className={classes.bottom} data-open={isOpen || undefined} aria-label="About the pipeline">
      <div className={classes.tabs}>
        {TABS.map((name) => (
          <button
            key={name}
            type="button"
            className={classes.tab}
            aria-current={isOpen && tab === name ? "true" : undefined}
            onClick={() => {
              setTab(name);
              setOpen(true);
            }}
          >
            {titles[name]}
            {name === "faults" && errors > 0 && (
              <span className={classes.number} data-tone="bad">
                {errors}
              </span>
            )}
            {name === "faults" && errors === 0 && warnings > 0 && (
              <span className={classes.number} data-tone="warn">
                {warnings}
              </span>
            )}
          </button>
        ))}
        <span className={classes.space} />
        <ActionIcon aria-label={isOpen ? "Fold the panel" : "Unfold the panel"} aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {isOpen ? <ChevronDown size={16} /> : <ChevronUp size={16} />}
        </ActionIcon>
      </div>
      {isOpen && (
        <div className={classes.body}>
          {tab === "sample" && <SampleTab />}
          {tab === "columns" && <ColumnsTab />}
          {tab === "sql" && <SqlTab />}
          {tab === "tests" && <TestsTab />}
          {tab === "faults" && <FaultsTab />}
        </div>
      )}
    </section>
  );
}
