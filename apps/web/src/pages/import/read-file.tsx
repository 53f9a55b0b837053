import { isApiError } from "@granary/client";
import type { Dataset, InspectedFile, Upload } from "@granary/protocol";
import { Button, NativeSelect } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { inspectionQuery } from "../../api/uploads.ts";
import { ErrorNote } from "../../kit/error-note.tsx";
import { useFormat } from "../../kit/format.tsx";
import { Panel } from "../../kit/panel.tsx";
import { RelativeTime } from "../../kit/relative-time.tsx";
import { PageSkeleton } from "../../kit/skeleton.tsx";
import { useSlug } from "../../shell/index.ts";
import { type Draft, previewOptions, withFile } from "./draft.ts";
import classes from "./import.module.css";
import { type ImportItem, importQueue } from "./import-queue.ts";
import { Preview } from "./preview.tsx";
import { RawHead } from "./raw-head.tsx";
import { SettingsPane } from "./settings-pane.tsx";
import { TargetForm } from "./target-form.tsx";

interface ReadFileProps {
  readonly item: ImportItem;
  readonly upload: Upload;
  readonly target: Dataset | undefined;
}

/** How a file is read, beside the file itself and what it comes to; each change shows at once what it does. */
export function ReadFile({ item, upload, target }: ReadFileProps) {
  const { draft } = item;
  const onDraft = (change: Draft) => importQueue.change(item.key, { draft: change });
  const query = useQuery(inspectionQuery(upload.id, previewOptions(draft)));
  const members = useMembers(query.error);
  const needsMember = isApiError(query.error, "file.member_required");
  const inspected = query.error === null ? query.data : undefined;
  return (
    <>
      <FileHead item={item} upload={upload} inspected={inspected} />
      {members.length > 0 && (
        <NativeSelect
          className={classes.member}
          label="Which file of the archive"
          value={draft.file.member ?? ""}
          data={[{ value: "", label: "Choose a file" }, ...members]}
          onChange={(event) => onDraft(withFile(draft, "member", event.currentTarget.value || undefined))}
        />
      )}
      {query.error !== null && !needsMember && <Unreadable error={query.error} draft={draft} onDraft={onDraft} onRetry={() => void query.refetch()} />}
      {query.isPending && <PageSkeleton />}
      {inspected !== undefined && (
        <Inspected item={item} inspected={inspected} target={target} isLooking={query.isFetching} onDraft={onDraft} upload={upload} />
      )}
    </>
  );
}

/** The files of an archive of which one has to be chosen: told once, by the refusal. */
function useMembers(error: unknown): readonly string[] {
  const [members, setMembers] = useState<readonly string[]>([]);
  const told = isApiError(error, "file.member_required") ? error.issues.map(({ path }) => path) : members;
  if (told.join("\n") === members.join("\n")) return members;
  setMembers(told);
  return told;
}

interface UnreadableProps {
  readonly error: unknown;
  readonly draft: Draft;
  readonly onDraft: (draft: Draft) => void;
  readonly onRetry: () => void;
}

function Unreadable({ error, draft, onDraft, onRetry }: UnreadableProps) {
  const isChanged = Object.keys(draft.file).length > 0 || Object.keys(draft.columns).length > 0;
  return (
    <div className={classes.fault}>
      <ErrorNote error={error} onRetry={onRetry} />
      {isChanged && (
        <Button size="xs" variant="default" onClick={() => onDraft({ ...draft, file: {}, columns: {}, mapping: {} })}>
          Back to what was detected
        </Button>
      )}
    </div>
  );
}

interface InspectedProps extends ReadFileProps {
  readonly inspected: InspectedFile;
  readonly isLooking: boolean;
  readonly onDraft: (draft: Draft) => void;
}

function Inspected({ item, inspected, target, isLooking, onDraft, upload }: InspectedProps) {
  const format = useFormat();
  const { draft } = item;
  const seen = format.number(inspected.records);
  return (
    <div className={classes.panes} aria-busy={isLooking}>
      {inspected.head !== null && (
        <Panel title="As it is in the file" text="The first lines, as their bytes read." flush>
          <RawHead lines={inspected.head} delimited={inspected.facts.delimited} />
        </Panel>
      )}
      <Panel title="How it is read" text="Detected from its bytes; correct what is wrong.">
        <SettingsPane facts={inspected.facts} draft={draft} onDraft={onDraft} />
      </Panel>
      <div className={classes.wide}>
        <Panel
          title="What will be loaded"
          text={
            inspected.isPartial
              ? `From the first ${seen} records; the import proves every one.`
              : `${seen} ${inspected.records === 1 ? "record" : "records"}, all of the file.`
          }
          flush
        >
          <Preview inspected={inspected} draft={draft} onDraft={onDraft} />
        </Panel>
      </div>
      <div className={classes.wide}>
        <TargetForm item={item} upload={upload} inspected={inspected} target={target} onDraft={onDraft} />
      </div>
    </div>
  );
}

const KINDS = { delimited: "Delimited text", json: "JSON", xml: "XML", xlsx: "Excel workbook", parquet: "Parquet" } as const;

function FileHead({ item, upload, inspected }: { readonly item: ImportItem; readonly upload: Upload; readonly inspected: InspectedFile | undefined }) {
  const format = useFormat();
  const slug = useSlug();
  const [same] = upload.sameAs;
  return (
    <>
      <div className={classes.fileHead}>
        <h2 className={classes.fileName}>{item.fileName}</h2>
        <span className={classes.soft}>
          {format.bytes(upload.bytes)}
          {inspected !== undefined && `, ${KINDS[inspected.facts.kind]}`}
          {inspected?.facts.packing != null && `, packed as ${inspected.facts.packing}`}
        </span>
        <Button size="compact-sm" variant="subtle" color="gray" onClick={() => importQueue.remove(item.key)}>
          Remove
        </Button>
      </div>
      {same !== undefined && (
        <p className={classes.notice} role="note">
          This very file was loaded into <Link to={`/w/${slug}/datasets/${same.dataset.id}` as "/"}>{same.dataset.name}</Link>{" "}
          <RelativeTime at={same.loadedAt} />.
        </p>
      )}
    </>
  );
}
