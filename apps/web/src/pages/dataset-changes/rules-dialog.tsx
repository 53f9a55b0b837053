import type { ChangeRules, ChangeRulesInput, Dataset, MergeStrictness } from "@granary/protocol";
import { Button, Modal, NumberInput, Select, Switch } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { useSetChangeRules } from "../../api/change-rules.ts";
import { groupsQuery } from "../../api/groups.ts";
import { itemsOf } from "../../api/list.ts";
import { ErrorNote } from "../../kit/error-note.tsx";
import { toastDone } from "../../kit/toast.tsx";
import classes from "./dataset-changes.module.css";
import { ColumnGroupsField, ComparisonsField, OwnersField } from "./rules-fields.tsx";
import { STRICTNESS } from "./rules-words.ts";

interface RulesDialogProps {
  readonly dataset: Dataset;
  readonly rules: ChangeRules;
  readonly onClose: () => void;
}

type Draft = ChangeRulesInput;
type Edit = (part: Partial<Draft>) => void;

function draftOf({ version: _version, setBy: _by, setAt: _at, can: _can, ...draft }: ChangeRules): Draft {
  return draft;
}

const MOST_APPROVALS = 20;
const SHARE = 100;

/** What it takes until a request is merged, edited as a whole. */
export function RulesDialog({ dataset, rules, onClose }: RulesDialogProps) {
  const [draft, setDraft] = useState<Draft>(() => draftOf(rules));
  const save = useSetChangeRules();
  const groups = itemsOf(useInfiniteQuery(groupsQuery()).data).map(({ id, name }) => ({ value: id as string, label: name }));
  const columns = dataset.columns.map(({ name }) => name);
  const edit: Edit = (part) => setDraft((before) => ({ ...before, ...part }));
  const submit = () =>
    save.mutate(
      { dataset: dataset.id, body: draft, version: rules.version },
      {
        onSuccess: () => {
          toastDone("The rules hold from now on");
          onClose();
        },
      },
    );
  return (
    <Modal opened onClose={onClose} title="Rules for change requests" size="lg">
      <form
        className={classes.form}
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <Approvals draft={draft} edit={edit} groups={groups} />
        <Part title="Owners of columns" text="Changes of these columns need an approval of the group, too.">
          <OwnersField value={draft.owners} columns={columns} groups={groups} onChange={(owners) => edit({ owners })} />
        </Part>
        <Select
          label="What counts as a conflict"
          description={STRICTNESS[draft.strictness].text}
          data={Object.entries(STRICTNESS).map(([value, { label }]) => ({ value, label }))}
          value={draft.strictness}
          allowDeselect={false}
          onChange={(value) => edit({ strictness: (value ?? "cell") as MergeStrictness })}
        />
        {draft.strictness === "groups" && (
          <ColumnGroupsField value={draft.columnGroups} columns={columns} onChange={(columnGroups) => edit({ columnGroups })} />
        )}
        <Part title="How values are compared" text="Differences that these leave out are no changes.">
          <ComparisonsField value={draft.comparisons} columns={columns} onChange={(comparisons) => edit({ comparisons })} />
        </Part>
        {save.error !== null && <ErrorNote error={save.error} />}
        <div className={classes.end}>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={save.isPending}>
            Save
          </Button>
        </div>
      </form>
    </Modal>
  );
}

function Part({ title, text, children }: { readonly title: string; readonly text: string; readonly children: ReactNode }) {
  return (
    <fieldset className={classes.part}>
      <legend>{title}</legend>
      <p className={classes.text}>{text}</p>
      {children}
    </fieldset>
  );
}

interface ApprovalsProps {
  readonly draft: Draft;
  readonly edit: Edit;
  readonly groups: readonly { readonly value: string; readonly label: string }[];
}

const numberOf = (value: number | string): number | null => (typeof value === "number" ? value : null);

function Approvals({ draft, edit, groups }: ApprovalsProps) {
  const share = draft.extraAboveShare;
  return (
    <>
      <div className={classes.pair}>
        <NumberInput
          label="Approvals"
          description="Who proposed it never counts"
          min={0}
          max={MOST_APPROVALS}
          allowDecimal={false}
          value={draft.approvals}
          onChange={(value) => edit({ approvals: numberOf(value) ?? 0 })}
        />
        <Select
          label="Of"
          description="Whose approvals count"
          data={[{ value: "", label: "Anybody who may review" }, ...groups]}
          value={draft.groupId ?? ""}
          allowDeselect={false}
          onChange={(value) => edit({ groupId: (value === null || value === "" ? null : value) as Draft["groupId"] })}
        />
      </div>
      <Switch
        label="One more approval when rows are deleted"
        checked={draft.extraOnDeletes}
        onChange={(event) => edit({ extraOnDeletes: event.currentTarget.checked })}
      />
      <div className={classes.pair}>
        <NumberInput
          label="One more above a share of rows"
          description="Per cent; empty for never"
          min={0.1}
          max={100}
          decimalScale={1}
          suffix=" %"
          value={share === null ? "" : share * SHARE}
          onChange={(value) => edit({ extraAboveShare: numberOf(value) === null ? null : Number(value) / SHARE })}
        />
        <NumberInput
          label="None below so many rows"
          description="Without deletes; empty for always"
          min={1}
          max={1_000_000}
          allowDecimal={false}
          value={draft.autoApproveBelow ?? ""}
          onChange={(value) => edit({ autoApproveBelow: numberOf(value) })}
        />
      </div>
    </>
  );
}
