import type { RunFault } from "@granary/protocol";
import TriangleAlert from "lucide-react/icons/triangle-alert";
import type { ReactNode } from "react";
import { FAILURE_ADVICE } from "./run-words.ts";
import classes from "./runs.module.css";

/** Why something failed, and what can be done about it. */
export function FaultNote({ fault, children }: { readonly fault: RunFault; readonly children?: ReactNode }) {
  return (
    <div className={classes.fault} role="alert">
      <TriangleAlert size={18} aria-hidden="true" />
      <div className={classes.faultWords}>
        <p className={classes.faultText}>{fault.message}</p>
        {fault.issues.length > 0 && (
          <ul className={classes.faultIssues}>
            {fault.issues.map(({ path, message }) => (
              <li key={`${path} ${message}`}>
                {path !== "" && <span className="g-mono">{path}</span>} {message}
              </li>
            ))}
          </ul>
        )}
        <p className={classes.faultAdvice}>{FAILURE_ADVICE[fault.class]}</p>
        <p className={classes.faultCode}>
          {fault.class.replaceAll("_", " ")} · <code>{fault.code}</code>
        </p>
        {children}
      </div>
    </div>
  );
}
