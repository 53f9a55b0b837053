import type { Dataset } from "@granary/protocol";
import { Button, Checkbox, Modal, Textarea, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { draftCalls, proposeDraft } from "../../api/change-drafts.ts";
import { useConfirm } from "../../kit/confirm.tsx";
import { ErrorNote } from "../../kit/error-note.tsx";
import { useFormat } from "../../kit/format.tsx";
import { toastDone } from "../../kit/toast.tsx";
import { useSlug } from "../../shell/index.ts";
import type { DraftSaver, SaverState } from "./draft-saver.ts";
import classes from "./editing.module.css";

interface EditBarProps {
  readonly dataset: Dataset;
  readonly count: number;
  readonly saver: DraftSaver;
  readonly saving: SaverState;
  readonly tools: ReactNode;
  /** Nothing is edited any more. */
  readonly onDone: () => void;
  readonly onLeave: () => void;
}

const STATES = { saved: "kept as your draft", waiting: "not kept yet", saving: "being kept", failed: "not kept" } as const;

/** What is edited, whether it is kept, and what becomes of it. */
export function EditBar({ dataset, count, saver, saving, tools, onDone, onLeave }: EditBarProps) {
  const format = useFormat();
  const confirm = useConfirm();
  const client = useQueryClient();
  const [isProposing, setProposing] = useState(false);
  const discard = () =>
    confirm({
      title: "Discard the edits",
      text: `The dataset stays as it is. ${format.number(count)} edited ${count === 1 ? "row is" : "rows are"} forgotten.`,
      action: "Discard",
      danger: true,
      run: async () => {
        await saver.flush();
        const { draft } = saver.state();
        if (draft !== undefined) await draftCalls.discard(draft);
        client.removeQueries({ queryKey: ["change-drafts", dataset.id] });
        void client.invalidateQueries({ queryKey: ["changes"] });
        onDone();
        onLeave();
        toastDone("The edits are discarded");
      },
    });
  return (
    <div className={classes.bar} role="region" aria-label="Editing">
      <div className={classes.tools}>{tools}</div>
      <span className={classes.count} role="status">
        {count === 0 ? "Nothing edited yet" : `${format.number(count)} ${count === 1 ? "row" : "rows"} edited, ${STATES[saving.state]}`}
      </span>
      <div className={classes.tools}>
        {count > 0 && (
          <Button size="compact-sm" variant="subtle" color="gray" onClick={discard}>
            Discard
          </Button>
        )}
        <Button size="compact-sm" variant="default" onClick={onLeave}>
          Leave
        </Button>
        <Button size="compact-sm" disabled={count === 0} onClick={() => setProposing(true)}>
          Propose
        </Button>
      </div>
      {saving.state === "failed" && <ErrorNote error={saving.error} onRetry={() => void saver.flush()} />}
      {isProposing && <ProposeEdits dataset={dataset} saver={saver} count={count} onDone={onDone} onClose={() => setProposing(false)} />}
    </div>
  );
}

interface ProposeEditsProps extends Pick<EditBarProps, "dataset" | "saver" | "count" | "onDone"> {
  readonly onClose: () => void;
}

function ProposeEdits({ dataset, saver, count, onDone, onClose }: ProposeEditsProps) {
  const slug = useSlug();
  const navigate = useNavigate();
  const client = useQueryClient();
  const [title, setTitle] = useState(`Edit ${count} ${count === 1 ? "row" : "rows"} of ${dataset.name}`.slice(0, 200));
  const [description, setDescription] = useState("");
  const [isDraft, setDraft] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const propose = async () => {
    setBusy(true);
    setError(undefined);
    try {
      const isKept = await saver.flush();
      const { draft, error: fault } = saver.state();
      if (!isKept || draft === undefined) throw fault;
      const { number } = await proposeDraft(draft, { title: title.trim(), description: description.trim(), isDraft });
      onDone();
      client.removeQueries({ queryKey: ["change-drafts", dataset.id] });
      await client.invalidateQueries({ queryKey: ["changes"] });
      await navigate({ to: "/w/$workspace/changes/$change", params: { workspace: slug, change: String(number) } });
    } catch (cause) {
      setError(cause);
      setBusy(false);
    }
  };
  return (
    <Modal opened onClose={onClose} title="Propose the edits">
      <form
        className={classes.form}
        onSubmit={(event) => {
          event.preventDefault();
          if (title.trim() !== "") void propose();
        }}
      >
        <TextInput label="Title" value={title} maxLength={200} required onChange={(event) => setTitle(event.currentTarget.value)} data-autofocus />
        <Textarea
          label="Description"
          description="Why, and what a reviewer should look at"
          autosize
          minRows={3}
          value={description}
          onChange={(event) => setDescription(event.currentTarget.value)}
        />
        <Checkbox label="Keep it as a draft for now" checked={isDraft} onChange={(event) => setDraft(event.currentTarget.checked)} />
        {error !== undefined && <ErrorNote error={error} />}
        <div className={classes.end}>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={busy} disabled={title.trim() === ""}>
            Propose
          </Button>
        </div>
      </form>
    </Modal>
  );
}
