import { useQuery } from "@tanstack/react-query";
import { functionsQuery } from "../../api/functions.ts";
import { EmptyState } from "../../kit/empty-state.tsx";
import { ErrorNote } from "../../kit/error-note.tsx";
import { FilterBar } from "../../kit/filter-bar.tsx";
import { Highlight } from "../../kit/highlight.tsx";
import { Line } from "../../kit/skeleton.tsx";
import { Label } from "../../kit/status-badge.tsx";
import { findFunctions } from "./find-functions.ts";
import type { functionsSearch } from "./function-words.ts";
import classes from "./functions.module.css";

type Search = ReturnType<typeof functionsSearch>;

interface BuiltInFunctionsProps {
  readonly search: Search;
  readonly onSearch: (search: Search) => void;
}

/** The functions of the language by category, each with an example and what comes of it. */
export function BuiltInFunctions({ search, onSearch }: BuiltInFunctionsProps) {
  const query = useQuery(functionsQuery());
  const items = query.data?.items ?? [];
  const { q, category } = search;
  const found = findFunctions(items, q, category);
  const categories = [...new Set(items.map((item) => item.category))];
  const words = q === undefined ? [] : q.split(/\s+/);
  if (query.error !== null) return <ErrorNote error={query.error} onRetry={() => void query.refetch()} />;
  return (
    <>
      <FilterBar
        values={{ q, category }}
        onChange={(change) => onSearch({ ...search, ...change } as Search)}
        filters={[
          { kind: "text", name: "q", label: "Name or what it does" },
          { kind: "choice", name: "category", label: "Category", any: "Every category", options: categories.map((value) => ({ value, label: value })) },
        ]}
      />
      {query.isPending && (
        <div className={classes.waiting} role="status" aria-label="Loading">
          {["72%", "58%", "66%", "50%"].map((width) => (
            <Line key={width} width={width} height={14} />
          ))}
        </div>
      )}
      {query.data !== undefined && found.length === 0 && <EmptyState small title="No function does that" text="Try another word, or write your own." />}
      {[...Map.groupBy(found, (item) => item.category)].map(([title, functions]) => (
        <section key={title} aria-label={title}>
          <h2 className={classes.category}>
            {title} <span className="g-soft">{functions.length}</span>
          </h2>
          <ul className={classes.list}>
            {functions.map((item) => (
              <li key={item.name} className={classes.item}>
                <span className={classes.signature}>
                  <Highlight text={item.signature} words={words} />
                  {item.kind !== "scalar" && <Label>{item.kind}</Label>}
                </span>
                <span className={classes.words}>
                  <span>
                    <Highlight text={item.description} words={words} />
                  </span>
                  <span className={classes.example}>
                    {item.example} <span className="g-soft">→</span> {item.result}
                  </span>
                </span>
              </li>
            ))}
          </ul>
        </section>
      ))}
    </>
  );
}
