import type { ChangeRequest, Dataset } from "@granary/protocol";
import { Button, Checkbox, MultiSelect, Radio, Textarea, TextInput } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useCreateChange, useProposeRevision } from "../../api/changes.ts";
import { schemaQuery } from "../../api/dataset-schema.ts";
import { versionsQuery } from "../../api/dataset-versions.ts";
import { downloadQuery } from "../../api/downloads.ts";
import { compact, itemsOf } from "../../api/list.ts";
import { ErrorNote } from "../../kit/error-note.tsx";
import { useFormat } from "../../kit/format.tsx";
import { useSlug } from "../../shell/index.ts";
import { BaseField } from "./base-field.tsx";
import { downloadOf, titleOf } from "./download-of.ts";
import { DropFile } from "./drop-file.tsx";
import classes from "./propose.module.css";
import { useSentFile } from "./use-sent-file.ts";

interface ProposeFormProps {
  readonly dataset: Dataset;
  /** The request a new revision is proposed in; undefined for a new one. */
  readonly change: ChangeRequest | undefined;
}

interface Draft {
  readonly title: string | undefined;
  readonly words: string;
  readonly isDraft: boolean;
  readonly missing: "kept" | "deleted";
  /** Undefined: what the download says, else the newest. */
  readonly base: string | undefined;
  readonly keys: readonly string[] | undefined;
}

const START: Draft = { title: undefined, words: "", isDraft: false, missing: "kept", base: undefined, keys: undefined };

/** What the proposal is made of: the file, and how it is to be read against the dataset. */
export function ProposeForm({ dataset, change }: ProposeFormProps) {
  const slug = useSlug();
  const navigate = useNavigate();
  const { sent, send, clear, keep } = useSentFile();
  const [draft, setDraft] = useState(START);
  const create = useCreateChange();
  const revise = useProposeRevision();
  const edit = (part: Partial<Draft>) => setDraft((before) => ({ ...before, ...part }));
  const download = sent === undefined ? undefined : downloadOf(sent.file.name);
  const title = draft.title ?? (sent === undefined ? "" : titleOf(sent.file.name));
  const propose = () => {
    if (sent?.upload === undefined) return;
    const { missing, base, keys } = draft;
    const proposal = {
      from: "file" as const,
      uploadId: sent.upload.id,
      missing,
      ...compact({ baseVersion: base, downloadId: base === undefined ? download : undefined }),
      ...(keys !== undefined && { keys: [...keys] }),
    };
    const onSuccess = ({ number }: ChangeRequest) => {
      keep();
      void navigate({ to: "/w/$workspace/changes/$change", params: { workspace: slug, change: String(number) } });
    };
    if (change !== undefined) revise.mutate({ change: change.id, body: { proposal, note: draft.words } }, { onSuccess });
    else create.mutate({ dataset: dataset.id, description: draft.words, draft: draft.isDraft, proposal, ...compact({ title: title.trim() }) }, { onSuccess });
  };
  const error = create.error ?? revise.error;
  return (
    <form
      className={classes.form}
      onSubmit={(event) => {
        event.preventDefault();
        propose();
      }}
    >
      <DropFile sent={sent} onFile={send} onClear={clear} />
      <Keys dataset={dataset} keys={draft.keys} onKeys={(keys) => edit({ keys })} />
      <Base dataset={dataset} download={download} base={draft.base} onBase={(base) => edit({ base })} />
      <Radio.Group
        label="Rows that are not in the file"
        value={draft.missing}
        onChange={(value) => edit({ missing: value === "deleted" ? "deleted" : "kept" })}
      >
        <div className={classes.choices}>
          <Radio value="kept" label="Stay" description="The file holds only what is new or edited." />
          <Radio
            value="deleted"
            label="Are proposed to be deleted"
            description="The file holds all rows as they shall be. Not possible with a download of a part of the rows."
          />
        </div>
      </Radio.Group>
      {change === undefined && (
        <TextInput
          label="Title"
          value={title}
          maxLength={200}
          placeholder="What changes, in a few words"
          onChange={(event) => edit({ title: event.currentTarget.value })}
        />
      )}
      <Textarea
        label={change === undefined ? "Description" : "Note"}
        description="Why, and what a reviewer should look at"
        autosize
        minRows={3}
        value={draft.words}
        onChange={(event) => edit({ words: event.currentTarget.value })}
      />
      {change === undefined && (
        <Checkbox
          label="Keep it as a draft for now"
          description="Nobody is asked to review it until you open it."
          checked={draft.isDraft}
          onChange={(event) => edit({ isDraft: event.currentTarget.checked })}
        />
      )}
      {error !== null && <ErrorNote error={error} />}
      <div className={classes.end}>
        <Button type="submit" disabled={sent?.upload === undefined} loading={create.isPending || revise.isPending}>
          {change === undefined ? "Propose" : "Propose the new revision"}
        </Button>
      </div>
    </form>
  );
}

interface KeysProps {
  readonly dataset: Dataset;
  readonly keys: readonly string[] | undefined;
  readonly onKeys: (keys: readonly string[] | undefined) => void;
}

/** By which columns rows are recognised: asked only where the dataset does not say it. */
function Keys({ dataset, keys, onKeys }: KeysProps) {
  const { data: schema } = useQuery(schemaQuery(dataset.id, undefined, dataset.dataVersion));
  if (schema === undefined) return null;
  if (schema.keys.length > 0) return <p className={classes.note}>Rows are recognised by {schema.keys.join(", ")}.</p>;
  return (
    <div className={classes.choices}>
      <MultiSelect
        label="Rows are recognised by"
        description="The dataset names no key columns. Choose those that identify a row; together they must never repeat."
        placeholder={keys === undefined ? "Columns that identify a row" : undefined}
        data={schema.columns.map(({ name }) => name)}
        value={[...(keys ?? [])]}
        disabled={keys?.length === 0}
        onChange={(chosen) => onKeys(chosen.length === 0 ? undefined : chosen)}
        searchable
      />
      <Checkbox
        label="Nothing identifies them: compare rows whole"
        description="A changed row then counts as one deleted and one added."
        checked={keys?.length === 0}
        onChange={(event) => onKeys(event.currentTarget.checked ? [] : undefined)}
      />
    </div>
  );
}

interface BaseProps {
  readonly dataset: Dataset;
  readonly download: ReturnType<typeof downloadOf>;
  readonly base: string | undefined;
  readonly onBase: (base: string | undefined) => void;
}

function Base({ dataset, download, base, onBase }: BaseProps) {
  const format = useFormat();
  const found = useQuery({ ...downloadQuery(download ?? ("" as never)), enabled: download !== undefined });
  const versions = useInfiniteQuery(versionsQuery(dataset.id));
  const known = found.data;
  const of = known?.dataset?.id === dataset.id ? known : undefined;
  const said = of === undefined ? undefined : `Edited from version ${of.dataVersion}, downloaded ${format.relative(of.createdAt)}.`;
  return (
    <BaseField
      said={said}
      isForeign={known !== undefined && of === undefined}
      isPartial={of !== undefined && (of.filter !== null || of.q !== null || of.batchId !== null || of.columns.length < dataset.columns.length)}
      versions={itemsOf(versions.data)}
      newest={dataset.dataVersion}
      base={base}
      onBase={onBase}
    />
  );
}
