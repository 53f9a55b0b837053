import type { ChangeOverview, ChangeRequest, RevisionChoice } from "@granary/protocol";
import { Button } from "@mantine/core";
import type { DiffChoice } from "../../api/change-diff.ts";
import { useChoose } from "../../api/changes.ts";
import { useConfirm } from "../../kit/confirm.tsx";
import { useFormat } from "../../kit/format.tsx";
import { toastDone } from "../../kit/toast.tsx";
import { bulkOf } from "./bulk-choice.ts";
import classes from "./diff.module.css";

interface BulkBarProps {
  readonly change: ChangeRequest;
  readonly choice: DiffChoice;
  readonly overview: ChangeOverview | undefined;
  readonly keys: ReadonlySet<string>;
  readonly onClear: () => void;
}

/** Whether parts of the request can be taken or left by whoever looks at it. */
export const mayChoose = ({ can, kind }: ChangeRequest): boolean => kind === "rows" && can.split;

/** What it is about, where the buttons do not say it. */
function leadOf({ rows, formats }: ReturnType<typeof bulkOf>, chosen: number, number: (value: number) => string): string {
  if (chosen > 0) return `${rows?.text ?? ""} chosen`;
  return rows === undefined ? `${number(formats?.count ?? 0)} cells whose format is damaged` : "";
}

/** What can be done with all that is chosen or filtered: a new revision each time, which says who made it. */
export function BulkBar({ change, choice, overview, keys, onClear }: BulkBarProps) {
  const format = useFormat();
  const confirm = useConfirm();
  const choose = useChoose();
  const bulk = bulkOf(keys, choice, overview, format.number);
  if (!mayChoose(change) || choice.revision !== undefined || (bulk.rows === undefined && bulk.formats === undefined)) return null;
  const run = async (choices: readonly RevisionChoice[], split: boolean) => {
    await choose.mutateAsync({ change: change.id, choices, split });
    onClear();
    toastDone("A new revision is being made", "Approvals of the one before are stale.");
  };
  const ask = (title: string, text: string, act: () => Promise<void>) => confirm({ title, text, action: title, run: act });
  const { rows, formats } = bulk;
  return (
    <div className={classes.bulk} role="region" aria-label="What to do with these rows">
      <span className={classes.bulkText}>{leadOf(bulk, keys.size, format.number)}</span>
      {formats !== undefined && (
        <Button
          size="compact-sm"
          variant="default"
          onClick={() =>
            ask(`Accept ${formats.text}`, "The values count as changed from then on, as they were proposed: a new revision, which has to be approved.", () =>
              run([{ ...formats.cells, do: "accept_format" }], false),
            )
          }
        >
          Accept {formats.text}
        </Button>
      )}
      {rows !== undefined && (
        <>
          <Button
            size="compact-sm"
            variant="default"
            onClick={() =>
              ask(`Leave out ${rows.text}`, "They are not proposed any more: a new revision without them. Earlier revisions keep them.", () =>
                run([{ ...rows.cells, do: "leave_out" }], false),
              )
            }
          >
            Leave out {rows.text}
          </Button>
          <Button
            size="compact-sm"
            variant="default"
            onClick={() =>
              ask("Split into a request of its own", `This request goes on without ${rows.text}; another one proposes just that.`, () =>
                run([{ ...rows.cells, do: "leave_out" }], true),
              )
            }
          >
            Split into a request of its own
          </Button>
        </>
      )}
      {keys.size > 0 && (
        <Button size="compact-sm" variant="subtle" color="gray" onClick={onClear}>
          Clear
        </Button>
      )}
    </div>
  );
}
