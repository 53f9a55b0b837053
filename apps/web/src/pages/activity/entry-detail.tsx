import type { ActivityEntry } from "@granary/protocol";
import { CopyId } from "../../kit/copy-id.tsx";
import { useFormat } from "../../kit/format.tsx";
import { KeyValue } from "../../kit/key-value.tsx";
import classes from "./activity.module.css";

/** One entry with everything that is known about it. */
export function EntryDetail({ entry }: { readonly entry: ActivityEntry }) {
  const format = useFormat();
  const details = Object.keys(entry.data).length > 0 ? JSON.stringify(entry.data, undefined, 2) : undefined;
  return (
    <>
      <p className={classes.sentence}>{entry.text}</p>
      <KeyValue
        items={[
          ["When", format.exact(entry.at)],
          ["Event", <code key="type">{entry.type}</code>],
          ["Who", `${entry.actor.label} (${entry.actor.kind.replace("_", " ")})`],
          ["About", `${entry.subject.label} (${entry.subject.kind.replace("_", " ")})`],
          ["Result", entry.result],
          ["Address", entry.ip ?? "unknown"],
          ["Program", entry.userAgent ?? "unknown"],
          ["Request", entry.requestId === null ? "none" : <CopyId key="request" value={entry.requestId} label="request id" whole />],
          ["Entry", <CopyId key="id" value={entry.id} whole />],
          ["Place in the chain", entry.position === null ? "being placed" : format.number(entry.position)],
          ["Hash", entry.hash === null ? "being computed" : <CopyId key="hash" value={entry.hash} label="hash" whole />],
        ]}
      />
      {details !== undefined && (
        <>
          <h3 className={classes.part}>Details</h3>
          <pre className={classes.json} tabIndex={0}>
            {details}
          </pre>
        </>
      )}
    </>
  );
}
