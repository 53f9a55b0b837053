import type { PersonalDataFinding } from "@granary/protocol";
import { Button } from "@mantine/core";
import { useEffect, useEffectEvent } from "react";
import type { Verdict } from "../../api/personal-data.ts";
import people from "../people/people.module.css";
import classes from "./personal-data.module.css";

const KEYS: Readonly<Record<string, Verdict>> = { a: "accept", m: "mask", r: "refuse" };

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || target.closest("textarea, select, [role=dialog], input:not([type=checkbox])") !== null);

interface BulkBarProps {
  readonly findings: readonly PersonalDataFinding[];
  readonly onDecide: (verdict: Verdict) => void;
}

/** Decides about all that are chosen, by button or by one key. */
export function BulkBar({ findings, onDecide }: BulkBarProps) {
  const mayMask = findings.some(({ can }) => can.mask);
  const press = useEffectEvent((event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    const verdict = KEYS[event.key];
    if (verdict === undefined || (verdict === "mask" && !mayMask)) return;
    event.preventDefault();
    onDecide(verdict);
  });
  useEffect(() => {
    const listen = (event: KeyboardEvent) => press(event);
    window.addEventListener("keydown", listen);
    return () => window.removeEventListener("keydown", listen);
  }, []);
  return (
    <div className={people.bulk} role="region" aria-label="Chosen suggestions">
      <strong>{findings.length} chosen</strong>
      <Button variant="default" size="xs" onClick={() => onDecide("accept")} aria-keyshortcuts="A">
        Accept <kbd className={classes.key}>A</kbd>
      </Button>
      {mayMask && (
        <Button variant="default" size="xs" onClick={() => onDecide("mask")} aria-keyshortcuts="M">
          Accept and mask <kbd className={classes.key}>M</kbd>
        </Button>
      )}
      <Button variant="default" size="xs" onClick={() => onDecide("refuse")} aria-keyshortcuts="R">
        Refuse <kbd className={classes.key}>R</kbd>
      </Button>
    </div>
  );
}
