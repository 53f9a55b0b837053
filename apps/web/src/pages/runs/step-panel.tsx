import type { Run, RunStep } from "@granary/protocol";
import { CloseButton, SegmentedControl } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { type RunId, stepOutputQuery } from "../../api/runs.ts";
import { ErrorNote } from "../../kit/error-note.tsx";
import { type Format, useFormat } from "../../kit/format.tsx";
import { KeyValue } from "../../kit/key-value.tsx";
import { RelativeTime } from "../../kit/relative-time.tsx";
import { RowsTable } from "../../kit/rows-table.tsx";
import { Line } from "../../kit/skeleton.tsx";
import { StatusBadge } from "../../kit/status-badge.tsx";
import { Tabs } from "../../kit/tabs.tsx";
import { FaultNote } from "./fault-note.tsx";
import { STEP_WORDS } from "./run-words.ts";
import { useTook } from "./run-state.tsx";
import classes from "./runs.module.css";

type Part = "facts" | "rows" | "sql" | "plan";

function partsOf(step: RunStep): readonly { readonly value: Part; readonly title: string }[] {
  return [
    { value: "facts", title: "Facts" },
    ...(step.hasOutput ? [{ value: "rows", title: "Rows" } as const] : []),
    ...(step.sql === null ? [] : [{ value: "sql", title: "SQL" } as const]),
    ...(step.plan === null ? [] : [{ value: "plan", title: "Plan" } as const]),
  ];
}

interface StepPanelProps {
  readonly run: Run;
  readonly step: RunStep;
  readonly onClose: () => void;
}

/** One step: what went in and came out, how long it took, what it computed, and why it failed. */
export function StepPanel({ run, step, onClose }: StepPanelProps) {
  const [chosen, setPart] = useState<Part>("facts");
  const parts = partsOf(step);
  const part = parts.some(({ value }) => value === chosen) ? chosen : "facts";
  const [tone, text] = STEP_WORDS[step.state];
  const title = step.title === "" ? step.node : step.title;
  return (
    <section className={classes.stepPanel} aria-label={`Step ${title}`}>
      <div className={classes.stepHead}>
        <h2 className={classes.stepTitle}>{title}</h2>
        <StatusBadge tone={tone}>{text}</StatusBadge>
        <CloseButton className={classes.stepClose} aria-label="Close the step" onClick={onClose} />
      </div>
      {step.waitingFor !== null && (
        <p className={classes.waits}>
          {step.waitingFor.text} {step.waitingFor.until !== null && <RelativeTime at={step.waitingFor.until} />}
        </p>
      )}
      {step.fault !== null && <FaultNote fault={step.fault} />}
      {parts.length > 1 && <Tabs label="Parts of the step" tabs={parts} value={part} onChange={setPart} />}
      <PartOf part={part} run={run} step={step} />
    </section>
  );
}

function PartOf({ part, run, step }: { readonly part: Part; readonly run: Run; readonly step: RunStep }) {
  if (part === "rows") return <Output run={run.id} step={step} />;
  if (part === "sql") return <Code label="SQL" text={step.sql ?? ""} />;
  return part === "plan" ? <Code label="Plan" text={step.plan ?? ""} /> : <Facts step={step} />;
}

function Code({ label, text }: { readonly label: string; readonly text: string }) {
  return (
    <pre className={classes.code} tabIndex={0} aria-label={label}>
      {text}
    </pre>
  );
}

const orNothing = (value: number | null, format: Format): string => (value === null ? "not counted" : format.number(value));

function Facts({ step }: { readonly step: RunStep }) {
  const format = useFormat();
  const took = useTook();
  const ports = Object.entries(step.ports);
  const items: [string, ReactNode][] = [
    ["Rows in", orNothing(step.rowsIn, format)],
    ["Rows out", orNothing(step.rowsOut, format)],
    ...(ports.length > 1 ? ([["By output", ports.map(([port, rows]) => `${port} ${format.number(rows)}`).join(", ")]] as [string, string][]) : []),
    ["Kept apart", orNothing(step.rejected, format)],
    ["Bytes", step.bytes === null ? "not counted" : format.bytes(step.bytes)],
    ["Took", took(step) === "" ? "not begun" : took(step)],
    ["Attempts", format.number(step.attempt)],
    ["Started", <RelativeTime key="started" at={step.startedAt} none="not yet" />],
    ["Ended", <RelativeTime key="ended" at={step.endedAt} none="not yet" />],
  ];
  if (step.fusedInto !== null) items.push(["Computed with", step.fusedInto]);
  if (step.reusedFrom !== null) items.push(["Taken from", step.reusedFrom]);
  if (step.columns !== null) items.push(["Columns", step.columns.map(({ name }) => name).join(", ")]);
  return <KeyValue items={items} />;
}

function Output({ run, step }: { readonly run: RunId; readonly step: RunStep }) {
  const format = useFormat();
  const ports = Object.keys(step.ports);
  const [chosen, setPort] = useState<string>();
  const port = chosen ?? ports[0] ?? "out";
  const query = useQuery(stepOutputQuery(run, step.node, port));
  const choice = ports.length > 1 && <SegmentedControl size="xs" aria-label="Output" data={ports} value={port} onChange={setPort} className={classes.ports} />;
  if (query.error !== null)
    return (
      <>
        {choice}
        <ErrorNote error={query.error} onRetry={() => void query.refetch()} />
      </>
    );
  if (query.data === undefined)
    return (
      <div className={classes.waiting} role="status" aria-label="Reading rows">
        {["90%", "80%", "86%"].map((width) => (
          <Line key={width} width={width} height={14} />
        ))}
      </div>
    );
  const { columns, rows, total } = query.data;
  return (
    <>
      {choice}
      <p className={classes.note}>
        {total === null || total === rows.length
          ? `${format.number(rows.length)} rows`
          : `The first ${format.number(rows.length)} of ${format.number(total)} rows`}
      </p>
      <RowsTable label={`Rows of ${step.node}`} columns={columns} rows={rows} />
    </>
  );
}
