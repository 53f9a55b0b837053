import type { Connection, ConnectorSpec } from "@granary/protocol";
import { Button } from "@mantine/core";
import { useSuspenseQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import Trash from "lucide-react/icons/trash-2";
import Workflow from "lucide-react/icons/workflow";
import { connectionQuery, connectorKindsQuery, useDeleteConnection } from "../../api/connections.ts";
import { useMay } from "../../api/session.ts";
import { useConfirm } from "../../kit/confirm.tsx";
import { Page, PageHeader } from "../../kit/page-header.tsx";
import { StatusBadge } from "../../kit/status-badge.tsx";
import { Tabs } from "../../kit/tabs.tsx";
import { toastDone } from "../../kit/toast.tsx";
import { useCrumb, useSlug } from "../../shell/index.ts";
import { type connectionSearch, healthOf, KIND_TITLES } from "./connection-words.ts";
import { KindIcon } from "./kind-icon.tsx";
import { OverviewTab } from "./overview-tab.tsx";
import { SettingsTab } from "./settings-tab.tsx";
import { StreamsTab } from "./streams-tab.tsx";

const route = getRouteApi("/w/$workspace/connections/$connection");

type Search = ReturnType<typeof connectionSearch>;
type Tab = NonNullable<Search["tab"]> | "overview";

function useRemoval(connection: Connection): () => void {
  const confirm = useConfirm();
  const remove = useDeleteConnection();
  const navigate = useNavigate();
  const slug = useSlug();
  return () =>
    confirm({
      title: `Delete ${connection.name}`,
      text: "Its settings and secrets are gone for good. Datasets that were filled from it stay. A connection that pipelines use is not deleted.",
      action: "Delete",
      danger: true,
      run: async () => {
        await remove.mutateAsync(connection.id);
        toastDone(`${connection.name} is deleted`);
        await navigate({ to: `/w/${slug}/connections` as "/" });
      },
    });
}

/** One connection: whether it works, what can be read from it, and its settings. */
export function ConnectionPage() {
  const { connection: id } = route.useParams();
  const search = route.useSearch() as Search;
  const { tab = "overview" } = search;
  const navigate = route.useNavigate();
  const { data: connection } = useSuspenseQuery(connectionQuery(id));
  const { data: kinds } = useSuspenseQuery(connectorKindsQuery());
  useCrumb(connection.name);
  const spec = kinds.items.find(({ kind }) => kind === connection.kind);
  const { tone, text } = healthOf(connection.check);
  const go = (to: Search, isStep = true) => void navigate({ search: to as never, replace: !isStep, resetScroll: false });
  return (
    <Page wide={tab === "streams"}>
      <PageHeader
        title={connection.name}
        text={connection.description === "" ? KIND_TITLES[connection.kind] : connection.description}
        beside={
          <>
            <KindIcon kind={connection.kind} />
            <StatusBadge tone={tone}>{text}</StatusBadge>
          </>
        }
        actions={<Actions connection={connection} isChoosing={tab === "streams"} />}
      />
      <Tabs label="Connection" tabs={tabsOf(connection, spec)} value={tab} onChange={(value) => go(value === "overview" ? {} : { tab: value }, false)} />
      {tab === "overview" && <OverviewTab connection={connection} spec={spec} />}
      {tab === "streams" && <StreamsTab connection={connection} schema={spec?.streamConfig ?? undefined} search={search} onSearch={go} />}
      {tab === "settings" && spec !== undefined && <SettingsTab connection={connection} spec={spec} />}
    </Page>
  );
}

function tabsOf({ streamCount }: Connection, spec: ConnectorSpec | undefined): readonly { readonly value: Tab; readonly title: string }[] {
  const isSource = spec?.roles.includes("source") ?? true;
  return [
    { value: "overview", title: "Overview" },
    ...(isSource ? [{ value: "streams", title: streamCount === null ? "Streams" : `Streams ${streamCount}` } as const] : []),
    { value: "settings", title: "Settings" },
  ];
}

/** While a stream is chosen its own button leads on. */
function Actions({ connection, isChoosing }: { readonly connection: Connection; readonly isChoosing: boolean }) {
  const slug = useSlug();
  const mayBuild = useMay("pipeline:create");
  const remove = useRemoval(connection);
  return (
    <>
      {connection.can.use && mayBuild && !isChoosing && (
        <Button
          variant="default"
          leftSection={<Workflow size={15} />}
          component={Link}
          to={`/w/${slug}/pipelines/new` as "/"}
          search={{ connection: connection.id } as never}
        >
          Use in a pipeline
        </Button>
      )}
      {connection.can.delete && (
        <Button variant="default" color="red" leftSection={<Trash size={15} />} onClick={remove}>
          Delete
        </Button>
      )}
    </>
  );
}
