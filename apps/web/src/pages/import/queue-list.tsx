import { useFormat } from "../../kit/format.tsx";
import { StatusBadge, type Tone } from "../../kit/status-badge.tsx";
import classes from "./import.module.css";
import type { ImportItem } from "./import-queue.ts";

interface QueueListProps {
  readonly items: readonly ImportItem[];
  readonly chosen: number | undefined;
  readonly onChoose: (key: number) => void;
}

const STATES = {
  sending: { tone: "busy", text: "Sending" },
  failed: { tone: "bad", text: "Stopped" },
  whole: { tone: "info", text: "Ready to import" },
  loading: { tone: "good", text: "Import begun" },
} as const satisfies Record<ImportItem["state"], { tone: Tone; text: string }>;

/** Several files at once: each becomes a dataset of its own. */
export function QueueList({ items, chosen, onChoose }: QueueListProps) {
  const format = useFormat();
  return (
    <nav className={classes.queue} aria-label="Files">
      {items.map((item) => (
        <button
          key={item.key}
          type="button"
          className={classes.queueItem}
          aria-current={item.key === chosen ? "true" : undefined}
          onClick={() => onChoose(item.key)}
        >
          <span className={classes.queueName}>{item.fileName}</span>
          <span className={classes.soft}>{item.bytes === undefined ? "" : format.bytes(item.bytes)}</span>
          <StatusBadge tone={STATES[item.state].tone}>{STATES[item.state].text}</StatusBadge>
        </button>
      ))}
    </nav>
  );
}
