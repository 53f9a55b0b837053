import type { Dataset } from "@granary/protocol";
import { useInfiniteQuery } from "@tanstack/react-query";
import { changesQuery } from "../../api/changes.ts";
import { rowsOf } from "../../api/list.ts";
import { EmptyState } from "../../kit/empty-state.tsx";
import { ErrorNote } from "../../kit/error-note.tsx";
import { moreOf } from "../../kit/list-more.ts";
import { ChangeList } from "../changes/change-list.tsx";
import { RulesPanel } from "./rules-panel.tsx";
import classes from "./dataset-changes.module.css";

/** The change requests of a dataset, and what it asks of them. */
export function ChangesTab({ dataset }: { readonly dataset: Dataset }) {
  const query = useInfiniteQuery(changesQuery({ dataset: dataset.id }));
  const changes = rowsOf(query.data);
  return (
    <div className={classes.stack}>
      {query.error !== null && changes === undefined ? (
        <ErrorNote error={query.error} onRetry={() => void query.refetch()} />
      ) : (
        <ChangeList
          changes={changes}
          more={moreOf(query)}
          isOfDataset
          empty={
            <EmptyState
              small
              title="Nothing was ever proposed"
              text="Under Rows, “Propose changes” edits rows in place or compares an edited file with the dataset. Somebody else looks at every cell before it counts."
            />
          }
        />
      )}
      <RulesPanel dataset={dataset} />
    </div>
  );
}
