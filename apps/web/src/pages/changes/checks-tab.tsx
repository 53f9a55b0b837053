import type { ChangeRequest } from "@granary/protocol";
import { EmptyState } from "../../kit/empty-state.tsx";
import { StatusBadge } from "../../kit/status-badge.tsx";
import classes from "./request.module.css";

const STATES = {
  passed: { tone: "good", text: "Passed" },
  warned: { tone: "warn", text: "Look twice" },
  failed: { tone: "bad", text: "Failed" },
  waiting: { tone: "busy", text: "Waiting" },
} as const;

/** What was looked at by itself, with some of what was found. */
export function ChecksTab({ change }: { readonly change: ChangeRequest }) {
  const warnings = change.current?.warnings ?? [];
  if (change.checks.length === 0 && warnings.length === 0)
    return <EmptyState small title="No check has run" text="Checks run when a revision is compared with the dataset." />;
  return (
    <ul className={classes.checks} aria-label="Checks">
      {change.checks.map(({ code, state, text, details }) => (
        <li key={code} className={classes.check}>
          <StatusBadge tone={STATES[state].tone}>{STATES[state].text}</StatusBadge>
          <div className={classes.checkWords}>
            <p>{text}</p>
            {details.length > 0 && (
              <ul>
                {details.map((detail) => (
                  <li key={detail}>{detail}</li>
                ))}
              </ul>
            )}
          </div>
        </li>
      ))}
      {warnings.map(({ code, message, column }) => (
        <li key={`${code} ${column ?? ""}`} className={classes.check}>
          <StatusBadge tone="warn">Look twice</StatusBadge>
          <div className={classes.checkWords}>
            <p>{message}</p>
          </div>
        </li>
      ))}
    </ul>
  );
}
