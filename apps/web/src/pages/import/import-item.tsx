import type { Dataset } from "@granary/protocol";
import { Button } from "@mantine/core";
import { Meter } from "../../kit/charts.tsx";
import { ErrorNote } from "../../kit/error-note.tsx";
import { useFormat } from "../../kit/format.tsx";
import { Panel } from "../../kit/panel.tsx";
import { ReadFile } from "./read-file.tsx";
import classes from "./import.module.css";
import { type ImportItem, importQueue } from "./import-queue.ts";
import { LoadProgress } from "./load-progress.tsx";

/** One file, at the step it has come to. */
export function ImportItemView({ item, target }: { readonly item: ImportItem; readonly target: Dataset | undefined }) {
  if (item.state === "loading" && item.loading !== undefined) return <LoadProgress item={item} loading={item.loading} />;
  if (item.state === "whole" && item.upload !== undefined) return <ReadFile item={item} upload={item.upload} target={target} />;
  return <Sending item={item} />;
}

function useSendingText(item: ImportItem): string {
  const format = useFormat();
  const { bytes, sent, rate, isWaiting } = item;
  if (bytes === undefined) return "Fetching it from its address";
  const share = `${format.bytes(sent)} of ${format.bytes(bytes)}`;
  if (isWaiting) return `${share}. The connection is lost; it goes on by itself when the server answers again.`;
  if (rate === undefined) return share;
  return `${share}, ${format.bytes(rate)} a second, about ${format.duration((bytes - sent) / rate)} left`;
}

function Sending({ item }: { readonly item: ImportItem }) {
  const text = useSendingText(item);
  return (
    <Panel
      title={item.fileName}
      actions={
        <>
          {item.state === "failed" && (
            <Button size="xs" variant="default" onClick={() => importQueue.retry(item.key)}>
              Try again
            </Button>
          )}
          <Button size="xs" variant="default" onClick={() => importQueue.remove(item.key)}>
            {item.state === "failed" ? "Remove" : "Cancel"}
          </Button>
        </>
      }
    >
      {item.state === "failed" ? (
        <ErrorNote error={item.error} />
      ) : (
        <div role="status">
          <Meter done={item.sent} total={item.bytes ?? null} label={`Sending ${item.fileName}`} />
          <p className={classes.progressText}>{text}</p>
        </div>
      )}
    </Panel>
  );
}
