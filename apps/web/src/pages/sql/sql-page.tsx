import { isApiError } from "@granary/client";
import type { SavedQuery } from "@granary/protocol";
import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { savedQueryQuery } from "../../api/sql.ts";
import { useSession } from "../../api/session.ts";
import { EmptyState } from "../../kit/empty-state.tsx";
import { ErrorNote } from "../../kit/error-note.tsx";
import { Page, PageHeader } from "../../kit/page-header.tsx";
import { PageSkeleton } from "../../kit/skeleton.tsx";
import { useSlug } from "../../shell/index.ts";
import { SqlConsole } from "./sql-console.tsx";
import type { ConsoleSearch } from "./use-console.ts";
import { keepDraft } from "./use-draft.ts";

const route = getRouteApi("/w/$workspace/sql");

/** Asking datasets by SQL. A saved query has a text of its own beside the one that is just being tried. */
export function SqlPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const slug = useSlug();
  const { user } = useSession();
  const onSearch = (change: ConsoleSearch, isStep = false) =>
    void navigate({ search: (before) => ({ ...before, ...change }) as typeof before, replace: !isStep, resetScroll: false });
  const owner = `${user.id}.${slug}`;
  const onScratch = (text: string, change: ConsoleSearch) => {
    keepDraft(owner, text);
    onSearch({ ...change, saved: undefined }, true);
  };
  const common = { search, onSearch, onScratch };
  if (search.saved === undefined) return <SqlConsole key="scratch" {...common} owner={owner} />;
  return <SavedConsole key={search.saved} {...common} id={search.saved} owner={`${owner}.${search.saved}`} />;
}

interface SavedConsoleProps {
  readonly id: string;
  readonly owner: string;
  readonly search: ConsoleSearch;
  readonly onSearch: (change: ConsoleSearch, isStep?: boolean) => void;
  readonly onScratch: (text: string, change: ConsoleSearch) => void;
}

function SavedConsole({ id, ...props }: SavedConsoleProps) {
  const { data, error, refetch } = useQuery(savedQueryQuery(id));
  if (data !== undefined) return <SqlConsole {...props} saved={data satisfies SavedQuery} />;
  return (
    <Page wide>
      <PageHeader title="SQL" />
      {error === null && <PageSkeleton />}
      {error !== null && !isApiError(error, "saved_query.not_found", "request.invalid") && <ErrorNote error={error} onRetry={() => void refetch()} />}
      {error !== null && isApiError(error, "saved_query.not_found", "request.invalid") && (
        <EmptyState
          title="There is no such saved query"
          text="It was deleted, or it is not shared with you."
          action={<Button onClick={() => props.onSearch({ saved: undefined })}>Go on without it</Button>}
        />
      )}
    </Page>
  );
}
