import type { SqlPlanStep } from "@granary/protocol";
import { useQuery } from "@tanstack/react-query";
import { explainQuery } from "../../api/sql.ts";
import { EmptyState } from "../../kit/empty-state.tsx";
import { ErrorNote } from "../../kit/error-note.tsx";
import { PageSkeleton } from "../../kit/skeleton.tsx";
import classes from "./sql.module.css";

/** The engine's words in plain ones. */
const WORDS: Readonly<Record<string, string>> = {
  SEQ_SCAN: "Read",
  TABLE_SCAN: "Read",
  PROJECTION: "Compute columns",
  FILTER: "Keep rows that fit",
  HASH_JOIN: "Join by equal values",
  NESTED_LOOP_JOIN: "Join by comparing each pair",
  CROSS_PRODUCT: "Join each row with each",
  HASH_GROUP_BY: "Group",
  PERFECT_HASH_GROUP_BY: "Group",
  UNGROUPED_AGGREGATE: "Aggregate all rows",
  SIMPLE_AGGREGATE: "Aggregate all rows",
  ORDER_BY: "Sort",
  TOP_N: "Sort and keep the first rows",
  LIMIT: "Keep the first rows",
  STREAMING_LIMIT: "Keep the first rows",
  UNION: "Put rows together",
  WINDOW: "Compute over neighbouring rows",
  STREAMING_WINDOW: "Compute over neighbouring rows",
  DISTINCT: "Keep each row once",
  CTE: "Compute a named part",
  CTE_SCAN: "Read a named part",
  RECURSIVE_CTE: "Repeat until nothing is new",
  EMPTY_RESULT: "Nothing",
  DUMMY_SCAN: "One row",
  COLUMN_DATA_SCAN: "Rows written down",
  UNNEST: "A row per element",
};

const wordOf = (operator: string): string => WORDS[operator] ?? operator.toLowerCase().replaceAll("_", " ");

/** How a query would be carried out, from the result down to what is read. */
export function PlanTab({ sql }: { readonly sql: string }) {
  const { data, error, refetch } = useQuery({ ...explainQuery(sql), enabled: sql !== "" });
  if (sql === "") return <EmptyState small title="No query yet" text="Write one above; its plan is shown here." />;
  if (error !== null) return <ErrorNote error={error} onRetry={() => void refetch()} />;
  if (data === undefined) return <PageSkeleton />;
  return (
    <div className={classes.plan}>
      <p className={classes.hint}>From the result down to what is read. Made without looking at rows; with them, joins may be done in another order.</p>
      <Steps steps={data} label="Plan" />
    </div>
  );
}

function Steps({ steps, label }: { readonly steps: readonly SqlPlanStep[]; readonly label?: string }) {
  return (
    <ul className={classes.steps} aria-label={label}>
      {steps.map((step, index) => (
        <li key={index}>
          <Step step={step} />
          {step.inputs.length > 0 && <Steps steps={step.inputs} />}
        </li>
      ))}
    </ul>
  );
}

function Step({ step: { operator, table, details } }: { readonly step: SqlPlanStep }) {
  const told = Object.entries(details).filter(([, value]) => value !== "");
  return (
    <div className={classes.step}>
      <p>
        <strong>
          {wordOf(operator)}
          {table !== null && ` ${table}`}
        </strong>
        <code>{operator}</code>
      </p>
      {told.length > 0 && (
        <dl>
          {told.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      )}
    </div>
  );
}
