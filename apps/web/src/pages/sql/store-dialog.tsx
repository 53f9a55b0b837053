import { isApiError } from "@granary/client";
import type { Batch, Dataset, SqlQuery } from "@granary/protocol";
import { Button, Modal, Radio, Select, Textarea, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type ReactNode, useEffect, useState } from "react";
import { catalogQuery } from "../../api/dataset-catalog.ts";
import { itemsOf } from "../../api/list.ts";
import { useMay } from "../../api/session.ts";
import { storeAsDataset, storeIntoDataset } from "../../api/sql.ts";
import { batchQuery, cancelLoad } from "../../api/uploads.ts";
import { Meter } from "../../kit/charts.tsx";
import { ErrorNote, SaidError } from "../../kit/error-note.tsx";
import { FormProblem, useApiForm } from "../../kit/form.tsx";
import { useFormat } from "../../kit/format.tsx";
import { toastError } from "../../kit/toast.tsx";
import { useSlug } from "../../shell/index.ts";
import { LoadIssues } from "../datasets/load-issues.tsx";
import classes from "./sql.module.css";

const POLL_MS = 1_000;
const TYPING_MS = 200;

interface Stored {
  readonly dataset: Pick<Dataset, "id" | "name">;
  readonly batch: Batch["id"];
}

/** Makes a dataset, or a version of one, of all rows of a query. */
export function StoreDialog({ query, onClose }: { readonly query: SqlQuery; readonly onClose: () => void }) {
  const [stored, setStored] = useState<Stored>();
  return (
    <Modal opened onClose={onClose} title="Save as dataset">
      {stored === undefined ? (
        <StoreForm query={query} onClose={onClose} onStored={setStored} />
      ) : (
        <Storing stored={stored} onClose={onClose} onAgain={() => setStored(undefined)} />
      )}
    </Modal>
  );
}

interface StoreFormProps {
  readonly query: SqlQuery;
  readonly onClose: () => void;
  readonly onStored: (stored: Stored) => void;
}

function StoreForm({ query, onClose, onStored }: StoreFormProps) {
  const mayCreate = useMay("dataset:create");
  const mayUpdate = useMay("dataset:update");
  const [target, setTarget] = useState<Pick<Dataset, "id" | "name">>();
  const form = useApiForm({
    initial: { into: mayCreate ? "new" : "old", name: "", description: "", visibility: "private", dataset: "", mode: "append", evolve: "refuse" },
    check: ({ into }) => (into === "old" && target === undefined ? { dataset: "Choose a dataset" } : {}),
    send: async ({ into, name, description, visibility, mode, evolve }) => {
      if (into === "old" && target !== undefined) {
        const body = { sql: query.sql, mode: mode as "append" | "replace", onNewColumns: evolve as "refuse" | "evolve" };
        return onStored({ dataset: target, batch: (await storeIntoDataset(target.id, body)).batch.id });
      }
      const body = { sql: query.sql, name, description, visibility: visibility as Dataset["visibility"] };
      const { dataset, batch } = await storeAsDataset(body);
      onStored({ dataset, batch: batch.id });
    },
  });
  const { values } = form.fields;
  const isTaken = isApiError(form.problem?.error, "dataset.name_taken");
  return (
    <form className={classes.form} onSubmit={form.onSubmit} noValidate>
      <p className="g-soft">The query runs again and all its rows are stored, as you see them: masked values stay masked.</p>
      {!isTaken && <FormProblem problem={form.problem} />}
      {mayCreate && mayUpdate && (
        <Radio.Group label="Where the rows go" {...form.fields.getInputProps("into")}>
          <div className={classes.storeChoices}>
            <Radio value="new" label="Into a new dataset" />
            <Radio value="old" label="Into one that is there, as a new version" />
          </div>
        </Radio.Group>
      )}
      {values.into === "new" ? (
        <>
          <TextInput
            label="Name of the dataset"
            data-autofocus
            maxLength={100}
            {...form.fields.getInputProps("name")}
            {...(isTaken ? { error: "There is a dataset of this name. Choose another." } : {})}
          />
          <Textarea label="What it holds" autosize minRows={2} maxRows={6} {...form.fields.getInputProps("description")} />
          <Radio.Group label="Who may read it" {...form.fields.getInputProps("visibility")}>
            <div className={classes.storeChoices}>
              <Radio value="private" label="Only me, and whom I share it with" />
              <Radio value="workspace" label="Everybody in the workspace who may read datasets" />
            </div>
          </Radio.Group>
        </>
      ) : (
        <>
          <TargetChoice error={form.fields.errors["dataset"]} onChoose={setTarget} />
          <Radio.Group label="What becomes of the rows that are there" {...form.fields.getInputProps("mode")}>
            <div className={classes.storeChoices}>
              <Radio value="append" label="They stay, and these are added" />
              <Radio value="replace" label="All are replaced by these; earlier versions keep them" />
            </div>
          </Radio.Group>
          <Radio.Group label="Columns it does not have" {...form.fields.getInputProps("evolve")}>
            <div className={classes.storeChoices}>
              <Radio value="refuse" label="Refuse the rows, and change nothing" />
              <Radio value="evolve" label="Add them to the dataset" />
            </div>
          </Radio.Group>
        </>
      )}
      <div className={classes.formEnd}>
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button type="submit" loading={form.sending}>
          Save rows
        </Button>
      </div>
    </form>
  );
}

interface TargetChoiceProps {
  readonly error: ReactNode;
  readonly onChoose: (dataset: Pick<Dataset, "id" | "name"> | undefined) => void;
}

/** Datasets this person may load into, found by their names. */
function TargetChoice({ error, onChoose }: TargetChoiceProps) {
  const [typed, setTyped] = useState("");
  const [q] = useDebouncedValue(typed.trim(), TYPING_MS);
  const found = useInfiniteQuery(catalogQuery(q === "" ? {} : { q }));
  const datasets = itemsOf(found.data).filter((dataset) => dataset.can.update);
  return (
    <Select
      label="Dataset"
      placeholder="Find it by its name"
      searchable
      data={datasets.map(({ id, name }) => ({ value: id, label: name }))}
      filter={({ options }) => options}
      nothingFoundMessage={found.isFetching ? "Looking…" : "No dataset you may load into has this name"}
      searchValue={typed}
      onSearchChange={setTyped}
      onChange={(value) => onChoose(datasets.find(({ id }) => id === value))}
      error={error}
      comboboxProps={{ withinPortal: false }}
    />
  );
}

interface StoringProps {
  readonly stored: Stored;
  readonly onClose: () => void;
  readonly onAgain: () => void;
}

/** How far it is, and what came of it. */
function Storing({ stored, onClose, onAgain }: StoringProps) {
  const { dataset, batch: id } = stored;
  const client = useQueryClient();
  const { data: batch, error } = useQuery({
    ...batchQuery(dataset.id, id),
    refetchInterval: ({ state }) => (state.data === undefined || state.data.status === "importing" ? POLL_MS : false),
  });
  const hasEnded = batch !== undefined && batch.status !== "importing";
  useEffect(() => {
    if (hasEnded) void client.invalidateQueries({ queryKey: ["datasets"], refetchType: "none" });
  }, [hasEnded, client]);
  if (error !== null && batch === undefined) return <ErrorNote error={error} />;
  if (!hasEnded) return <Running stored={stored} progress={batch?.progress ?? null} onClose={onClose} />;
  return batch.status === "failed" ? (
    <Failed error={batch.error} onClose={onClose} onAgain={onAgain} />
  ) : (
    <Done stored={stored} batch={batch} onClose={onClose} />
  );
}

function Running({ stored: { dataset, batch }, progress, onClose }: Pick<StoringProps, "stored" | "onClose"> & { readonly progress: Batch["progress"] }) {
  const format = useFormat();
  const cancel = () => void cancelLoad(dataset.id, batch).catch((failure: unknown) => toastError("Not stopped", failure));
  const { done = 0, message = null } = progress ?? {};
  const counted = done > 0 && message === "Running the query" ? `: ${format.number(done)} rows` : "";
  return (
    <div className={classes.form}>
      <div role="status">
        <Meter done={done} total={null} label="Saving rows" />
        <p className={classes.storeText}>
          {message ?? "Waiting for a worker"}
          {counted}. You can close this; it goes on.
        </p>
      </div>
      <div className={classes.formEnd}>
        <Button variant="default" onClick={cancel}>
          Stop
        </Button>
        <Button onClick={onClose}>Go on in the background</Button>
      </div>
    </div>
  );
}

function Failed({ error, onClose, onAgain }: Pick<StoringProps, "onClose" | "onAgain"> & { readonly error: Batch["error"] }) {
  return (
    <div className={classes.form}>
      <ErrorNote error={new SaidError(error?.message ?? "The rows were not saved.")} />
      <LoadIssues error={error} />
      <div className={classes.formEnd}>
        <Button variant="default" onClick={onAgain}>
          Try again
        </Button>
        <Button onClick={onClose}>Close</Button>
      </div>
    </div>
  );
}

function Done({ stored: { dataset }, batch, onClose }: Pick<StoringProps, "stored" | "onClose"> & { readonly batch: Batch }) {
  const format = useFormat();
  const slug = useSlug();
  return (
    <div className={classes.form}>
      <p role="status">
        {format.number(batch.rows ?? 0)} {batch.rows === 1 ? "row is" : "rows are"} in {dataset.name}, version {batch.version}.
      </p>
      <div className={classes.formEnd}>
        <Button variant="default" onClick={onClose}>
          Close
        </Button>
        <Button component={Link} to={`/w/${slug}/datasets/${dataset.id}` as "/"}>
          Open the dataset
        </Button>
      </div>
    </div>
  );
}
