import type { ChangeRequest, Dataset } from "@granary/protocol";
import { Button, Select } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import { changeQuery } from "../../api/changes.ts";
import { catalogQuery } from "../../api/dataset-catalog.ts";
import { datasetQuery } from "../../api/datasets.ts";
import { itemsOf } from "../../api/list.ts";
import { EmptyState } from "../../kit/empty-state.tsx";
import { ErrorNote } from "../../kit/error-note.tsx";
import { Page, PageHeader } from "../../kit/page-header.tsx";
import { PageSkeleton } from "../../kit/skeleton.tsx";
import { ProposeForm } from "./propose-form.tsx";
import classes from "./propose.module.css";

const route = getRouteApi("/w/$workspace/changes/new");

/** Proposing an edited file: as a request of its own, or as a new revision of one. */
export function ProposePage() {
  const { dataset, change } = route.useSearch() as { readonly dataset?: string; readonly change?: string };
  const navigate = route.useNavigate();
  const request = useQuery({ ...changeQuery(change ?? ""), enabled: change !== undefined });
  const of = dataset ?? request.data?.dataset.id;
  return (
    <Page narrow>
      <PageHeader
        title={request.data === undefined ? "Propose changes" : `Propose another file in #${request.data.number}`}
        text="The file is compared with the dataset cell by cell. Nothing changes until somebody else has looked at it and it is merged."
      />
      {request.error !== null && <ErrorNote error={request.error} onRetry={() => void request.refetch()} />}
      {change === undefined && (
        <DatasetChoice chosen={dataset} onChoose={(id) => void navigate({ search: (id === null ? {} : { dataset: id }) as never, replace: true })} />
      )}
      {of !== undefined && <OfDataset key={of} id={of} change={request.data} />}
    </Page>
  );
}

function DatasetChoice({ chosen, onChoose }: { readonly chosen: string | undefined; readonly onChoose: (id: string | null) => void }) {
  const [text, setText] = useState("");
  const query = useInfiniteQuery(catalogQuery(text === "" ? {} : { q: text }));
  const own = useQuery({ ...datasetQuery(chosen ?? ""), enabled: chosen !== undefined });
  const found = itemsOf(query.data);
  const options = found.map(({ id, name }) => ({ value: id as string, label: name }));
  const current = own.data !== undefined && !options.some(({ value }) => value === own.data.id) ? [{ value: own.data.id as string, label: own.data.name }] : [];
  return (
    <Select
      label="Dataset"
      placeholder="Which dataset the file is of"
      data={[...current, ...options]}
      value={chosen ?? null}
      onChange={onChoose}
      searchable
      onSearchChange={(typed) => setText(found.some(({ name }) => name === typed) || typed === own.data?.name ? "" : typed.trim())}
      nothingFoundMessage="No dataset is called that"
      className={classes.dataset}
    />
  );
}

function OfDataset({ id, change }: { readonly id: string; readonly change: ChangeRequest | undefined }) {
  const { data, error, refetch } = useQuery(datasetQuery(id));
  if (error !== null) return <ErrorNote error={error} onRetry={() => void refetch()} />;
  if (data === undefined) return <PageSkeleton />;
  return <Ready dataset={data} change={change} />;
}

function Ready({ dataset, change }: { readonly dataset: Dataset; readonly change: ChangeRequest | undefined }) {
  if (dataset.dataVersion === 0)
    return <EmptyState title="Nothing to compare with yet" text="The dataset has no version. Load its first rows, then propose changes of them." />;
  if (change !== undefined && !change.can.propose)
    return (
      <EmptyState
        title="You may not propose in this request"
        text="Its author and co-authors may. Propose a request of your own instead."
        action={<Own dataset={dataset} />}
      />
    );
  return <ProposeForm dataset={dataset} change={change} />;
}

function Own({ dataset }: { readonly dataset: Dataset }) {
  const navigate = route.useNavigate();
  return (
    <Button variant="default" onClick={() => void navigate({ search: { dataset: dataset.id } as never })}>
      Propose a request of your own
    </Button>
  );
}
