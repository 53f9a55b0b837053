import type { Dataset, DatasetVersion } from "@granary/protocol";
import { Button } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { versionsQuery } from "../../api/dataset-versions.ts";
import { rowsOf } from "../../api/list.ts";
import { EmptyState } from "../../kit/empty-state.tsx";
import { ErrorNote } from "../../kit/error-note.tsx";
import { PageSkeleton } from "../../kit/skeleton.tsx";
import { Comparison } from "./comparison.tsx";
import { NameDialog } from "./name-dialog.tsx";
import { useRestore } from "./use-restore.tsx";
import { VersionItem } from "./version-item.tsx";
import { readSides } from "./version-words.ts";
import classes from "./versions.module.css";

interface VersionsTabProps {
  readonly dataset: Dataset;
  /** The two versions that are compared, `3..5`. */
  readonly compare: string | undefined;
  readonly onCompare: (sides: string | undefined) => void;
  /** Shows the whole dataset as it was. */
  readonly onOpen: (version: string) => void;
}

const mostOf = (versions: readonly DatasetVersion[]): number =>
  Math.max(1, ...versions.map(({ added, removed, replaced }) => (added ?? 0) + (removed ?? 0) + (replaced ?? 0)));

/** Every version of a dataset, newest first; two of them can be compared, and each can be opened, named and restored. */
export function VersionsTab({ dataset, compare, onCompare, onOpen }: VersionsTabProps) {
  const query = useInfiniteQuery(versionsQuery(dataset.id));
  const versions = rowsOf(query.data);
  const [chosen, setChosen] = useState<readonly number[]>([]);
  const [naming, setNaming] = useState<DatasetVersion>();
  const restore = useRestore(dataset, () => undefined);
  const sides = readSides(compare);
  if (sides !== undefined) return <Comparison dataset={dataset} from={sides[0]} to={sides[1]} onBack={() => onCompare(undefined)} />;
  if (query.error !== null && versions === undefined) return <ErrorNote error={query.error} onRetry={() => void query.refetch()} />;
  if (versions === undefined) return <PageSkeleton />;
  if (versions.length === 0) return <EmptyState title="No version yet" text="Each change of the data is a version that can be opened, named and restored." />;
  const [from, to] = chosen.toSorted((left, right) => left - right);
  const most = mostOf(versions);
  return (
    <div className={classes.stack}>
      <div className={classes.bar}>
        <span className={classes.soft}>
          {chosen.length === 0 && "Choose two versions to compare them."}
          {chosen.length === 1 && `Version ${from} is chosen. Choose another one to compare it with.`}
          {chosen.length === 2 && `Versions ${from} and ${to} are chosen.`}
        </span>
        <Button size="xs" variant="default" disabled={chosen.length < 2} onClick={() => onCompare(`${from}..${to}`)}>
          Compare
        </Button>
      </div>
      <ol className={classes.list} aria-label="Versions">
        {versions.map((version) => (
          <VersionItem
            key={version.number}
            version={version}
            most={most}
            isChosen={chosen.includes(version.number)}
            // The last two count: a third choice takes the place of the first.
            onChoose={(isChosen) =>
              setChosen((before) => [...before.filter((number) => number !== version.number), ...(isChosen ? [version.number] : [])].slice(-2))
            }
            onOpen={() => onOpen(String(version.number))}
            onName={() => setNaming(version)}
            onRestore={() => restore(version)}
          />
        ))}
      </ol>
      {query.hasNextPage && (
        <Button variant="default" size="xs" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()} style={{ alignSelf: "center" }}>
          Show older versions
        </Button>
      )}
      {naming !== undefined && <NameDialog dataset={dataset.id} version={naming} onClose={() => setNaming(undefined)} />}
    </div>
  );
}
