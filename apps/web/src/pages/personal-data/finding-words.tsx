import type { PersonalDataFinding } from "@granary/protocol";
import { useFormat } from "../../kit/format.tsx";
import { Label, StatusBadge } from "../../kit/status-badge.tsx";
import { confidenceText, evidenceText } from "./evidence-text.ts";
import classes from "./personal-data.module.css";

/** Why, with how values are written; never a value. */
export function Why({ finding }: { readonly finding: PersonalDataFinding }) {
  const { evidence, isAskedAgain } = finding;
  const format = useFormat();
  return (
    <>
      <span className={classes.why}>
        {evidenceText(finding, format.number)}
        {isAskedAgain && " It was refused before; many more values match now."}
      </span>
      {evidence.shapes.length > 0 && (
        <span className={classes.shapes}>
          <span>written like</span>
          {evidence.shapes.map((shape) => (
            <code key={shape}>{shape}</code>
          ))}
        </span>
      )}
    </>
  );
}

/** How sure it is, or what was decided. */
export function FindingState({ finding }: { readonly finding: PersonalDataFinding }) {
  const { state, confidence, isMasked, decidedBy } = finding;
  const by = decidedBy === null ? "" : ` by ${decidedBy}`;
  if (state === "refused") return <StatusBadge tone="off">Refused{by}</StatusBadge>;
  if (state === "suggested") return <Label strong={confidenceText(confidence) === "sure"}>{confidenceText(confidence)}</Label>;
  return (
    <>
      <StatusBadge tone="good">Accepted{by}</StatusBadge>
      {isMasked ? <StatusBadge tone="info">Masked</StatusBadge> : <StatusBadge tone="warn">Not masked</StatusBadge>}
    </>
  );
}
