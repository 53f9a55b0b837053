import type { DatasetFormat, DatasetSort, Frequency, Visibility } from "@granary/protocol";
import type { CatalogFilters } from "../../api/dataset-catalog.ts";
import { choiceParam, listParam, present, textParam } from "../../kit/search-params.ts";

export const VISIBILITY_TEXTS: Readonly<Record<Visibility, { readonly title: string; readonly text: string }>> = {
  private: { title: "Private", text: "Only people it is shared with know of it." },
  askable: { title: "By request", text: "Whoever has its address may ask for access." },
  workspace: { title: "Workspace", text: "Everyone in the workspace may read it." },
};

export const FREQUENCY_TITLES: Readonly<Record<Frequency, string>> = {
  once: "Once",
  hourly: "Hourly",
  daily: "Daily",
  weekly: "Weekly",
  monthly: "Monthly",
  quarterly: "Quarterly",
  yearly: "Yearly",
};

export const FORMAT_TITLES: Readonly<Record<DatasetFormat, string>> = {
  csv: "CSV",
  tsv: "TSV",
  json: "JSON",
  ndjson: "NDJSON",
  parquet: "Parquet",
  xlsx: "Excel",
  xml: "XML",
  other: "Other",
};

export const SORT_TITLES: readonly { readonly value: DatasetSort; readonly label: string }[] = [
  { value: "relevance", label: "Best match" },
  { value: "-updated", label: "Changed last" },
  { value: "name", label: "Name, A to Z" },
  { value: "-name", label: "Name, Z to A" },
  { value: "-rows", label: "Most rows" },
  { value: "rows", label: "Fewest rows" },
  { value: "-created", label: "Newest" },
  { value: "created", label: "Oldest" },
];

const keysOf = <K extends string>(titles: Readonly<Record<K, unknown>>): readonly K[] => Object.keys(titles) as K[];

/** What the address of the datasets page says. */
export const catalogSearch = (raw: Record<string, unknown>) =>
  present({
    q: textParam(raw, "q", 200),
    tag: listParam(raw, "tag"),
    owner: textParam(raw, "owner", 60),
    visibility: choiceParam(raw, "visibility", keysOf(VISIBILITY_TEXTS)),
    format: choiceParam(raw, "format", keysOf(FORMAT_TITLES)),
    frequency: choiceParam(raw, "frequency", keysOf(FREQUENCY_TITLES)),
    sort: choiceParam(
      raw,
      "sort",
      SORT_TITLES.map(({ value }) => value),
    ),
  });

export type CatalogSearch = ReturnType<typeof catalogSearch>;

/** How many filters besides the typed words are set. */
export const filterCount = ({ tag = [], owner, visibility, format, frequency }: CatalogFilters): number =>
  tag.length + [owner, visibility, format, frequency].filter((value) => value !== undefined).length;
