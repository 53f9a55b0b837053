import type { AccessLevel } from "@granary/protocol";
import { Select } from "@mantine/core";

const LEVEL_TEXTS: Readonly<Record<AccessLevel, string>> = {
  viewer: "Viewer: may read",
  contributor: "Contributor: may load and edit",
  owner: "Owner: may also share and delete",
};

export const LEVEL_TITLES: Readonly<Record<AccessLevel, string>> = { viewer: "Viewer", contributor: "Contributor", owner: "Owner" };

interface LevelChoiceProps {
  readonly label: string;
  readonly value: AccessLevel;
  readonly onChange: (level: AccessLevel) => void;
  /** Everyone cannot be owner. */
  readonly withoutOwner?: boolean;
  /** Levels to choose from start above this one. */
  readonly above?: AccessLevel;
  readonly size?: "xs" | "sm";
  readonly disabled?: boolean;
  /** Says the label above the field instead of to screen readers alone. */
  readonly isLabelled?: boolean;
}

/** What somebody may do with a dataset. */
export function LevelChoice({ label, value, onChange, withoutOwner = false, above, size = "sm", disabled = false, isLabelled = false }: LevelChoiceProps) {
  const levels = Object.keys(LEVEL_TEXTS) as AccessLevel[];
  const offered = levels.filter((level) => !(withoutOwner && level === "owner") && (above === undefined || levels.indexOf(level) > levels.indexOf(above)));
  return (
    <Select
      {...(isLabelled ? { label } : { "aria-label": label })}
      size={size}
      w={size === "xs" ? 150 : 240}
      maw="100%"
      data={offered.map((level) => ({ value: level, label: size === "xs" ? LEVEL_TITLES[level] : LEVEL_TEXTS[level] }))}
      value={value}
      allowDeselect={false}
      disabled={disabled}
      onChange={(chosen) => chosen !== null && onChange(chosen as AccessLevel)}
    />
  );
}
