import type { ChangeRequest } from "@granary/protocol";
import { Button, Popover } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useMergeChange, useReopenChange, useSubmitChange } from "../../api/changes.ts";
import { useConfirm } from "../../kit/confirm.tsx";
import { toastDone, toastError } from "../../kit/toast.tsx";
import { useSlug } from "../../shell/index.ts";
import { isInReview, mayDecide } from "./change-words.ts";
import { MoreActions } from "./more-actions.tsx";
import classes from "./request.module.css";

interface ActionBarProps {
  readonly change: ChangeRequest;
  readonly onVerdict: (verdict: "approve" | "reject") => void;
}

/** What can be done with a request, always in sight, with what stands in the way. */
export function ActionBar({ change, onVerdict }: ActionBarProps) {
  const { can, state } = change;
  return (
    <div className={classes.bar} role="region" aria-label="What to do with the request">
      <Standing change={change} />
      <div className={classes.barButtons}>
        <MoreActions change={change} />
        {state === "draft" && <DraftActions change={change} />}
        {state === "closed" && can.reopen && <Reopen change={change} />}
        {mayDecide(change) && <Verdicts change={change} onVerdict={onVerdict} />}
        {can.merge && isInReview(change) && <Merge change={change} />}
      </div>
    </div>
  );
}

function Verdicts({ change, onVerdict }: ActionBarProps) {
  return (
    <>
      <Button variant="default" size="sm" onClick={() => onVerdict("reject")}>
        Request changes
      </Button>
      <Button variant={change.blockers.length === 0 && change.can.merge ? "default" : "filled"} size="sm" onClick={() => onVerdict("approve")}>
        Approve
      </Button>
    </>
  );
}

const DONE: readonly ChangeRequest["state"][] = ["merged", "closed", "superseded", "reverted"];

/** How far it is, in a few words, and what stands in the way. */
function Standing({ change }: { readonly change: ChangeRequest }) {
  const { state, demands, blockers, mergeability } = change;
  if (DONE.includes(state) || state === "draft" || state === "merging") return <p className={classes.standing} />;
  return (
    <div className={classes.standing}>
      <p>
        {demands.map(({ text, given, needed }) => (
          <span key={text} className={classes.demand} data-met={given >= needed || undefined}>
            {given}/{needed} {text}
          </span>
        ))}
        <span className={classes.demand} data-met={mergeability.state === "clean" || mergeability.state === "rebase" || undefined}>
          {mergeability.text}
        </span>
      </p>
      {blockers.length > 0 && (
        <Popover position="top-start" width={340} withArrow>
          <Popover.Target>
            <button type="button" className={classes.why}>
              {blockers.length === 1 ? "1 thing stands" : `${blockers.length} things stand`} in the way of merging
            </button>
          </Popover.Target>
          <Popover.Dropdown>
            <ul className={classes.blockers} aria-label="What stands in the way">
              {blockers.map((blocker) => (
                <li key={blocker}>{blocker}</li>
              ))}
            </ul>
          </Popover.Dropdown>
        </Popover>
      )}
    </div>
  );
}

function DraftActions({ change }: { readonly change: ChangeRequest }) {
  const slug = useSlug();
  const submit = useSubmitChange();
  const open = () =>
    submit.mutate(change.id, {
      onSuccess: () => toastDone("Open for review", "Those who may review it are told."),
      onError: (error) => toastError("Not opened", error),
    });
  return (
    <>
      {change.edits > 0 && (
        <Button
          variant="default"
          size="sm"
          renderRoot={(props) => (
            <Link to="/w/$workspace/datasets/$dataset" params={{ workspace: slug, dataset: change.dataset.id }} search={{ edit: "1" } as never} {...props} />
          )}
        >
          Go on editing
        </Button>
      )}
      {change.can.submit && change.current !== null && (
        <Button size="sm" loading={submit.isPending} onClick={open}>
          Open for review
        </Button>
      )}
    </>
  );
}

function Reopen({ change }: { readonly change: ChangeRequest }) {
  const reopen = useReopenChange();
  const go = () =>
    reopen.mutate(change.id, { onSuccess: () => toastDone(`#${change.number} is open again`), onError: (error) => toastError("Not opened again", error) });
  return (
    <Button size="sm" variant="default" loading={reopen.isPending} onClick={go}>
      Open again
    </Button>
  );
}

function Merge({ change }: { readonly change: ChangeRequest }) {
  const confirm = useConfirm();
  const merge = useMergeChange();
  const isBlocked = change.blockers.length > 0;
  const ask = () =>
    confirm({
      title: `Merge #${change.number}`,
      text: `${change.dataset.name} gets one new version with these changes. Every version before stays, and the merge can be taken back by another request.`,
      action: "Merge",
      run: async () => {
        await merge.mutateAsync({ change: change.id, body: {} });
        toastDone("Merging");
      },
    });
  return (
    <Button size="sm" disabled={isBlocked} title={isBlocked ? change.blockers.join("\n") : undefined} onClick={ask}>
      Merge
    </Button>
  );
}
