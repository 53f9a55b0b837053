import type { SchemaComparison } from "@granary/protocol";
import { Panel } from "../../kit/panel.tsx";
import { StatusBadge } from "../../kit/status-badge.tsx";
import classes from "./connections.module.css";

interface StreamChange {
  readonly stream: string;
  readonly change: "added" | "removed" | "changed";
  readonly comparison: SchemaComparison | null;
}

const WORDS = { added: ["good", "New"], removed: ["bad", "Gone"], changed: ["warn", "Changed"] } as const;

/** A score as people read it: how much of the old would be loaded without loss. */
const fitText = (score: number): string => `${Math.floor(score * 100)}% compatible`;

/** What is other than it was when the source was looked through last. */
export function DriftReport({ changes }: { readonly changes: readonly StreamChange[] }) {
  if (changes.length === 0) return null;
  return (
    <div role="status">
      <Panel
        title={changes.length === 1 ? "1 stream has changed" : `${changes.length} streams have changed`}
        text="Pipelines follow their own rule: take over, ask, or stop."
      >
        <ul className={classes.drift}>
          {changes.map(({ stream, change, comparison }) => (
            <li key={stream}>
              <span className={classes.driftHead}>
                <StatusBadge tone={WORDS[change][0]}>{WORDS[change][1]}</StatusBadge>
                <span className="g-mono">{stream}</span>
                {comparison !== null && <span className="g-soft">{fitText(comparison.score)}</span>}
              </span>
              {comparison !== null && <ColumnChanges comparison={comparison} />}
            </li>
          ))}
        </ul>
      </Panel>
    </div>
  );
}

function ColumnChanges({ comparison }: { readonly comparison: SchemaComparison }) {
  const changed = comparison.columns.filter(({ change }) => change !== "same");
  return (
    <ul className={classes.columnChanges}>
      {changed.map(({ from, to, change, isBreaking, message }) => (
        <li key={`${from?.name} ${to?.name}`} data-breaking={isBreaking || undefined}>
          <span className="g-mono">{from?.name ?? to?.name}</span> {change}: {message}
          {isBreaking && <StatusBadge tone="bad">may lose rows</StatusBadge>}
        </li>
      ))}
    </ul>
  );
}
