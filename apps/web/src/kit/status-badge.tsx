import Ban from "lucide-react/icons/ban";
import CircleCheck from "lucide-react/icons/circle-check";
import CircleDashed from "lucide-react/icons/circle-dashed";
import CircleX from "lucide-react/icons/circle-x";
import Info from "lucide-react/icons/info";
import LoaderCircle from "lucide-react/icons/loader-circle";
import TriangleAlert from "lucide-react/icons/triangle-alert";
import type { ReactNode } from "react";
import classes from "./status-badge.module.css";

/** What a state means for the reader; each has its colour and, for those who do not see it, its icon. */
export type Tone = "good" | "warn" | "bad" | "busy" | "info" | "idle" | "off";

const ICONS = { good: CircleCheck, warn: TriangleAlert, bad: CircleX, busy: LoaderCircle, info: Info, idle: CircleDashed, off: Ban } as const satisfies Record<
  Tone,
  unknown
>;

/** A state in one or two words. */
export function StatusBadge({ tone, children }: { readonly tone: Tone; readonly children: ReactNode }) {
  const Icon = ICONS[tone];
  return (
    <span className={classes.badge} data-tone={tone}>
      <Icon size={13} strokeWidth={2.25} aria-hidden="true" />
      {children}
    </span>
  );
}

/** A plain label, such as a role: no state, no colour. */
export function Label({ children, strong = false }: { readonly children: ReactNode; readonly strong?: boolean }) {
  return (
    <span className={classes.label} data-strong={strong || undefined}>
      {children}
    </span>
  );
}
