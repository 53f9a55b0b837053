import { Button, Drawer, SegmentedControl, Select } from "@mantine/core";
import { useLocalStorage, useMediaQuery } from "@mantine/hooks";
import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import SlidersHorizontal from "lucide-react/icons/sliders-horizontal";
import Upload from "lucide-react/icons/upload";
import { useState } from "react";
import { type CatalogFilters, catalogQuery } from "../../api/dataset-catalog.ts";
import { rowsOf } from "../../api/list.ts";
import { useSession } from "../../api/session.ts";
import { EmptyState } from "../../kit/empty-state.tsx";
import { FilterBar } from "../../kit/filter-bar.tsx";
import { useFormat } from "../../kit/format.tsx";
import { moreOf } from "../../kit/list-more.ts";
import { Page, PageHeader } from "../../kit/page-header.tsx";
import { useSlug } from "../../shell/index.ts";
import { Facets } from "./catalog-facets.tsx";
import { DatasetList, type Look } from "./catalog-list.tsx";
import { type CatalogSearch, filterCount, SORT_TITLES } from "./catalog-search.ts";
import { SavedFilters } from "./catalog-views.tsx";
import classes from "./catalog.module.css";

const route = getRouteApi("/w/$workspace/datasets");

const NOTHING_SET = { q: undefined, tag: undefined, owner: undefined, visibility: undefined, format: undefined, frequency: undefined, sort: undefined };

/** The data this person may read: searched as they type, narrowed by what it has in common. */
export function DatasetsPage() {
  const filters = route.useSearch();
  const navigate = route.useNavigate();
  const { features } = useSession();
  const slug = useSlug();
  const [look, setLook] = useLocalStorage<Look>({ key: "granary.datasets.look", defaultValue: "cards", getInitialValueInEffect: false });
  const [isDrawerOpen, setDrawerOpen] = useState(false);
  const isNarrow = useMediaQuery("(max-width: 900px)", undefined, { getInitialValueInEffect: false });
  const query = useInfiniteQuery(catalogQuery(filters));
  const setSearch = (change: Partial<Record<keyof CatalogSearch, unknown>>) =>
    void navigate({ search: (before) => ({ ...before, ...change }) as typeof before, replace: true });
  const mayImport = features["importData"] === true;
  const importButton = (
    <Button component={Link} to={`/w/${slug}/import` as "/"} leftSection={<Upload size={15} />}>
      Import
    </Button>
  );
  const first = query.data?.pages[0];
  const count = filterCount(filters);
  const isEmptyCatalog = filters.q === undefined && count === 0;
  const facets = first?.facets != null && <Facets facets={first.facets} filters={filters} onChange={setSearch} />;
  const rows = rowsOf(query.data);
  return (
    <Page wide>
      <PageHeader title="Datasets" text="Table-shaped data with every version kept." actions={<Actions importButton={mayImport && importButton} />} />
      <FilterBar
        values={{ q: filters.q }}
        onChange={(change) => setSearch({ ...change, ...(change["q"] === undefined && filters.sort === "relevance" ? { sort: undefined } : {}) })}
        filters={[{ kind: "text", name: "q", label: "Search names, columns, tags" }]}
      >
        {isNarrow === true && (
          <Button variant="default" size="xs" leftSection={<SlidersHorizontal size={13} />} onClick={() => setDrawerOpen(true)}>
            {count === 0 ? "Filters" : `Filters (${count})`}
          </Button>
        )}
        <Sort filters={filters} onChange={(sort) => setSearch({ sort })} />
        <SegmentedControl
          size="xs"
          aria-label="Show datasets as"
          value={look}
          onChange={(value) => setLook(value as Look)}
          data={[
            { value: "cards", label: "Cards" },
            { value: "table", label: "Table" },
          ]}
        />
        <SavedFilters filters={filters} canSave={!isEmptyCatalog} onOpen={(view) => setSearch({ ...NOTHING_SET, ...view })} />
      </FilterBar>
      <div className={classes.catalog}>
        {isNarrow === true ? (
          <Drawer opened={isDrawerOpen} onClose={() => setDrawerOpen(false)} title="Filters" size={300}>
            {facets}
          </Drawer>
        ) : (
          <aside aria-label="Filters by value">{facets}</aside>
        )}
        <div className={classes.results}>
          <Summary query={first} typed={filters.q} count={count} onClear={() => setSearch({ ...NOTHING_SET, q: filters.q, sort: filters.sort })} />
          <DatasetList
            rows={rows}
            look={look}
            error={query.error}
            onRetry={() => void query.refetch()}
            more={moreOf(query)}
            empty={<NothingFound isEmptyCatalog={isEmptyCatalog} action={mayImport ? importButton : undefined} />}
          />
        </div>
      </div>
    </Page>
  );
}

function Actions({ importButton }: { readonly importButton: React.ReactNode }) {
  const slug = useSlug();
  return (
    <>
      <Button component={Link} variant="subtle" color="gray" to={`/w/${slug}/access-requests` as "/"}>
        Access requests
      </Button>
      <Button component={Link} variant="subtle" color="gray" to={`/w/${slug}/datasets/trash` as "/"}>
        Trash
      </Button>
      {importButton}
    </>
  );
}

function Sort({ filters, onChange }: { readonly filters: CatalogFilters; readonly onChange: (sort: string | undefined) => void }) {
  const isSearch = filters.q !== undefined;
  const usual = isSearch ? "relevance" : "-updated";
  return (
    <Select
      size="xs"
      w={150}
      aria-label="Order"
      data={SORT_TITLES.filter(({ value }) => isSearch || value !== "relevance")}
      value={filters.sort ?? usual}
      allowDeselect={false}
      onChange={(value) => onChange(value === usual ? undefined : (value ?? undefined))}
    />
  );
}

interface SummaryProps {
  readonly query: { readonly facets: { readonly total: { readonly count: number; readonly isExact: boolean } } | null; readonly isGuess: boolean } | undefined;
  readonly typed: string | undefined;
  readonly count: number;
  readonly onClear: () => void;
}

/** How many there are, and whether the words had to be guessed. */
function Summary({ query, typed, count, onClear }: SummaryProps) {
  const format = useFormat();
  const total = query?.facets?.total;
  return (
    <p className={classes.summary} role="status">
      {total !== undefined && total.count > 0 && (
        <span>
          {total.isExact ? "" : "more than "}
          {format.number(total.count)} {total.count === 1 ? "dataset" : "datasets"}
        </span>
      )}
      {query?.isGuess === true && <span>Nothing has “{typed}”; this is spelled like it.</span>}
      {count > 0 && (
        <Button variant="subtle" color="gray" size="compact-xs" onClick={onClear}>
          Clear {count === 1 ? "the filter" : `${count} filters`}
        </Button>
      )}
    </p>
  );
}

function NothingFound({ isEmptyCatalog, action }: { readonly isEmptyCatalog: boolean; readonly action: React.ReactNode }) {
  if (!isEmptyCatalog) return <EmptyState title="No dataset fits" text="Try other words, loosen the filters, or ask its owner to share it with you." />;
  const text =
    "Import a file: its types are proved value by value, and rows that do not fit are set aside, not lost. No file at hand? The samples folder of Granary has some.";
  return <EmptyState title="No dataset yet" text={text} action={action} />;
}
