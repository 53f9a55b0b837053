import type { Pipeline, PipelineVersion } from "@granary/protocol";
import { Button, Select } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { itemsOf } from "../../api/list.ts";
import { pipelineCompareQuery, pipelineVersionsQuery, useRestorePipeline } from "../../api/pipelines.ts";
import { useConfirm } from "../../kit/confirm.tsx";
import { EmptyState } from "../../kit/empty-state.tsx";
import { ErrorNote } from "../../kit/error-note.tsx";
import { moreOf } from "../../kit/list-more.ts";
import { RelativeTime } from "../../kit/relative-time.tsx";
import { Line } from "../../kit/skeleton.tsx";
import { Label } from "../../kit/status-badge.tsx";
import { toastDone } from "../../kit/toast.tsx";
import { sidesOf } from "./pipeline-words.ts";
import classes from "./pipelines.module.css";
import { VersionDifference } from "./version-difference.tsx";
import { VersionGraphs } from "./version-graphs.tsx";

interface VersionsTabProps {
  readonly pipeline: Pipeline;
  readonly compare: string | undefined;
  readonly onCompare: (compare: string | undefined) => void;
}

/** Every save, what it changed, any two beside each other, and the way back. */
export function VersionsTab({ pipeline, compare, onCompare }: VersionsTabProps) {
  const query = useInfiniteQuery(pipelineVersionsQuery(pipeline.id));
  const versions = itemsOf(query.data);
  const restore = useRestoring(pipeline);
  const sides = sidesOf(compare);
  const more = moreOf(query);
  if (query.error !== null && query.data === undefined) return <ErrorNote error={query.error} onRetry={() => void query.refetch()} />;
  return (
    <>
      {sides !== undefined && <Comparison key={compare} pipeline={pipeline} {...sides} onCompare={onCompare} />}
      <ol className={classes.versions} aria-label="Versions" aria-busy={query.data === undefined}>
        {query.data === undefined &&
          ["62%", "48%", "55%"].map((width) => (
            <li key={width} className={classes.version} aria-hidden="true">
              <Line width={width} />
            </li>
          ))}
        {versions.map((version) => (
          <Version
            key={version.number}
            version={version}
            isNewest={version.number === pipeline.documentVersion}
            onCompare={version.number > 1 ? () => onCompare(`${version.number - 1}..${version.number}`) : undefined}
            onRestore={pipeline.can.update && version.number !== pipeline.documentVersion ? () => restore(version) : undefined}
          />
        ))}
      </ol>
      {more.has && (
        <Button variant="default" size="xs" loading={more.loading} onClick={more.load}>
          Show more
        </Button>
      )}
    </>
  );
}

function useRestoring(pipeline: Pipeline): (version: PipelineVersion) => void {
  const confirm = useConfirm();
  const restore = useRestorePipeline();
  return ({ number }) =>
    confirm({
      title: `Restore version ${number}`,
      text: `Its document becomes version ${pipeline.documentVersion + 1}, and the next run uses it. Every version in between stays in the history, so this can be taken back the same way.`,
      action: "Restore",
      run: async () => {
        await restore.mutateAsync({ pipeline: pipeline.id, number });
        toastDone(`Version ${number} is the newest again`);
      },
    });
}

interface VersionProps {
  readonly version: PipelineVersion;
  readonly isNewest: boolean;
  readonly onCompare: (() => void) | undefined;
  readonly onRestore: (() => void) | undefined;
}

function Version({ version, isNewest, onCompare, onRestore }: VersionProps) {
  return (
    <li className={classes.version}>
      <span className={classes.number}>{version.number}</span>
      <span className={classes.versionWords}>
        <span className={classes.named}>
          {version.text}
          {isNewest && <Label strong>newest</Label>}
          {version.restoredFrom !== null && <Label>restored from {version.restoredFrom}</Label>}
        </span>
        {version.note !== "" && <span className={classes.quote}>{version.note}</span>}
        <span className="g-soft">
          {version.author?.name ?? "somebody who has left"}, <RelativeTime at={version.createdAt} />
        </span>
      </span>
      <span className={classes.versionActions}>
        {onCompare !== undefined && (
          <Button variant="subtle" color="gray" size="compact-xs" onClick={onCompare} aria-label={`What changed in version ${version.number}`}>
            What changed
          </Button>
        )}
        {onRestore !== undefined && (
          <Button variant="subtle" color="gray" size="compact-xs" onClick={onRestore} aria-label={`Restore version ${version.number}`}>
            Restore
          </Button>
        )}
      </span>
    </li>
  );
}

interface ComparisonProps {
  readonly pipeline: Pipeline;
  readonly from: number;
  readonly to: number;
  readonly onCompare: (compare: string | undefined) => void;
}

function Comparison({ pipeline, from, to, onCompare }: ComparisonProps) {
  const query = useQuery(pipelineCompareQuery(pipeline.id, to, from));
  const numbers = Array.from({ length: pipeline.documentVersion }, (_, index) => String(pipeline.documentVersion - index));
  const side = (label: string, value: number, set: (value: string) => void) => (
    <Select
      size="xs"
      aria-label={label}
      data={numbers}
      value={String(value)}
      onChange={(next) => next !== null && set(next)}
      allowDeselect={false}
      searchable
      className={classes.sideChoice}
    />
  );
  return (
    <section className={classes.comparison} aria-label={`Version ${from} and ${to}`}>
      <div className={classes.compareBar}>
        From version {side("From version", from, (next) => onCompare(`${next}..${to}`))} to {side("To version", to, (next) => onCompare(`${from}..${next}`))}
        <Button variant="subtle" color="gray" size="compact-xs" onClick={() => onCompare(undefined)}>
          Close
        </Button>
      </div>
      {query.error !== null && <ErrorNote error={query.error} onRetry={() => void query.refetch()} />}
      {query.isPending && <Line width="60%" />}
      {query.data !== undefined && (
        <>
          <p className={classes.sentence}>{query.data.text}</p>
          {from === to ? (
            <EmptyState small title="The same version twice" text="Choose two different ones." />
          ) : (
            <>
              <VersionGraphs pipeline={pipeline.id} from={from} to={to} />
              <VersionDifference difference={query.data} />
            </>
          )}
        </>
      )}
    </section>
  );
}
