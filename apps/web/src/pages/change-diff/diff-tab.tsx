import type { ChangeDiff, ChangeOverview, ChangeRequest } from "@granary/protocol";
import { Checkbox, SegmentedControl } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useMemo, useRef, useState } from "react";
import { diffShapeQuery, overviewQuery, readChanges } from "../../api/change-diff.ts";
import { EmptyState } from "../../kit/empty-state.tsx";
import { ErrorNote } from "../../kit/error-note.tsx";
import { FilterBar } from "../../kit/filter-bar.tsx";
import { type CellAt, type GridHandle, PagedSource } from "../../kit/grid/index.ts";
import { PageSkeleton } from "../../kit/skeleton.tsx";
import { AddFilter, FilterChips } from "../datasets/filter-chips.tsx";
import { BulkBar, mayChoose } from "./bulk-bar.tsx";
import { DiffCards } from "./diff-cards.tsx";
import { DiffGrid } from "./diff-grid.tsx";
import { DiffKeysHelp } from "./diff-keys-help.tsx";
import { DiffRail } from "./diff-rail.tsx";
import { type DiffLayout, type DiffRow, diffRows, type DiffShape, keyText, readKey, shapeOf } from "./diff-rows.ts";
import classes from "./diff.module.css";
import { nextCell, nextColumn, nextRow } from "./next-change.ts";
import { RowPanel } from "./row-panel.tsx";
import { useDiffKeys } from "./use-diff-keys.ts";
import { useReadingOn } from "./use-reading-on.ts";
import { type DiffSearch, type OnDiffSearch, useDiffSearch } from "./use-diff-search.ts";

interface DiffTabProps {
  readonly change: ChangeRequest;
  readonly search: DiffSearch;
  readonly onSearch: OnDiffSearch;
  /** Opens the dialog that approves; undefined for who may not. */
  readonly onApprove: (() => void) | undefined;
}

/** What a request changes, row by row: counts that filter, and the rows with old and new in place. */
export function DiffTab(props: DiffTabProps) {
  const { change, search, onSearch } = props;
  const digest = change.current?.digest ?? null;
  const shape = useQuery(diffShapeQuery(change.id, search.revision, digest));
  const overview = useQuery(overviewQuery(change.id, search.revision, digest));
  if (shape.error !== null) return <ErrorNote error={shape.error} onRetry={() => void shape.refetch()} />;
  return (
    <div className={classes.tab}>
      <aside className={classes.aside} aria-label="Summary">
        {overview.error === null ? (
          <DiffRail change={change.id} digest={digest} overview={overview.data} search={search} onSearch={onSearch} />
        ) : (
          <ErrorNote error={overview.error} onRetry={() => void overview.refetch()} />
        )}
      </aside>
      {shape.data === undefined ? <PageSkeleton /> : <Rows {...props} diff={shape.data} overview={overview.data} digest={digest} />}
    </div>
  );
}

interface RowsProps extends DiffTabProps {
  readonly diff: ChangeDiff;
  readonly overview: ChangeOverview | undefined;
  readonly digest: string | null;
}

/** Stands in an address for a row without a key: only who opened it sees it. */
const HERE = "here";
const NARROW = "(max-width: 48em)";

function Rows(props: RowsProps) {
  const { change, diff, overview, digest, search, onSearch } = props;
  const { choice, filter, layout, isNarrowed } = useDiffSearch(search);
  const [keys, setKeys] = useState<ReadonlySet<string>>(() => new Set());
  const [isCommenting, setCommenting] = useState(false);
  const isNarrow = useMediaQuery(NARROW, undefined, { getInitialValueInEffect: false }) ?? false;
  const [opened, setOpened] = useState<DiffRow["change"]>();
  const open = (row: DiffRow["change"], column: string | undefined, forComment: boolean) => {
    setOpened(row);
    setCommenting(forComment);
    onSearch({ row: keyText(row.key) ?? HERE, cell: column }, true);
  };
  const clear = () => setKeys(new Set());
  const key = readKey(search.row);
  const here = search.row === HERE ? opened : undefined;
  const of = key === undefined ? here && { row: here } : { key };
  if (diff.changes.length === 0) return <EmptyState title="No row changes" text="What was proposed is what the dataset holds." />;
  return (
    <div className={classes.main}>
      <Tools {...props} layout={layout} />
      <FilterChips columns={diff.columns} filter={filter} onFilter={(changed) => onSearch({ filter: changed }, true)} />
      <BulkBar change={change} choice={choice} overview={overview} keys={keys} onClear={clear} />
      {isNarrow ? (
        <DiffCards change={change.id} digest={digest} choice={choice} onOpen={(row, column) => open(row, column, false)} />
      ) : (
        <Desk {...props} layout={layout} keys={keys} onKeys={setKeys} onOpen={open} isNarrowed={isNarrowed} />
      )}
      {of !== undefined && (
        <RowPanel
          change={change}
          columns={diff.columns}
          keys={diff.keys}
          revision={search.revision}
          of={of}
          cell={search.cell}
          isCommenting={isCommenting}
          onCell={(cell) => onSearch({ cell })}
          onClose={() => onSearch({ row: undefined, cell: undefined })}
        />
      )}
    </div>
  );
}

function Tools({ diff, search, onSearch, layout }: RowsProps & { readonly layout: DiffLayout }) {
  const filter = useDiffSearch(search).filter;
  return (
    <FilterBar
      values={{ q: search.q }}
      onChange={(change) => onSearch({ q: change["q"] })}
      filters={[{ kind: "text", name: "q", label: "Search in the changes" }]}
    >
      <AddFilter columns={diff.columns} filter={filter} onFilter={(changed) => onSearch({ filter: changed }, true)} />
      <span className={classes.deskOnly}>
        <SegmentedControl
          size="xs"
          aria-label="How changed rows are drawn"
          value={layout}
          onChange={(value) => onSearch({ layout: value === "split" ? "split" : undefined })}
          data={[
            { value: "unified", label: "Unified" },
            { value: "split", label: "Split" },
          ]}
        />
        <Checkbox
          size="xs"
          label="Only columns that change"
          checked={search.only === "changed"}
          onChange={(event) => onSearch({ only: event.currentTarget.checked ? "changed" : undefined })}
        />
      </span>
    </FilterBar>
  );
}

/** How many rows the choice leaves, where the counts tell it. */
function totalOf(overview: ChangeOverview | undefined, { kind, column, filter, q }: DiffSearch): number | null {
  if (overview === undefined || column !== undefined || filter !== undefined || q !== undefined) return null;
  const { added, removed, modified, formatOnly, duplicateKeys, nullKeys } = overview;
  const counts = { added, removed, modified, format: formatOnly, duplicate_key: duplicateKeys, null_key: nullKeys };
  return kind === undefined ? added + removed + modified + formatOnly + duplicateKeys + nullKeys : counts[kind];
}

interface DeskProps extends RowsProps {
  readonly layout: DiffLayout;
  readonly keys: ReadonlySet<string>;
  readonly onKeys: (change: (before: ReadonlySet<string>) => ReadonlySet<string>) => void;
  readonly onOpen: (row: DiffRow["change"], column: string | undefined, forComment: boolean) => void;
  readonly isNarrowed: boolean;
}

const toggled = (before: ReadonlySet<string>, key: string): ReadonlySet<string> =>
  new Set(before.has(key) ? [...before].filter((other) => other !== key) : [...before, key]);

function useShape({ diff, overview, search }: RowsProps): { readonly shape: DiffShape; readonly changing: ReadonlySet<string> } {
  const changing = useMemo(() => new Set(overview?.columns.map(({ column }) => column)), [overview]);
  const isOnly = search.only === "changed" && overview !== undefined;
  const shape = useMemo(() => shapeOf(diff, changing, isOnly), [diff, isOnly, changing]);
  return { shape, changing };
}

/** The grid with the keys of a review. */
function Desk(props: DeskProps) {
  const { change, diff, digest, overview, search, layout, keys, onKeys, onOpen } = props;
  const { choice } = useDiffSearch(search);
  const { shape, changing } = useShape(props);
  const handle = useRef<GridHandle>(null);
  const [at, setAt] = useState<CellAt>({ row: 0, column: 0 });
  const [isHelp, setHelp] = useState(false);
  const source = useMemo(
    () =>
      new PagedSource<DiffRow>(async (cursor, signal) => {
        const page = await readChanges(change.id, choice, cursor, signal);
        return { rows: diffRows(page.changes, layout, shape), next: page.next };
      }),
    // oxlint-disable-next-line react/exhaustive-deps -- another digest means other rows, though no request says so
    [change.id, choice, layout, shape, digest],
  );
  const columnOf = (column: number) => diff.columns[shape.order[column] ?? -1]?.name;
  const open = (cell: CellAt, forComment: boolean) => {
    const row = source.row(cell.row);
    if (row !== undefined) onOpen(row.change, columnOf(cell.column), forComment);
  };
  const goTo = (next: CellAt | undefined) => {
    if (next === undefined) return;
    handle.current?.focus();
    handle.current?.goTo(next);
  };
  const read = () => ({ loaded: source.state().loaded, row: source.row });
  const goOn = useReadingOn(source, goTo);
  const changes = shape.order.map((place) => changing.has(diff.columns[place]?.name ?? ""));
  const toggle = () => {
    const key = keyText(source.row(at.row)?.change.key ?? null);
    if (key !== undefined) onKeys((before) => toggled(before, key));
  };
  const isChoosing = mayChoose(change) && search.revision === undefined;
  useDiffKeys({
    j: () => goOn(() => nextRow(read(), at, 1)),
    k: () => goTo(nextRow(read(), at, -1)),
    n: () => goOn(() => nextCell(read(), shape.order.length, at, 1)),
    p: () => goTo(nextCell(read(), shape.order.length, at, -1)),
    "]": () => goTo(nextColumn(changes, at, 1)),
    "[": () => goTo(nextColumn(changes, at, -1)),
    x: isChoosing ? toggle : undefined,
    c: change.can.comment ? () => open(at, true) : undefined,
    u: () => props.onSearch({ layout: layout === "split" ? undefined : "split" }),
    f: () => document.querySelector<HTMLInputElement>("main input[type=search]")?.focus(),
    a: props.onApprove,
    "?": () => setHelp(true),
  });
  const rowChoice = useMemo(
    () => (isChoosing ? { keys, onToggle: (key: string) => onKeys((before) => toggled(before, key)) } : undefined),
    [isChoosing, keys, onKeys],
  );
  return (
    <>
      <DiffGrid
        label="Changed rows"
        columns={diff.columns}
        shape={shape}
        layout={layout}
        source={source}
        total={totalOf(overview, search)}
        choice={rowChoice}
        handle={handle}
        onCell={setAt}
        onOpen={(cell) => open(cell, false)}
        empty={props.isNarrowed ? "Clear the filters to see every changed row." : "Nothing is proposed."}
      />
      {isHelp && <DiffKeysHelp onClose={() => setHelp(false)} />}
    </>
  );
}
