import type { SavedQuery } from "@granary/protocol";
import { ActionIcon } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import Trash2 from "lucide-react/icons/trash-2";
import { rowsOf } from "../../api/list.ts";
import { savedQueriesQuery, useDeleteSaved, useSaveQuery } from "../../api/sql.ts";
import { type Column, DataList } from "../../kit/data-list.tsx";
import { EmptyState } from "../../kit/empty-state.tsx";
import { FilterBar } from "../../kit/filter-bar.tsx";
import { moreOf } from "../../kit/list-more.ts";
import { RelativeTime } from "../../kit/relative-time.tsx";
import { Label } from "../../kit/status-badge.tsx";
import { toastDone, toastError } from "../../kit/toast.tsx";
import classes from "./sql.module.css";

interface SavedTabProps {
  readonly q: string | undefined;
  readonly onSearch: (q: string | undefined) => void;
  readonly onOpen: (saved: SavedQuery) => void;
}

/** Deletes at once, and offers to save the same again. */
function useDelete() {
  const remove = useDeleteSaved();
  const save = useSaveQuery();
  return ({ id, name, description, sql, visibility }: SavedQuery) =>
    remove.mutate(id, {
      onSuccess: () =>
        toastDone(`${name} is deleted`, undefined, {
          verb: "Undo",
          run: () => save.mutate({ name, description, sql, visibility }, { onError: (error) => toastError("Not saved again", error) }),
        }),
      onError: (error) => toastError("Not deleted", error),
    });
}

/** Queries this person saved, and those others share. */
export function SavedTab({ q, onSearch, onOpen }: SavedTabProps) {
  const query = useInfiniteQuery(savedQueriesQuery(q));
  const onDelete = useDelete();
  const columns: readonly Column<SavedQuery>[] = [
    {
      id: "name",
      header: "Name",
      primary: true,
      cell: (saved) => (
        <span className={classes.ran}>
          <button type="button" className={classes.savedName} onClick={() => onOpen(saved)}>
            {saved.name}
          </button>
          {saved.description !== "" && <span className={classes.hint}>{saved.description}</span>}
        </span>
      ),
    },
    { id: "shared", header: "Seen by", width: "120px", cell: ({ visibility }) => <Label>{visibility === "private" ? "Only you" : "Workspace"}</Label> },
    { id: "owner", header: "Saved by", width: "170px", cell: ({ owner }) => owner.name },
    { id: "at", header: "Changed", width: "140px", cell: ({ updatedAt }) => <RelativeTime at={updatedAt} /> },
  ];
  return (
    <div className={classes.listing}>
      <FilterBar values={{ q }} onChange={(change) => onSearch(change["q"])} filters={[{ kind: "text", name: "q", label: "Search saved queries" }]} />
      <div className={classes.frame}>
        <DataList
          label="Saved queries"
          columns={columns}
          rows={rowsOf(query.data)}
          rowId={({ id }) => id}
          rowName={({ name }) => name}
          error={query.error}
          onRetry={() => void query.refetch()}
          more={moreOf(query)}
          rowAction={(saved) =>
            saved.can.delete ? (
              <ActionIcon variant="subtle" color="gray" aria-label={`Delete ${saved.name}`} onClick={() => onDelete(saved)}>
                <Trash2 size={15} />
              </ActionIcon>
            ) : null
          }
          empty={
            <EmptyState
              small
              title={q === undefined ? "No query is saved yet" : "No saved query fits"}
              text={q === undefined ? "Save one to find it again, and share it with the workspace if you like." : "Look for another word."}
            />
          }
        />
      </div>
    </div>
  );
}
