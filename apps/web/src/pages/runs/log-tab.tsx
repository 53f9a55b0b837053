import type { Run, RunLogLine } from "@granary/protocol";
import { Button } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useVirtualizer } from "@tanstack/react-virtual";
import ArrowDown from "lucide-react/icons/arrow-down";
import { useEffect, useEffectEvent, useRef, useState } from "react";
import { compact, itemsOf } from "../../api/list.ts";
import { type LogChoice, runLogQuery } from "../../api/runs.ts";
import { EmptyState } from "../../kit/empty-state.tsx";
import { ErrorNote } from "../../kit/error-note.tsx";
import { FilterBar } from "../../kit/filter-bar.tsx";
import { useFormat } from "../../kit/format.tsx";
import { Highlight } from "../../kit/highlight.tsx";
import { isOver, type runSearch } from "./run-words.ts";
import classes from "./runs.module.css";

type Search = ReturnType<typeof runSearch>;

interface LogTabProps {
  readonly run: Run;
  readonly search: Search;
  readonly onSearch: (part: Search) => void;
  /** Grows whenever there may be lines that were not read. */
  readonly news: number;
}

const LEVELS = [
  { value: "info", label: "From info on" },
  { value: "warn", label: "Warnings and errors" },
  { value: "error", label: "Errors" },
];

/** The lines of a run's log, which go on by themselves: behind a full page at once, behind the last line whenever another is heard of. */
function useLogLines(run: Run, choice: LogChoice, news: number) {
  const query = useInfiniteQuery(runLogQuery(run.id, choice));
  const { isFetching, isError, data, fetchNextPage } = query;
  const lines = itemsOf(data);
  const lastPage = data?.pages.at(-1);
  const [asked, setAsked] = useState({ news, state: run.state });
  const isNews = news !== asked.news || run.state !== asked.state;
  const isDue = lastPage !== undefined && !isFetching && !isError && (lastPage.next !== null || isNews);
  useEffect(() => {
    if (!isDue) return;
    void fetchNextPage().finally(() => setAsked({ news, state: run.state }));
  }, [isDue, news, run.state, fetchNextPage]);
  return { query, lines };
}

/** What the run said, live: by level, by step, by words. */
export function LogTab({ run, search, onSearch, news }: LogTabProps) {
  const { level, node, q } = search;
  const { query, lines } = useLogLines(run, compact({ level, node, q }), news);
  return (
    <>
      <FilterBar
        values={{ q, level, node }}
        onChange={onSearch as never}
        filters={[
          { kind: "text", name: "q", label: "Search the log" },
          { kind: "choice", name: "level", label: "Level", any: "Every level", options: LEVELS },
          {
            kind: "choice",
            name: "node",
            label: "Step",
            any: "Every step",
            options: run.steps.map((step) => ({ value: step.node, label: step.title === "" ? step.node : step.title })),
          },
        ]}
      />
      {query.error !== null && <ErrorNote error={query.error} onRetry={() => void query.refetch()} />}
      {query.data !== undefined && lines.length === 0 ? (
        <NoLine isChosen={level !== undefined || node !== undefined || q !== undefined} />
      ) : (
        <Lines lines={lines} words={q === undefined ? [] : [q]} isLive={!isOver(run.state)} />
      )}
    </>
  );
}

function NoLine({ isChosen }: { readonly isChosen: boolean }) {
  if (isChosen) return <EmptyState small title="No line is like that" text="Choose another level or step, or clear the search." />;
  return <EmptyState small title="Nothing yet" text="A run writes here while it works." />;
}

const LINE_HEIGHT = 22;
/** So near the end somebody is taken to be reading along. */
const NEAR_END = 40;

interface LinesProps {
  readonly lines: readonly RunLogLine[];
  readonly words: readonly string[];
  readonly isLive: boolean;
}

/** Lines in sight only; the end is followed until somebody scrolls up. */
function Lines({ lines, words, isLive }: LinesProps) {
  const format = useFormat();
  const place = useRef<HTMLDivElement>(null);
  const [isFollowing, setFollowing] = useState(isLive);
  // oxlint-disable-next-line react/incompatible-library -- the list is drawn by this component alone
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => place.current,
    estimateSize: () => LINE_HEIGHT,
    overscan: 20,
    useFlushSync: false,
  });
  const toEnd = useEffectEvent(() => {
    if (lines.length > 0) virtual.scrollToIndex(lines.length - 1, { align: "end" });
  });
  useEffect(() => {
    if (isFollowing) toEnd();
  }, [isFollowing, lines.length]);
  const time = new Intl.DateTimeFormat(format.locale, {
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    fractionalSecondDigits: 3,
    timeZone: format.zone,
  });
  return (
    <div className={classes.logFrame}>
      <div
        ref={place}
        className={classes.log}
        role="log"
        aria-label="Log"
        aria-live="off"
        tabIndex={0}
        onScroll={({ currentTarget }) => setFollowing(currentTarget.scrollHeight - currentTarget.scrollTop - currentTarget.clientHeight < NEAR_END)}
      >
        <div style={{ height: virtual.getTotalSize(), position: "relative" }}>
          {virtual.getVirtualItems().map(({ index, start, key }) => {
            const line = lines[index];
            if (line === undefined) return null;
            return (
              <div
                key={key}
                ref={virtual.measureElement}
                data-index={index}
                data-level={line.level}
                className={classes.line}
                style={{ transform: `translateY(${start}px)` }}
              >
                <time dateTime={line.at} className="g-soft" title={format.exact(line.at)}>
                  {time.format(new Date(line.at))}
                </time>
                <span className={classes.level}>{line.level}</span>
                <span className={classes.lineNode}>{line.node ?? ""}</span>
                <span className={classes.said}>
                  <Highlight text={line.message} words={words} />
                  {line.data !== null && <span className="g-soft"> {JSON.stringify(line.data)}</span>}
                </span>
              </div>
            );
          })}
        </div>
      </div>
      {!isFollowing && virtual.getTotalSize() > (virtual.scrollRect?.height ?? 0) && (
        <Button className={classes.follow} size="compact-xs" variant="default" leftSection={<ArrowDown size={13} />} onClick={() => setFollowing(true)}>
          {isLive ? "Follow" : "To the end"}
        </Button>
      )}
    </div>
  );
}
