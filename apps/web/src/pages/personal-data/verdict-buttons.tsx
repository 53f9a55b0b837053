import type { PersonalDataFinding } from "@granary/protocol";
import { Button } from "@mantine/core";
import { useDecide, type Verdict } from "../../api/personal-data.ts";
import { useConfirm } from "../../kit/confirm.tsx";
import { toastDone, toastError } from "../../kit/toast.tsx";
import classes from "./personal-data.module.css";

const DONE = {
  accept: "Classified",
  mask: "Classified and masked",
  refuse: "Refused, and remembered",
} as const satisfies Record<Verdict, string>;

const kindsOf = (findings: readonly PersonalDataFinding[]): readonly string[] => [...new Set(findings.map(({ titles }) => titles))];

/** Decides about findings; what changes for other people, or goes back on a decision, is asked about first. */
export function useVerdict(onDone?: () => void): {
  readonly decide: (findings: readonly PersonalDataFinding[], verdict: Verdict) => void;
  readonly isPending: boolean;
} {
  const { mutateAsync, isPending } = useDecide();
  const confirm = useConfirm();
  const run = async (findings: readonly PersonalDataFinding[], verdict: Verdict) => {
    await mutateAsync({ findings, verdict });
    toastDone(DONE[verdict], findings.length === 1 ? `${findings[0]?.column.name} of ${findings[0]?.dataset.name}` : `${findings.length} columns`);
    onDone?.();
  };
  const decide = (findings: readonly PersonalDataFinding[], verdict: Verdict) => {
    const touches = findings.map(({ column, dataset }) => `${column.name} of ${dataset.name}`);
    if (verdict === "mask")
      confirm({
        title: "Classify and mask",
        text: `From now on everybody who may not see personal data sees masked values in all columns tagged as ${kindsOf(findings).join(", ")}, in every dataset. You can change or delete the policies at any time.`,
        touches,
        action: "Classify and mask",
        run: () => run(findings, verdict),
      });
    else if (verdict === "refuse" && findings.some(({ state }) => state === "accepted"))
      confirm({
        title: "Take the classification back",
        text: "The tag goes from the column, and whatever is masked because of it is shown. You can accept it again.",
        touches,
        action: "Take it back",
        danger: true,
        run: () => run(findings, verdict),
      });
    else run(findings, verdict).catch((error: unknown) => toastError("Not all was decided", error));
  };
  return { decide, isPending };
}

/** What can be said about one finding. */
export function VerdictButtons({ finding, onDecide }: { readonly finding: PersonalDataFinding; readonly onDecide: (verdict: Verdict) => void }) {
  const { state, can, column, title } = finding;
  if (!can.decide) return null;
  const about = `${title} in ${column.name}`;
  return (
    <span className={classes.buttons}>
      {state !== "accepted" && (
        <Button size="compact-xs" variant="default" onClick={() => onDecide("accept")} aria-label={`Accept: ${about}`}>
          Accept
        </Button>
      )}
      {can.mask && state !== "refused" && (
        <Button
          size="compact-xs"
          variant="default"
          onClick={() => onDecide("mask")}
          aria-label={`${state === "accepted" ? "Mask" : "Accept and mask"}: ${about}`}
        >
          {state === "accepted" ? "Mask" : "Accept and mask"}
        </Button>
      )}
      {state !== "refused" && (
        <Button
          size="compact-xs"
          variant="subtle"
          color="gray"
          onClick={() => onDecide("refuse")}
          aria-label={`${state === "accepted" ? "Take back" : "Refuse"}: ${about}`}
        >
          {state === "accepted" ? "Take back" : "Refuse"}
        </Button>
      )}
    </span>
  );
}
