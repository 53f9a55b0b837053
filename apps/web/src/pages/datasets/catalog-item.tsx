import type { Frequency, ListedDataset, Visibility } from "@granary/protocol";
import { Link } from "@tanstack/react-router";
import CalendarClock from "lucide-react/icons/calendar-clock";
import Globe from "lucide-react/icons/globe";
import Lock from "lucide-react/icons/lock";
import LockKeyhole from "lucide-react/icons/lock-keyhole";
import { useFormat } from "../../kit/format.tsx";
import { Highlight } from "../../kit/highlight.tsx";
import { RelativeTime } from "../../kit/relative-time.tsx";
import { Label } from "../../kit/status-badge.tsx";
import { useSlug } from "../../shell/index.ts";
import { FREQUENCY_TITLES, VISIBILITY_TEXTS } from "./catalog-search.ts";
import classes from "./catalog.module.css";
import { DatasetState } from "./dataset-state.tsx";

const VISIBILITY_ICONS = { private: Lock, askable: LockKeyhole, workspace: Globe } as const;

/** Who may know of a dataset. */
export function VisibilityBadge({ visibility }: { readonly visibility: Visibility }) {
  const Icon = VISIBILITY_ICONS[visibility];
  const { title, text } = VISIBILITY_TEXTS[visibility];
  return (
    <span className={classes.badge} title={text}>
      <Icon size={12} strokeWidth={2} aria-hidden="true" />
      {title}
    </span>
  );
}

/** How often new data is to come. */
export function FrequencyBadge({ frequency }: { readonly frequency: Frequency | null }) {
  if (frequency === null) return null;
  return (
    <span className={classes.badge} title="How often new data comes">
      <CalendarClock size={12} strokeWidth={2} aria-hidden="true" />
      {FREQUENCY_TITLES[frequency]}
    </span>
  );
}

/** The name of a found dataset as a link, with what was searched for marked. */
export function DatasetLink({ dataset, className }: { readonly dataset: ListedDataset; readonly className?: string | undefined }) {
  const slug = useSlug();
  return (
    <Link to={`/w/${slug}/datasets/${dataset.id}` as "/"} className={className}>
      <Highlight text={dataset.name} words={dataset.match?.words ?? []} />
    </Link>
  );
}

/** Where else than in what is shown a search found its words. */
export function MatchPlaces({ dataset }: { readonly dataset: ListedDataset }) {
  const { match } = dataset;
  const columns = match?.places.filter((place) => place.in === "column") ?? [];
  if (match === null || columns.length === 0) return null;
  return (
    <p className={classes.places}>
      {columns.length === 1 ? "column" : "columns"}{" "}
      {columns.map(({ text }, index) => (
        <span key={text}>
          {index > 0 && ", "}
          <code>
            <Highlight text={text} words={match.words} />
          </code>
        </span>
      ))}
    </p>
  );
}

export function Tags({ tags, words = [] }: { readonly tags: readonly string[]; readonly words?: readonly string[] }) {
  if (tags.length === 0) return null;
  return (
    <span className={classes.tags}>
      {tags.map((tag) => (
        <Label key={tag}>
          <Highlight text={tag} words={words} />
        </Label>
      ))}
    </span>
  );
}

const counted = (number: string, noun: string): string => `${number} ${noun}${number === "1" ? "" : "s"}`;

/** One found dataset as a card; all of it leads to the dataset. */
export function DatasetCard({ dataset }: { readonly dataset: ListedDataset }) {
  const format = useFormat();
  const words = dataset.match?.words ?? [];
  return (
    <li className={classes.card}>
      <div className={classes.cardHead}>
        <h2 className={classes.cardName}>
          <DatasetLink dataset={dataset} className={classes.cover} />
        </h2>
        {dataset.status !== "ready" && <DatasetState dataset={dataset} />}
      </div>
      {dataset.description !== "" && (
        <p className={classes.description}>
          <Highlight text={dataset.description} words={words} />
        </p>
      )}
      <MatchPlaces dataset={dataset} />
      <Tags tags={dataset.tags} words={words} />
      <div className={classes.cardFoot}>
        <p className={classes.figures}>
          {dataset.rows !== null && <span>{counted(format.number(dataset.rows), "row")}</span>}
          <span>{counted(format.number(dataset.columns.length), "column")}</span>
          <span>
            <RelativeTime at={dataset.updatedAt} />
          </span>
        </p>
        <p className={classes.figures}>
          <span className={classes.owner}>{dataset.owner?.name ?? "nobody now"}</span>
          <span className={classes.badges}>
            <FrequencyBadge frequency={dataset.frequency} />
            <VisibilityBadge visibility={dataset.visibility} />
          </span>
        </p>
      </div>
    </li>
  );
}
