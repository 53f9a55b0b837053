import { Button } from "@mantine/core";
import { getRouteApi, Link } from "@tanstack/react-router";
import Plus from "lucide-react/icons/plus";
import { compact } from "../../api/list.ts";
import { useMay } from "../../api/session.ts";
import { Page, PageHeader } from "../../kit/page-header.tsx";
import { Tabs } from "../../kit/tabs.tsx";
import { useCrumb, useSlug } from "../../shell/index.ts";
import { BuiltInFunctions } from "./built-in-functions.tsx";
import type { functionsSearch } from "./function-words.ts";
import { OwnFunctions } from "./own-functions.tsx";

const route = getRouteApi("/w/$workspace/functions");

export type FunctionsSearch = ReturnType<typeof functionsSearch>;

/** What expressions can call: functions that are there, and people's own. */
export function FunctionsPage() {
  const search = route.useSearch() as FunctionsSearch;
  const { tab = "built-in" } = search;
  const navigate = route.useNavigate();
  const slug = useSlug();
  const mayCreate = useMay("pipeline:create");
  useCrumb("Functions");
  const go = (to: FunctionsSearch) => void navigate({ search: compact(to) as never, replace: true, resetScroll: false });
  const create = mayCreate && (
    <Button leftSection={<Plus size={15} />} component={Link} to={`/w/${slug}/functions/new` as "/"}>
      New function
    </Button>
  );
  return (
    <Page>
      <PageHeader
        title="Functions"
        text="What the expressions of pipelines can call: those that are there, and your own in SQL or JavaScript."
        actions={create}
      />
      <Tabs
        label="Functions"
        tabs={[
          { value: "built-in", title: "Built in" },
          { value: "own", title: "Own" },
        ]}
        value={tab}
        onChange={(value) => go(value === "own" ? { tab: "own" } : {})}
      />
      {tab === "own" ? (
        <OwnFunctions q={search.q} onSearch={(q) => go({ tab: "own", q } as FunctionsSearch)} create={create} />
      ) : (
        <BuiltInFunctions search={search} onSearch={go} />
      )}
    </Page>
  );
}
