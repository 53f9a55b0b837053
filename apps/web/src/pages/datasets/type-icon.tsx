import type { Column } from "@granary/protocol";
import Calendar from "lucide-react/icons/calendar";
import Clock from "lucide-react/icons/clock";
import Hash from "lucide-react/icons/hash";
import ToggleLeft from "lucide-react/icons/toggle-left";
import Type from "lucide-react/icons/type";

const ICONS = { boolean: ToggleLeft, integer: Hash, decimal: Hash, number: Hash, date: Calendar, timestamp: Clock, text: Type } as const;

/** The sign of a column's type. */
export function TypeIcon({ type }: { readonly type: Column["type"] }) {
  const Icon = ICONS[type];
  return <Icon size={13} aria-hidden="true" />;
}

/** Whether values stand at the right. */
export const isNumeric = (type: Column["type"]): boolean => type === "integer" || type === "decimal" || type === "number";
