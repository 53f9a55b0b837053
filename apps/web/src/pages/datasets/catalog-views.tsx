import type { DatasetView } from "@granary/protocol";
import { ActionIcon, Button, Checkbox, Popover, TextInput } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import Bookmark from "lucide-react/icons/bookmark";
import Trash2 from "lucide-react/icons/trash-2";
import { useState } from "react";
import { type CatalogFilters, useDeleteView, useSaveView, viewsQuery } from "../../api/dataset-catalog.ts";
import { itemsOf } from "../../api/list.ts";
import { FormProblem, useApiForm } from "../../kit/form.tsx";
import { toastDone, toastError } from "../../kit/toast.tsx";
import classes from "./catalog.module.css";

interface SavedFiltersProps {
  readonly filters: CatalogFilters;
  readonly canSave: boolean;
  readonly onOpen: (filters: CatalogFilters) => void;
}

/** Filters somebody saved, their own and shared ones, and the way to save what is set now. */
export function SavedFilters({ filters, canSave, onOpen }: SavedFiltersProps) {
  const [opened, setOpened] = useState(false);
  const query = useInfiniteQuery({ ...viewsQuery(), enabled: opened });
  const views = itemsOf(query.data);
  const open = (view: DatasetView) => {
    onOpen(view.query as CatalogFilters);
    setOpened(false);
  };
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-end" width={320} trapFocus shadow="md">
      <Popover.Target>
        <Button variant="default" size="xs" leftSection={<Bookmark size={13} />} onClick={() => setOpened(!opened)}>
          Saved filters
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label="Saved filters">
        {views.length === 0 && !query.isFetching && <p className={classes.hint}>Nothing saved yet. Set filters, then keep them here under a name.</p>}
        {views.length > 0 && (
          <ul className={classes.views}>
            {views.map((view) => (
              <View key={view.id} view={view} onOpen={() => open(view)} />
            ))}
          </ul>
        )}
        {canSave && <SaveForm filters={filters} />}
      </Popover.Dropdown>
    </Popover>
  );
}

function View({ view, onOpen }: { readonly view: DatasetView; readonly onOpen: () => void }) {
  const remove = useDeleteView();
  const save = useSaveView();
  const { name, query, shared } = view;
  const bringBack = () => save.mutate({ name, query, shared }, { onError: (error) => toastError("Not brought back", error) });
  const take = () =>
    remove.mutate(view.id, {
      onSuccess: () => toastDone(`Deleted the filter ${name}`, undefined, { verb: "Undo", run: bringBack }),
      onError: (error) => toastError("Not deleted", error),
    });
  return (
    <li className={classes.view}>
      <button type="button" className={classes.viewName} onClick={onOpen}>
        {name}
        {shared && <span className="g-soft"> · shared by {view.owner.name}</span>}
      </button>
      {view.can.delete && (
        <ActionIcon variant="subtle" color="gray" size="sm" aria-label={`Delete the filter ${name}`} onClick={take}>
          <Trash2 size={13} />
        </ActionIcon>
      )}
    </li>
  );
}

function SaveForm({ filters }: { readonly filters: CatalogFilters }) {
  const save = useSaveView();
  const form = useApiForm({
    initial: { name: "", shared: false },
    send: async ({ name, shared }) => {
      const { tag, ...rest } = filters;
      await save.mutateAsync({ name, shared, query: { ...rest, ...(tag === undefined ? {} : { tag: [...tag] }) } });
      toastDone(`Saved the filter ${name}`);
      form.reset();
    },
  });
  return (
    <form className={classes.saveForm} onSubmit={form.onSubmit} noValidate>
      <FormProblem problem={form.problem} />
      <TextInput size="xs" label="Save what is set now as" placeholder="A name" {...form.fields.getInputProps("name")} />
      <Checkbox size="xs" label="Share with the workspace" {...form.fields.getInputProps("shared", { type: "checkbox" })} />
      <Button type="submit" size="xs" loading={form.sending} disabled={form.fields.values.name.trim() === ""}>
        Save
      </Button>
    </form>
  );
}
