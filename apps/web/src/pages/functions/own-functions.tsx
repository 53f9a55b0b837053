import type { RouteResult, Routes } from "@granary/protocol";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { transformationsQuery } from "../../api/functions.ts";
import { rowsOf } from "../../api/list.ts";
import { type Column, DataList } from "../../kit/data-list.tsx";
import { EmptyState } from "../../kit/empty-state.tsx";
import { FilterBar } from "../../kit/filter-bar.tsx";
import { moreOf } from "../../kit/list-more.ts";
import { RelativeTime } from "../../kit/relative-time.tsx";
import { useSlug } from "../../shell/index.ts";
import people from "../people/people.module.css";
import { LANGUAGES } from "./function-words.ts";

type Own = RouteResult<Routes["transformations.list"]>["items"][number];

interface OwnFunctionsProps {
  readonly q: string | undefined;
  readonly onSearch: (q: string | undefined) => void;
  readonly create: ReactNode;
}

/** Functions people of the workspace wrote. */
export function OwnFunctions({ q, onSearch, create }: OwnFunctionsProps) {
  const slug = useSlug();
  const query = useInfiniteQuery(transformationsQuery(q));
  const columns: readonly Column<Own>[] = [
    {
      id: "name",
      header: "Function",
      primary: true,
      cell: ({ id, name, title, signature }) => (
        <span className={people.name}>
          <Link to={`/w/${slug}/functions/${id}` as "/"} className={people.link}>
            {title === "" ? name : title}
          </Link>
          <span className="g-mono">{signature}</span>
        </span>
      ),
    },
    { id: "category", header: "Category", width: "140px", cell: ({ category }) => category },
    { id: "language", header: "Language", width: "150px", cell: ({ language }) => LANGUAGES[language] },
    { id: "pipelines", header: "Pipelines", width: "100px", align: "right", cell: ({ pipelineCount }) => pipelineCount },
    { id: "owner", header: "Owner", width: "150px", deskOnly: true, cell: ({ owner }) => owner?.name ?? "nobody" },
    { id: "changed", header: "Changed", width: "140px", cell: ({ updatedAt }) => <RelativeTime at={updatedAt} /> },
  ];
  return (
    <>
      <FilterBar values={{ q }} onChange={(change) => onSearch(change["q"])} filters={[{ kind: "text", name: "q", label: "Name or title" }]} />
      <div className={people.frame}>
        <DataList
          label="Own functions"
          columns={columns}
          rows={rowsOf(query.data)}
          rowId={({ id }) => id}
          rowName={({ name }) => name}
          error={query.error}
          onRetry={() => void query.refetch()}
          more={moreOf(query)}
          empty={
            q === undefined ? (
              <EmptyState
                title="No own function yet"
                text="Write what your pipelines compute over and over once, try it on samples, and call it by name everywhere."
                action={create}
              />
            ) : (
              <EmptyState title="No function is called so" text="Try a part of the name, or clear the search." />
            )
          }
        />
      </div>
    </>
  );
}
