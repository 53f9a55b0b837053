import { type Dataset, type DatasetAccess, type Mask, MASKS, maskText } from "@granary/protocol";
import { Button, Modal, NumberInput, Select, TagsInput, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { maskPoliciesQuery, useMaskColumn, useTagColumn } from "../../api/masking.ts";
import { ErrorNote } from "../../kit/error-note.tsx";
import { toastDone } from "../../kit/toast.tsx";
import { draftOf, isSameMask, maskChoices, type MaskDraft, readDraft } from "./mask-draft.ts";
import { MaskPreview } from "./mask-preview.tsx";
import classes from "./privacy.module.css";

type SeenColumn = DatasetAccess["columns"][number];

interface MaskDialogProps {
  readonly dataset: Dataset;
  readonly column: SeenColumn;
  readonly onClose: () => void;
}

/** Sets what a column is about and how it is masked for everybody without the permission to see personal data. */
export function MaskDialog(props: MaskDialogProps) {
  const { dataset, column, onClose } = props;
  const { data: policies, error } = useQuery(maskPoliciesQuery(dataset.id));
  const own = policies?.find(({ isSetting, subjects, targets }) => {
    const [target] = targets;
    return isSetting && subjects[0]?.kind === "everyone" && target?.kind === "column" && target.fieldId === column.id;
  });
  return (
    <Modal opened onClose={onClose} title={`Privacy of ${column.name}`} size="lg">
      {error !== null && <ErrorNote error={error} />}
      {policies !== undefined && <MaskForm {...props} current={own?.mask == null ? null : maskText(own.mask)} />}
    </Modal>
  );
}

const TYPING_MS = 300;

function MaskForm({ dataset, column, current, onClose }: MaskDialogProps & { readonly current: string | null }) {
  const [draft, setDraft] = useState(() => draftOf(current));
  const [tags, setTags] = useState(column.tags);
  const setMask = useMaskColumn();
  const setColumnTags = useTagColumn();
  const { mask, faults } = readDraft(draft);
  const type = dataset.columns.find(({ name }) => name === column.name)?.type ?? "text";
  const isComplete = draft.kind === null || mask !== null;
  const params = { dataset: dataset.id, column: column.name };
  const isRetagged = tags.join(" ") !== column.tags.join(" ");
  const isChanged = isRetagged || !isSameMask(mask, current);
  const save = async () => {
    if (isRetagged) await setColumnTags.mutateAsync({ params, body: { tags: [...tags] } });
    if (!isSameMask(mask, current)) await setMask.mutateAsync({ params, body: { mask: mask === null ? null : maskText(mask) } });
    toastDone(mask === null ? `${column.name} has no mask of its own` : `${column.name} is masked`, "It holds from the next look on.");
    onClose();
  };
  const failure = setColumnTags.error ?? setMask.error;
  return (
    <form
      className={classes.form}
      onSubmit={(event) => {
        event.preventDefault();
        // What fails stays in the dialog: both changes hold their error.
        if (isComplete) void save().catch(() => undefined);
      }}
      noValidate
    >
      <TagsInput
        label="What it is about"
        description="Tags such as pii.email. Policies can mask all columns of a tag at once."
        placeholder={tags.length === 0 ? "Type a tag and press Enter" : ""}
        value={[...tags]}
        onChange={(list) => setTags(list.map((tag) => tag.trim().toLowerCase()))}
      />
      <Select
        label="Mask"
        description="For everybody without the permission pii:view. People with it see what is stored."
        placeholder="None: everybody who may read the dataset sees it as stored"
        data={[...maskChoices(type)]}
        value={draft.kind}
        onChange={(kind) => setDraft({ ...draft, kind: kind as MaskDraft["kind"] })}
        clearable
        data-autofocus
      />
      <Settings draft={draft} faults={faults} onChange={(change) => setDraft({ ...draft, ...change })} />
      <Effect dataset={dataset} column={column.name} mask={mask} />
      {failure !== null && <ErrorNote error={failure} />}
      <div className={classes.buttons}>
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button type="submit" disabled={!isComplete || !isChanged} loading={setMask.isPending || setColumnTags.isPending}>
          {draft.kind === null && current !== null ? "Take the mask away" : "Save"}
        </Button>
      </div>
    </form>
  );
}

interface EffectProps {
  readonly dataset: Dataset;
  readonly column: string;
  readonly mask: Mask | null;
}

/** What a mask is good for, and what it does to this very column. */
function Effect({ dataset, column, mask }: EffectProps) {
  const [shown] = useDebouncedValue(mask === null ? undefined : maskText(mask), TYPING_MS);
  if (mask === null) return null;
  const { text, keeps, limits } = MASKS[mask.kind];
  return (
    <>
      <p className={classes.told}>
        {text} <strong>It keeps:</strong> {keeps} <strong>Mind:</strong> {limits}
      </p>
      {shown !== undefined && <MaskPreview dataset={dataset.id} column={column} mask={shown} />}
    </>
  );
}

const UNITS = ["month", "quarter", "year"].map((value) => ({ value, label: `To its ${value}` }));

interface SettingsProps {
  readonly draft: MaskDraft;
  readonly faults: Readonly<Record<string, string>>;
  readonly onChange: (change: Partial<MaskDraft>) => void;
}

/** What a kind of mask has to be told besides. */
function Settings({ draft, faults, onChange }: SettingsProps) {
  switch (draft.kind) {
    case "date_truncate":
      return <Select label="Cut to" data={UNITS} value={draft.unit} allowDeselect={false} onChange={(unit) => onChange({ unit: unit ?? "month" })} />;
    case "numeric_round":
      return (
        <NumberInput
          label="Digits that become zeros"
          min={1}
          max={15}
          allowDecimal={false}
          value={draft.digits}
          onChange={(digits) => onChange({ digits })}
          error={faults["digits"]}
        />
      );
    case "constant":
      return <TextInput label="Text" value={draft.value} onChange={(event) => onChange({ value: event.currentTarget.value })} error={faults["value"]} />;
    case "regex":
      return (
        <div className={classes.pair}>
          <TextInput
            label="Pattern (RE2)"
            className={classes.mono ?? ""}
            value={draft.pattern}
            onChange={(event) => onChange({ pattern: event.currentTarget.value })}
            error={draft.pattern === "" ? undefined : faults["pattern"]}
          />
          <TextInput
            label="Becomes"
            className={classes.mono ?? ""}
            value={draft.replacement}
            onChange={(event) => onChange({ replacement: event.currentTarget.value })}
            error={faults["replacement"]}
          />
        </div>
      );
    default:
      return null;
  }
}
