import { type ApiIssue, isApiError } from "@granary/client";
import type { Column, Dataset, RowFilter } from "@granary/protocol";
import { Button } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useSyncExternalStore } from "react";
import { columnStatsQuery, readRows, rowCountQuery, type SortedChoice } from "../../api/dataset-rows.ts";
import { useViewAs } from "../../api/view-as.ts";
import { EmptyState } from "../../kit/empty-state.tsx";
import { ErrorNote, SaidError } from "../../kit/error-note.tsx";
import { FilterBar } from "../../kit/filter-bar.tsx";
import { useFormat } from "../../kit/format.tsx";
import { type CellAt, Grid, nextSort, PagedSource } from "../../kit/grid/index.ts";
import { EditRows } from "../dataset-editing/edit-rows.tsx";
import { BAND_HEIGHT, ColumnBand } from "./column-band.tsx";
import { ColumnChoice } from "./column-choice.tsx";
import { readFilter, toggled } from "./conditions.ts";
import { ProposeButton } from "../dataset-changes/propose-button.tsx";
import { DownloadMenu } from "./download-menu.tsx";
import { AddFilter, FilterChips } from "./filter-chips.tsx";
import { gridColumns } from "./grid-columns.tsx";
import { namesText, readNames, readSort, sortText } from "./names-text.ts";
import { RowDetail } from "./row-detail.tsx";
import classes from "./rows.module.css";

/** What the address says of the rows. */
export interface RowsSearch {
  readonly version?: string | undefined;
  readonly filter?: object | undefined;
  readonly sort?: string | undefined;
  readonly columns?: string | undefined;
  readonly q?: string | undefined;
  readonly batch?: string | undefined;
  readonly row?: string | undefined;
  readonly cell?: string | undefined;
  /** Whether rows are edited. */
  readonly edit?: "1" | undefined;
}

interface RowsTabProps {
  readonly dataset: Dataset;
  readonly search: RowsSearch;
  /** With `isStep` the browser's way back leads to what was before. */
  readonly onSearch: (change: RowsSearch, isStep?: boolean) => void;
}

/** Columns whose contents are described; beyond, the description would be wider than anybody scrolls. */
const DESCRIBED = 200;
const WIDTH_OF_BARS = 132;

/** What stands above the grid on a desk, and what a filter adds to it. */
const [ABOVE_PX, CHIPS_PX] = [296, 36];

/** Of a filter the message names the column already; its place in the JSON would say nothing to a reader. */
const issueText = ({ path, message }: ApiIssue) => (path.startsWith("query.filter") ? message : `${path.replace(/^query\./, "")} ${message}`);

const isAll = ({ version, filter, q, batch }: SortedChoice) => [version, filter, q, batch].every((part) => part === undefined);

/** What is wrong with a filter or an order, said in its own words. */
function readable(error: unknown): unknown {
  const issues = isApiError(error, "request.invalid") ? error.issues : [];
  return issues.length === 0 ? error : new SaidError(issues.map(issueText).join(". "));
}

/** The rows of a dataset: filtered, sorted and searched by the server, drawn as one scrolls. */
export function RowsTab({ dataset, search, onSearch }: RowsTabProps) {
  const { version, sort, columns: names, q, batch } = search;
  const filterText = JSON.stringify(search.filter);
  const filter = useMemo(() => (filterText === undefined ? undefined : readFilter(JSON.parse(filterText))), [filterText]);
  const choice = useMemo((): SortedChoice => ({ version, filter, sort, columns: names, q, batch }), [version, filter, sort, names, q, batch]);
  const chosen = useMemo(() => readNames(names), [names]);
  const shown = useMemo(
    () => (chosen.length === 0 ? dataset.columns : chosen.flatMap((name) => dataset.columns.find((column) => column.name === name) ?? [])),
    [chosen, dataset.columns],
  );
  const { id, dataVersion, columns } = dataset;
  const eyes = useViewAs(id).viewed?.id;
  const isEditing = search.edit === "1" && version === undefined && eyes === undefined;
  // oxlint-disable-next-line react/exhaustive-deps -- another version, other masks and other eyes show other rows, though no request says so
  const source = useMemo(() => new PagedSource((cursor, signal) => readRows(id, choice, cursor, signal)), [id, choice, dataVersion, columns, eyes]);
  const onFilter = (changed: RowFilter | undefined) => onSearch({ filter: changed, row: undefined, cell: undefined }, true);
  return (
    <div className={classes.stack}>
      <FilterBar
        values={{ q }}
        onChange={(change) => onSearch({ q: change["q"] })}
        filters={[{ kind: "text", name: "q", label: "Search in all columns shown" }]}
      >
        <AddFilter columns={dataset.columns} filter={filter} onFilter={onFilter} />
        <ColumnChoice columns={dataset.columns} shown={chosen} onShown={(list) => onSearch({ columns: namesText(list) })} />
        {dataset.can.download && <DownloadMenu dataset={dataset} choice={choice} />}
        {version === undefined && <ProposeButton dataset={dataset} onEdit={isEditing ? undefined : () => onSearch({ edit: "1", columns: undefined }, true)} />}
      </FilterBar>
      <Standing batch={batch} onSearch={onSearch} />
      <FilterChips columns={dataset.columns} filter={filter} onFilter={onFilter} />
      {isEditing ? (
        <EditRows dataset={dataset} columns={columns} choice={choice} onLeave={() => onSearch({ edit: undefined })} />
      ) : (
        <Rows dataset={dataset} shown={shown} choice={choice} source={source} onSearch={onSearch} onFilter={onFilter} />
      )}
      {search.row !== undefined && (
        <RowDetail
          dataset={id}
          columns={shown}
          choice={choice}
          source={source}
          row={search.row}
          cell={search.cell}
          onCell={(cell) => onSearch({ cell })}
          onClose={() => onSearch({ row: undefined, cell: undefined })}
        />
      )}
    </div>
  );
}

/** What is not all of it. */
function Standing({ batch, onSearch }: Pick<RowsSearch, "batch"> & Pick<RowsTabProps, "onSearch">) {
  if (batch === undefined) return null;
  return (
    <p className={classes.chips}>
      <span>Only the rows of one load.</span>
      <Button variant="default" size="compact-xs" onClick={() => onSearch({ batch: undefined }, true)}>
        Show all rows
      </Button>
    </p>
  );
}

interface RowsProps extends Pick<RowsTabProps, "dataset" | "onSearch"> {
  readonly shown: readonly Column[];
  readonly choice: SortedChoice;
  readonly source: PagedSource;
  readonly onFilter: (filter: RowFilter | undefined) => void;
}

/** How many rows there are for this choice, told as soon as it is known. */
function useTotal(dataset: Dataset, choice: SortedChoice, source: PagedSource): { readonly total: number | null; readonly of: number | null } {
  const state = useSyncExternalStore(source.subscribe, source.state);
  const count = useQuery({ ...rowCountQuery(dataset.id, choice, dataset.dataVersion), enabled: !isAll(choice) });
  if (isAll(choice)) return { total: dataset.rows, of: null };
  return { total: state.isComplete ? state.loaded : (count.data?.rows ?? null), of: choice.version === undefined ? dataset.rows : null };
}

function Rows({ dataset, shown, choice, source, onSearch, onFilter }: RowsProps) {
  const { version, filter, sort } = choice;
  const state = useSyncExternalStore(source.subscribe, source.state);
  const isNarrow = useMediaQuery("(max-width: 48em)") ?? false;
  const columns = useMemo(() => gridColumns(shown), [shown]);
  const described = useMemo(() => namesText(shown.slice(0, DESCRIBED).map(({ name }) => name)), [shown]);
  const stats = useQuery(columnStatsQuery(dataset.id, version, described, dataset.dataVersion));
  const statsOf = useMemo(() => new Map(stats.data?.columns.map((column) => [column.name, column])), [stats.data]);
  const counted = useTotal(dataset, choice, source);
  const known = dataset.columns.map(({ name }) => name);
  const order = readSort(sort, known);
  useEffect(() => source.want(0, 0), [source]);
  const onOpen = ({ row, column }: CellAt) => {
    const key = source.row(row)?.key;
    onSearch({ row: key ? JSON.stringify(key) : String(row + 1), cell: shown[column]?.name }, true);
  };
  if (state.error !== undefined && state.loaded === 0) return <ErrorNote error={readable(state.error)} onRetry={source.retry} />;
  if (state.isComplete && state.rows === 0)
    return <NoRows choice={choice} onClear={() => onSearch({ filter: undefined, q: undefined, batch: undefined }, true)} />;
  return (
    <>
      <Grid
        label={`Rows of ${dataset.name}`}
        columns={columns}
        source={source}
        total={counted.total}
        pinned={isNarrow || shown.length < 3 ? 0 : 1}
        sort={order}
        onSort={(name, isAdded) => onSearch({ sort: sortText(nextSort(order, name, isAdded)), row: undefined, cell: undefined }, true)}
        onOpen={onOpen}
        bandHeight={BAND_HEIGHT}
        band={({ name }) => (
          <ColumnBand
            column={shown.find((column) => column.name === name)}
            stats={statsOf.get(name)}
            filter={filter}
            onPick={(_column, wanted) => onFilter(toggled(filter, name, wanted))}
          />
        )}
        {...(!isNarrow && { height: `calc(100dvh - ${ABOVE_PX + (isAll(choice) ? 0 : CHIPS_PX)}px)` })}
        leastWidth={WIDTH_OF_BARS}
        status={<Status {...counted} />}
      />
      {state.error !== undefined && <ErrorNote error={readable(state.error)} onRetry={source.retry} />}
    </>
  );
}

function Status({ total, of }: { readonly total: number | null; readonly of: number | null }) {
  const format = useFormat();
  if (total === null) return <span>Counting rows</span>;
  return (
    <span>
      {format.number(total)} {of !== null && of !== total ? `of ${format.number(of)} rows` : total === 1 ? "row" : "rows"}
    </span>
  );
}

function NoRows({ choice, onClear }: { readonly choice: SortedChoice; readonly onClear: () => void }) {
  if (isAll({ ...choice, version: undefined })) return <EmptyState title="No rows" text="The dataset has columns, but no rows below its header." />;
  return (
    <EmptyState
      title="No row fits"
      text="The data has rows, but none with all of these conditions."
      action={
        <Button variant="default" onClick={onClear}>
          Clear the filter
        </Button>
      }
    />
  );
}
