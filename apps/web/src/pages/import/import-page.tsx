import type { Dataset } from "@granary/protocol";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useEffect, useRef, useState, useSyncExternalStore } from "react";
import { datasetQuery } from "../../api/datasets.ts";
import { useSession } from "../../api/session.ts";
import { openUploadsQuery } from "../../api/uploads.ts";
import { EmptyState } from "../../kit/empty-state.tsx";
import { ErrorNote } from "../../kit/error-note.tsx";
import { Page, PageHeader } from "../../kit/page-header.tsx";
import { PageSkeleton } from "../../kit/skeleton.tsx";
import { useCrumb, useSlug } from "../../shell/index.ts";
import { takeOfferedFiles } from "../datasets/offered-file.ts";
import { ChooseFile } from "./choose-file.tsx";
import { ImportItemView } from "./import-item.tsx";
import { importQueue } from "./import-queue.ts";
import { OpenUploads } from "./open-uploads.tsx";
import { QueueList } from "./queue-list.tsx";

const route = getRouteApi("/w/$workspace/import");

/** From files to datasets: send them, see how they are read, correct that, load them. */
export function ImportPage() {
  const { dataset: id } = route.useSearch();
  const { features } = useSession();
  const target = useQuery({ ...datasetQuery(id ?? ""), enabled: id !== undefined });
  if (id !== undefined && target.isPending) return <PageSkeleton />;
  if (target.error !== null) return <Refused title="Load more rows" error={target.error} />;
  const mayImport = target.data === undefined ? features["importData"] === true : target.data.can.update;
  if (!mayImport) return <Refused title={target.data === undefined ? "Import" : "Load more rows"} />;
  return <ImportQueueView target={target.data} />;
}

function Refused({ title, error }: { readonly title: string; readonly error?: unknown }) {
  return (
    <Page>
      <PageHeader title={title} />
      {error === undefined ? (
        <EmptyState title="You may not load data here" text="Ask the owner of the dataset or an administrator for the right to add data." />
      ) : (
        <ErrorNote error={error} />
      )}
    </Page>
  );
}

function ImportQueueView({ target }: { readonly target: Dataset | undefined }) {
  const slug = useSlug();
  useCrumb(target === undefined ? "Import" : `Load into ${target.name}`);
  const items = useSyncExternalStore(importQueue.subscribe, importQueue.items);
  const [chosen, setChosen] = useState<number>();
  const open = useQuery(openUploadsQuery());
  const addFiles = (files: readonly File[]) => {
    if (files.length > 0) setChosen(importQueue.addFiles(files, open.data ?? []));
  };
  const offered = useRef<readonly File[]>(undefined);
  useEffect(() => {
    if (open.isPending) return;
    offered.current ??= takeOfferedFiles();
    addFiles(offered.current);
    offered.current = [];
  });
  usePaste(addFiles);
  const item = items.find(({ key }) => key === chosen) ?? items.at(-1);
  const waiting = (open.data ?? []).filter((upload) => !items.some((other) => other.upload?.id === upload.id));
  return (
    <Page wide>
      <PageHeader
        title={target === undefined ? "Import" : "Load more rows"}
        text={
          target === undefined ? (
            "Every value is kept or set aside with its reason. Nothing is stored before you have seen how the file is read."
          ) : (
            <>
              Into <Link to={`/w/${slug}/datasets/${target.id}` as "/"}>{target.name}</Link>, as a new version.
            </>
          )
        }
      />
      <ChooseFile isSmall={items.length > 0} onFiles={addFiles} onUrl={(url) => setChosen(importQueue.addUrl(url))} />
      {items.length > 1 && <QueueList items={items} chosen={item?.key} onChoose={setChosen} />}
      {item === undefined ? (
        <OpenUploads uploads={waiting} onGoOn={(upload) => setChosen(importQueue.addUpload(upload))} onGone={() => void open.refetch()} />
      ) : (
        <ImportItemView key={item.key} item={item} target={target} />
      )}
    </Page>
  );
}

/** Files that are pasted anywhere on the page; text only where it looks like a table. */
function usePaste(onFiles: (files: readonly File[]) => void): void {
  const latest = useRef(onFiles);
  useEffect(() => {
    latest.current = onFiles;
  });
  useEffect(() => {
    const paste = (event: ClipboardEvent) => {
      if (event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement) return;
      const files = [...(event.clipboardData?.files ?? [])];
      const text = event.clipboardData?.getData("text/plain") ?? "";
      const pasted = files.length === 0 && text.includes("\n") ? [new File([text], "Pasted table.txt", { type: "text/plain" })] : files;
      if (pasted.length > 0) latest.current(pasted);
    };
    document.addEventListener("paste", paste);
    return () => document.removeEventListener("paste", paste);
  }, []);
}
