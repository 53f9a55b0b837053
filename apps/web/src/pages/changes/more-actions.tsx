import type { ChangeRequest } from "@granary/protocol";
import { ActionIcon, Menu } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import Ellipsis from "lucide-react/icons/ellipsis";
import { useState } from "react";
import { type ChangeExport, saveDifferences, useDeleteChange, useMergeChange, useRevertChange } from "../../api/changes.ts";
import { useConfirm } from "../../kit/confirm.tsx";
import { toastDone, toastError } from "../../kit/toast.tsx";
import { useSlug } from "../../shell/index.ts";
import { isInReview } from "./change-words.ts";
import { CloseDialog } from "./close-dialog.tsx";
import { ReasonDialog } from "./reason-dialog.tsx";

const EXPORTS: readonly { readonly format: ChangeExport; readonly label: string }[] = [
  { format: "csv", label: "CSV, a line per change" },
  { format: "tdiff", label: "Tabular diff" },
  { format: "html", label: "A page to read and print" },
  { format: "sql", label: "SQL statements" },
  { format: "ndjson", label: "JSON lines" },
];

type Asked = "bypass" | "close" | "revert";
type Offer = Asked | "revise" | "delete";

const OFFERS: Readonly<Record<Offer, string>> = {
  revise: "Propose another file",
  revert: "Take it back by another request",
  close: "Close without merging",
  delete: "Throw the draft away",
  bypass: "Merge past the rules",
};

/** What is offered beside the buttons, in the order of the menu. */
function offersOf(change: ChangeRequest): readonly Offer[] {
  const { can, state, kind } = change;
  const isOpen = isInReview(change);
  const offered: Readonly<Record<Offer, boolean>> = {
    revise: can.propose && kind === "rows" && (isOpen || state === "draft"),
    revert: can.revert && state === "merged",
    close: can.close && isOpen,
    delete: can.delete && state === "draft",
    bypass: can.bypass && isOpen && change.blockers.length > 0,
  };
  return (Object.keys(OFFERS) as Offer[]).filter((offer) => offered[offer]);
}

/** What is done with a request less often. */
export function MoreActions({ change }: { readonly change: ChangeRequest }) {
  const slug = useSlug();
  const navigate = useNavigate();
  const [asked, setAsked] = useState<Asked>();
  const remove = useRemoval(change);
  const offers = offersOf(change);
  const hasFiles = change.current !== null && change.kind === "rows";
  const take = (offer: Offer) => {
    if (offer === "delete") remove();
    else if (offer !== "revise") setAsked(offer);
    else void navigate({ to: "/w/$workspace/changes/new", params: { workspace: slug }, search: { change: String(change.number) } as never });
  };
  if (offers.length === 0 && !hasFiles) return null;
  return (
    <>
      <Menu position="top-end" width={260}>
        <Menu.Target>
          <ActionIcon variant="default" size={36} aria-label="More">
            <Ellipsis size={16} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {offers.map((offer) => (
            <Menu.Item key={offer} {...(offer === "bypass" && { color: "red" })} onClick={() => take(offer)}>
              {OFFERS[offer]}
            </Menu.Item>
          ))}
          {hasFiles && <Exports change={change} />}
        </Menu.Dropdown>
      </Menu>
      {asked !== undefined && <Asking change={change} asked={asked} onClose={() => setAsked(undefined)} />}
    </>
  );
}

function Exports({ change }: { readonly change: ChangeRequest }) {
  const save = (format: ChangeExport) =>
    void saveDifferences(change.id, change.number, format).catch((error: unknown) => toastError("Nothing was saved", error));
  return (
    <>
      <Menu.Label>Save the differences</Menu.Label>
      {EXPORTS.map(({ format, label }) => (
        <Menu.Item key={format} onClick={() => save(format)}>
          {label}
        </Menu.Item>
      ))}
    </>
  );
}

function useRemoval(change: ChangeRequest): () => void {
  const slug = useSlug();
  const navigate = useNavigate();
  const confirm = useConfirm();
  const remove = useDeleteChange();
  return () =>
    confirm({
      title: "Throw the draft away",
      text: "What was edited in it is gone. The dataset stays as it is.",
      touches: [`#${change.number} ${change.title}`],
      action: "Throw it away",
      danger: true,
      run: async () => {
        await navigate({ to: "/w/$workspace/changes", params: { workspace: slug } });
        await remove.mutateAsync(change.id);
        toastDone("The draft is gone");
      },
    });
}

function Asking({ change, asked, onClose }: { readonly change: ChangeRequest; readonly asked: Asked; readonly onClose: () => void }) {
  const slug = useSlug();
  const navigate = useNavigate();
  const merge = useMergeChange();
  const revert = useRevertChange();
  if (asked === "bypass")
    return (
      <ReasonDialog
        title="Merge past the rules"
        text={
          <>
            It lacks what the dataset asks for: {change.blockers.join("; ")}. Conflicts and broken rules of the data still stop it. Who did it and why is kept.
          </>
        }
        action="Merge anyway"
        least={10}
        danger
        run={(reason) => merge.mutateAsync({ change: change.id, body: { bypass: reason } })}
        onClose={onClose}
      />
    );
  if (asked === "close") return <CloseDialog change={change} onClose={onClose} />;
  return (
    <ReasonDialog
      title={`Take #${change.number} back`}
      text="Makes a new request that puts the values of before back. It is reviewed like any other."
      action="Propose that"
      least={0}
      run={async (reason) => {
        const made = await revert.mutateAsync({ change: change.id, body: { reason } });
        await navigate({ to: "/w/$workspace/changes/$change", params: { workspace: slug, change: String(made.number) } });
      }}
      onClose={onClose}
    />
  );
}
