import { isApiError } from "@granary/client";
import type { Dataset, InspectedFile, Upload } from "@granary/protocol";
import { Button, MultiSelect, NativeSelect, Radio, Textarea, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { createFromUpload, loadUpload } from "../../api/uploads.ts";
import { messageOf } from "../../kit/error-note.tsx";
import { FormProblem, placeIssues } from "../../kit/form.tsx";
import { Panel } from "../../kit/panel.tsx";
import { ColumnFit } from "./column-fit.tsx";
import { type Draft, doubledNames, importOptions, isLeftOut, limitOf, matchColumns, nameOf } from "./draft.ts";
import classes from "./import.module.css";
import { type ImportItem, importQueue, type Loading } from "./import-queue.ts";

interface TargetFormProps {
  readonly item: ImportItem;
  readonly upload: Upload;
  readonly inspected: InspectedFile;
  readonly target: Dataset | undefined;
  readonly onDraft: (draft: Draft) => void;
}

const FREQUENCIES = [
  { value: "", label: "Not said" },
  { value: "once", label: "Once" },
  { value: "hourly", label: "Every hour" },
  { value: "daily", label: "Every day" },
  { value: "weekly", label: "Every week" },
  { value: "monthly", label: "Every month" },
  { value: "quarterly", label: "Every quarter" },
  { value: "yearly", label: "Every year" },
];

/** What is said of a load whatever it goes into. */
function loadBody(draft: Draft) {
  const limit = limitOf(draft);
  const options = importOptions(draft);
  return {
    ...(Object.keys(options).length === 0 ? {} : { options }),
    ...(limit == null ? {} : { maxRejects: limit }),
    ...(draft.batchDate === "" ? {} : { batchDate: draft.batchDate }),
    ...(draft.frequency === "" ? {} : { frequency: draft.frequency }),
  };
}

const mappingOf = ({ mapping }: Draft) => Object.fromEntries(Object.entries(mapping).map(([source, target]) => [source, target === "" ? null : target]));

async function begin({ item, upload, target }: TargetFormProps): Promise<Loading> {
  const { draft, failedIn } = item;
  const body = { uploadId: upload.id, ...loadBody(draft) };
  if (target !== undefined) {
    const mapping = draft.onNewColumns === "map" ? { mapping: mappingOf(draft) } : {};
    const keys = draft.mode === "upsert" && draft.keys.length > 0 ? { keys: [...draft.keys] } : {};
    const { batch } = await loadUpload(target.id, { ...body, mode: draft.mode, onNewColumns: draft.onNewColumns, ...mapping, ...keys });
    return { dataset: target.id, datasetName: target.name, batch: batch.id };
  }
  if (failedIn !== undefined) return { ...failedIn, batch: (await loadUpload(failedIn.dataset, body)).batch.id };
  const { description, visibility } = draft;
  const { dataset, batch } = await createFromUpload({ ...body, name: draft.name, description, visibility });
  return { dataset: dataset.id, datasetName: dataset.name, batch: batch.id };
}

/** Why the import cannot begin yet; undefined when it can. */
function obstacle({ item, inspected, target }: TargetFormProps): string | undefined {
  const { draft } = item;
  const kept = inspected.columns.filter(({ source }) => !isLeftOut(draft, source));
  if (kept.length === 0) return "Every column is left out.";
  if (doubledNames(draft, inspected.columns).size > 0) return "Two columns have the same name.";
  if (kept.some((column) => nameOf(draft, column).trim() === "")) return "A column has no name.";
  if (limitOf(draft) === null) return draft.limit === "share" ? "The limit is a share from 0 to 100." : "The limit is a whole number.";
  if (target === undefined) return draft.name.trim() === "" ? "Name the dataset first." : undefined;
  return target.dataVersion === 0 ? undefined : misfitOf(draft, inspected, target);
}

/** What is still to be said of columns the dataset does not have. */
function misfitOf(draft: Draft, inspected: InspectedFile, target: Dataset): string | undefined {
  const { added } = matchColumns(draft, inspected.columns, target);
  if (added.length === 0 || draft.onNewColumns === "evolve") return undefined;
  if (draft.onNewColumns === "refuse") return "The file has columns the dataset does not have: say what becomes of them.";
  return added.some(({ source }) => draft.mapping[source] === undefined) ? "Say for every new column where it goes." : undefined;
}

/** Where the rows go, and the button that begins the load. */
export function TargetForm(props: TargetFormProps) {
  const { item, target, onDraft, inspected } = props;
  const { draft, failedIn } = item;
  const send = useMutation({
    mutationFn: () => begin(props),
    onSuccess: (loading) => importQueue.change(item.key, { state: "loading", loading, failedIn: target === undefined ? loading : undefined }),
  });
  const { byField, fault } = placeIssues(send.error, new Set(["name", "description"]));
  const isTaken = isApiError(send.error, "dataset.name_taken");
  const why = obstacle(props);
  const isNew = target === undefined && failedIn === undefined;
  return (
    <Panel title={target === undefined ? "Where it goes" : `Into ${target.name}`}>
      <form
        className={classes.form}
        onSubmit={(event) => {
          event.preventDefault();
          if (why === undefined && !send.isPending) send.mutate();
        }}
        noValidate
      >
        {send.error !== null && !isTaken && <FormProblem problem={fault} />}
        {isNew && <NewDataset draft={draft} onDraft={onDraft} nameError={isTaken ? messageOf(send.error) : byField["name"]} />}
        {target !== undefined && <LoadMode draft={draft} onDraft={onDraft} target={target} />}
        {target !== undefined && target.dataVersion > 0 && <ColumnFit draft={draft} onDraft={onDraft} inspected={inspected} target={target} />}
        <LoadFacts draft={draft} onDraft={onDraft} />
        <div className={classes.begin}>
          {why !== undefined && (
            <p className={classes.soft} role="status">
              {why}
            </p>
          )}
          <Button type="submit" loading={send.isPending} disabled={why !== undefined}>
            Import
          </Button>
        </div>
      </form>
    </Panel>
  );
}

interface DraftProps {
  readonly draft: Draft;
  readonly onDraft: (draft: Draft) => void;
}

function NewDataset({ draft, onDraft, nameError }: DraftProps & { readonly nameError: ReactNode }) {
  return (
    <>
      <TextInput
        label="Name of the dataset"
        value={draft.name}
        error={nameError}
        maxLength={100}
        onChange={(event) => onDraft({ ...draft, name: event.currentTarget.value })}
      />
      <Textarea
        label="What it holds"
        description="For those who find it later."
        autosize
        minRows={2}
        maxRows={6}
        value={draft.description}
        onChange={(event) => onDraft({ ...draft, description: event.currentTarget.value })}
      />
      <Radio.Group label="Who may read it" value={draft.visibility} onChange={(value) => onDraft({ ...draft, visibility: value as Draft["visibility"] })}>
        <div className={classes.radios}>
          <Radio value="private" label="Only me, and whom I share it with" />
          <Radio value="workspace" label="Everybody in the workspace who may read datasets" />
        </div>
      </Radio.Group>
    </>
  );
}

function LoadMode({ draft, onDraft, target }: DraftProps & { readonly target: Dataset }) {
  return (
    <>
      <Radio.Group label="What becomes of the rows that are there" value={draft.mode} onChange={(value) => onDraft({ ...draft, mode: value as Draft["mode"] })}>
        <div className={classes.radios}>
          <Radio value="append" label="They stay, and the file's are added" />
          <Radio value="upsert" label="Those with the same key are replaced, others stay, new ones are added" />
          <Radio value="replace" label="All are replaced by the file's; earlier versions keep them" />
        </div>
      </Radio.Group>
      {draft.mode === "upsert" && (
        <MultiSelect
          label="Columns that identify a row"
          description="Left empty: the key columns of the dataset."
          data={target.columns.map(({ name }) => name)}
          value={[...draft.keys]}
          onChange={(keys) => onDraft({ ...draft, keys })}
        />
      )}
    </>
  );
}

function LoadFacts({ draft, onDraft }: DraftProps) {
  return (
    <div className={classes.facts}>
      <TextInput label="The data is of" type="date" value={draft.batchDate} onChange={(event) => onDraft({ ...draft, batchDate: event.currentTarget.value })} />
      <NativeSelect
        label="Such files come"
        value={draft.frequency}
        data={FREQUENCIES}
        onChange={(event) => onDraft({ ...draft, frequency: event.currentTarget.value as Draft["frequency"] })}
      />
      <NativeSelect
        label="Stop the import"
        value={draft.limit}
        data={[
          { value: "none", label: "Never: set aside what does not fit" },
          { value: "count", label: "Beyond so many rejected records" },
          { value: "share", label: "Beyond so many percent rejected" },
        ]}
        onChange={(event) =>
          onDraft({ ...draft, limit: event.currentTarget.value as Draft["limit"], limitValue: draft.limitValue === "" ? "0" : draft.limitValue })
        }
      />
      {draft.limit !== "none" && (
        <TextInput
          label={draft.limit === "count" ? "Rejected records" : "Percent rejected"}
          type="number"
          min={0}
          value={draft.limitValue}
          onChange={(event) => onDraft({ ...draft, limitValue: event.currentTarget.value })}
        />
      )}
    </div>
  );
}
