import type { DatasetFacets } from "@granary/protocol";
import { useId, useState } from "react";
import type { CatalogFilters } from "../../api/dataset-catalog.ts";
import { useFormat } from "../../kit/format.tsx";
import { FORMAT_TITLES, FREQUENCY_TITLES, VISIBILITY_TEXTS } from "./catalog-search.ts";
import classes from "./catalog.module.css";

interface FacetsProps {
  readonly facets: DatasetFacets;
  readonly filters: CatalogFilters;
  readonly onChange: (change: CatalogFilters) => void;
}

interface Value {
  readonly value: string;
  readonly label: string;
  readonly count: number;
}

const SHOWN = 8;

/** What is set stays in the list, so that it can be taken back although nothing has it any more. */
function withChosen(values: readonly Value[], chosen: readonly string[]): readonly Value[] {
  return [...values, ...chosen.filter((value) => values.every((item) => item.value !== value)).map((value) => ({ value, label: value, count: 0 }))];
}

/** Filters of the catalog with how many datasets each would leave. */
export function Facets({ facets, filters, onChange }: FacetsProps) {
  const tags = facets.tags.map(({ value, count }) => ({ value, label: value, count }));
  const { tag: chosenTags = [] } = filters;
  const toggleTag = (value: string) => {
    const next = chosenTags.includes(value) ? chosenTags.filter((tag) => tag !== value) : [...chosenTags, value];
    onChange({ tag: next } as CatalogFilters);
  };
  const one = <K extends "owner" | "visibility" | "format" | "frequency">(name: K) => ({
    chosen: filters[name] === undefined ? [] : [filters[name] as string],
    onToggle: (value: string) => onChange({ [name]: filters[name] === value ? undefined : value } as CatalogFilters),
  });
  return (
    <div className={classes.facets}>
      <Facet title="Tags" values={withChosen(tags, chosenTags)} chosen={chosenTags} onToggle={toggleTag} />
      <Facet title="Owner" values={facets.owners.map(({ value, name, count }) => ({ value, label: name, count }))} {...one("owner")} />
      <Facet
        title="Visibility"
        values={facets.visibilities.map(({ value, count }) => ({ value, label: VISIBILITY_TEXTS[value].title, count }))}
        {...one("visibility")}
      />
      <Facet
        title="How often"
        values={facets.frequencies.map(({ value, count }) => ({ value, label: FREQUENCY_TITLES[value], count }))}
        {...one("frequency")}
      />
      <Facet title="Made of" values={facets.formats.map(({ value, count }) => ({ value, label: FORMAT_TITLES[value], count }))} {...one("format")} />
    </div>
  );
}

interface FacetProps {
  readonly title: string;
  readonly values: readonly Value[];
  readonly chosen: readonly string[];
  readonly onToggle: (value: string) => void;
}

function Facet({ title, values, chosen, onToggle }: FacetProps) {
  const id = useId();
  const format = useFormat();
  const [isOpen, setOpen] = useState(false);
  if (values.length === 0) return null;
  const shown = isOpen ? values : values.filter((item, index) => index < SHOWN || chosen.includes(item.value));
  return (
    <section aria-labelledby={id}>
      <h2 id={id} className={classes.facetTitle}>
        {title}
      </h2>
      <ul className={classes.facetList}>
        {shown.map(({ value, label, count }) => (
          <li key={value}>
            <button type="button" className={classes.facetValue} aria-pressed={chosen.includes(value)} onClick={() => onToggle(value)}>
              <span className="g-clip">{label}</span>
              <span className={classes.facetCount}>{format.number(count)}</span>
            </button>
          </li>
        ))}
      </ul>
      {values.length > SHOWN && (
        <button type="button" className={classes.facetMore} aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {isOpen ? "Show fewer" : `Show all ${values.length}`}
        </button>
      )}
    </section>
  );
}
