import { ACCESS_ACTIONS, type AccessLogEntry } from "@granary/protocol";
import type { ReactNode } from "react";
import { CopyId } from "../../kit/copy-id.tsx";
import { useFormat } from "../../kit/format.tsx";
import { KeyValue } from "../../kit/key-value.tsx";
import { Label } from "../../kit/status-badge.tsx";
import people from "../people/people.module.css";
import { accessText } from "./access-words.ts";
import classes from "./access-log.module.css";

type Fact = readonly [name: string, value: ReactNode];

const none = (value: string | null, say: (value: string) => ReactNode, otherwise: string): ReactNode => (value === null ? otherwise : say(value));

/** What only some entries have. */
function specialFacts({ viewedAs, purpose, reason, policyIds }: AccessLogEntry): readonly Fact[] {
  const all: readonly (readonly [string, string | null])[] = [
    ["Through the eyes of", viewedAs],
    ["Purpose", purpose],
    ["Why not", reason],
    ["Policies", policyIds.length === 0 ? null : policyIds.join(", ")],
  ];
  return all.filter(([, value]) => value !== null);
}

/** One entry with everything that is known about it. It holds no values, so there is nothing to hide here. */
export function AccessDetail({ entry }: { readonly entry: AccessLogEntry }) {
  const format = useFormat();
  const { principal, dataset, columns, rows, position, hash } = entry;
  const facts: readonly Fact[] = [
    ["When", format.exact(entry.at)],
    ["Who", `${principal.label} (${principal.kind.replace("_", " ")})`],
    ["What", ACCESS_ACTIONS[entry.action].title],
    ["Decision", entry.decision],
    ...specialFacts(entry),
    ["Dataset", none(dataset?.id ?? null, (id) => <CopyId key="dataset" value={id} label="dataset id" whole />, "none")],
    ["Rows", rows === null ? "not counted" : format.number(rows)],
    ["Rows kept back", entry.filtered ? "yes, by a policy" : "no"],
    ["Address", entry.ip ?? "unknown"],
    ["Program", entry.userAgent ?? "unknown"],
    ["Request", none(entry.requestId, (id) => <CopyId key="request" value={id} label="request id" whole />, "none")],
    ["Entry", <CopyId key="id" value={entry.id} whole />],
    ["Place in the chain", position === null ? "being placed" : format.number(position)],
    ["Hash", none(hash, (value) => <CopyId key="hash" value={value} label="hash" whole />, "being computed")],
  ];
  return (
    <>
      <p className={classes.sentence}>{accessText(entry)}</p>
      <KeyValue items={facts} />
      {columns.length > 0 && (
        <>
          <h3 className={classes.part}>Columns shown, filtered, sorted or searched by</h3>
          <div className={people.roles}>
            {columns.map(({ fieldId, name, masked }) => (
              <Label key={fieldId}>{masked ? `${name} (masked)` : name}</Label>
            ))}
          </div>
        </>
      )}
    </>
  );
}
