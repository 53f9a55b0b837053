import { CHECK_STEPS, type CheckStep, type ConnectionCheck } from "@granary/protocol";
import Lightbulb from "lucide-react/icons/lightbulb";
import { useFormat } from "../../kit/format.tsx";
import { StatusBadge } from "../../kit/status-badge.tsx";
import { STEP_STATES, STEP_TITLES } from "./connection-words.ts";
import classes from "./connections.module.css";

/** What a test went through, step by step, what failed and why, and what would help. */
export function CheckReport({ check }: { readonly check: ConnectionCheck }) {
  const said = new Set(check.steps.map(({ message }) => message));
  const advice = check.advice.filter((text) => !said.has(text));
  return (
    <div className={classes.report}>
      <ol className={classes.steps} aria-label="Steps of the test">
        {check.steps.map((step) => (
          <Step key={step.name} step={step} />
        ))}
      </ol>
      {advice.length > 0 && (
        <ul className={classes.advice} aria-label="Advice">
          {advice.map((text) => (
            <li key={text}>
              <Lightbulb size={14} aria-hidden="true" />
              <span>{text}</span>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function Step({ step }: { readonly step: CheckStep }) {
  const format = useFormat();
  const [tone, text] = STEP_STATES[step.state];
  return (
    <li className={classes.step} data-state={step.state}>
      <span className={classes.stepName}>{STEP_TITLES[step.name]}</span>
      <StatusBadge tone={tone}>{text}</StatusBadge>
      <span className={classes.stepText}>{step.message}</span>
      <span className={classes.stepTime}>{step.state === "skipped" ? "" : format.duration(step.ms / 1_000)}</span>
    </li>
  );
}

/** The steps that are to come, while the answer is waited for. */
export function CheckUnderway() {
  return (
    <ol className={classes.steps} role="status" aria-label="Testing the connection">
      {CHECK_STEPS.map((name) => (
        <li key={name} className={classes.step}>
          <span className={classes.stepName}>{STEP_TITLES[name]}</span>
          <StatusBadge tone={name === "settings" ? "busy" : "idle"}>{name === "settings" ? "testing" : "waits"}</StatusBadge>
        </li>
      ))}
    </ol>
  );
}
