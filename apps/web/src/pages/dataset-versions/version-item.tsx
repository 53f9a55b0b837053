import type { DatasetVersion } from "@granary/protocol";
import { Button, Checkbox } from "@mantine/core";
import { useFormat } from "../../kit/format.tsx";
import { RelativeTime } from "../../kit/relative-time.tsx";
import { Label, StatusBadge } from "../../kit/status-badge.tsx";
import { countsText, whyText } from "./version-words.ts";
import classes from "./versions.module.css";

interface VersionItemProps {
  readonly version: DatasetVersion;
  /** The most rows that came or went in any of the versions shown, to which bars are drawn. */
  readonly most: number;
  readonly isChosen: boolean;
  readonly onChoose: (isChosen: boolean) => void;
  readonly onOpen: () => void;
  readonly onName: () => void;
  readonly onRestore: () => void;
}

/** One version: who, when, why, what came and went, and what can be done with it. */
export function VersionItem({ version, most, isChosen, onChoose, onOpen, onName, onRestore }: VersionItemProps) {
  const format = useFormat();
  const { number, names, isKept, isNewest, by, reason } = version;
  return (
    <li className={classes.item} data-chosen={isChosen || undefined} data-gone={!isKept || undefined}>
      <Checkbox
        className={classes.check}
        size="xs"
        aria-label={`Compare version ${number}`}
        checked={isChosen}
        disabled={!isKept}
        onChange={(event) => onChoose(event.currentTarget.checked)}
      />
      <span className={classes.number}>{number}</span>
      <div className={classes.what}>
        <div className={classes.head}>
          <strong>{whyText(version)}</strong>
          {isNewest && <StatusBadge tone="good">Newest</StatusBadge>}
          {names.map((name) => (
            <Label key={name} strong>
              {name}
            </Label>
          ))}
          {!isKept && <StatusBadge tone="off">No longer kept</StatusBadge>}
        </div>
        {reason !== "" && <span className={classes.quote}>“{reason}”</span>}
        <span className={classes.soft}>
          {by?.name ?? "Granary"}, <RelativeTime at={version.at} />
        </span>
      </div>
      <div className={classes.counts}>
        {version.rows !== null && <span>{format.number(version.rows)} rows</span>}
        <Bars version={version} most={most} />
        <span className={classes.soft}>{countsText(version, format.number)}</span>
      </div>
      <Actions version={version} onOpen={onOpen} onName={onName} onRestore={onRestore} />
    </li>
  );
}

function Actions({ version, onOpen, onName, onRestore }: Pick<VersionItemProps, "version" | "onOpen" | "onName" | "onRestore">) {
  const { number, names, isKept, isNewest, can } = version;
  const quiet = { variant: "subtle", color: "gray", size: "compact-xs" } as const;
  const verb = names.length > 0 ? "Rename" : "Name";
  return (
    <div className={classes.actions}>
      {isKept && !isNewest && (
        <Button {...quiet} aria-label={`Open version ${number}`} onClick={onOpen}>
          Open
        </Button>
      )}
      {can.name && (
        <Button {...quiet} aria-label={`${verb} version ${number}`} onClick={onName}>
          {verb}
        </Button>
      )}
      {can.restore && (
        <Button {...quiet} aria-label={`Restore version ${number}`} onClick={onRestore}>
          Restore
        </Button>
      )}
    </div>
  );
}

function Bars({ version, most }: { readonly version: DatasetVersion; readonly most: number }) {
  const kinds = (["added", "removed", "replaced"] as const).filter((kind) => (version[kind] ?? 0) > 0);
  if (kinds.length === 0) return null;
  return (
    <span className={classes.bars} aria-hidden="true">
      {kinds.map((kind) => (
        <span key={kind} data-kind={kind} style={{ width: `${((version[kind] ?? 0) / most) * 100}%` }} />
      ))}
    </span>
  );
}
