import type { ApiKey } from "@granary/protocol";
import { Button, SegmentedControl } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import Plus from "lucide-react/icons/plus";
import type { ReactNode } from "react";
import { apiKeysQuery, type KeyFilters, useRevokeApiKey } from "../../api/api-keys.ts";
import { rowsOf } from "../../api/list.ts";
import { useMay } from "../../api/session.ts";
import { useConfirm } from "../../kit/confirm.tsx";
import { type Column, DataList } from "../../kit/data-list.tsx";
import { EmptyState } from "../../kit/empty-state.tsx";
import { FilterBar } from "../../kit/filter-bar.tsx";
import { moreOf } from "../../kit/list-more.ts";
import { Page, PageHeader } from "../../kit/page-header.tsx";
import { RelativeTime } from "../../kit/relative-time.tsx";
import { Label, StatusBadge } from "../../kit/status-badge.tsx";
import { toastDone } from "../../kit/toast.tsx";
import classes from "../people/people.module.css";
import { CreateKeyDialog } from "./create-key-dialog.tsx";

const route = getRouteApi("/w/$workspace/api-keys");

const STATES = { active: { tone: "good", text: "Active" }, expired: { tone: "idle", text: "Expired" }, revoked: { tone: "off", text: "Revoked" } } as const;
const MOST_SCOPES = 3;

/** Keys for scripts and other programs. */
export function ApiKeysPage() {
  const { owner, status, create } = route.useSearch();
  const navigate = route.useNavigate();
  const mayCreate = useMay("api_key:create");
  const mayManage = useMay("api_key:manage");
  const setSearch = (change: Readonly<Record<string, string | undefined>>) =>
    void navigate({ search: (before) => ({ ...before, ...change }) as typeof before, replace: true });
  const button = (
    <Button leftSection={<Plus size={15} />} onClick={() => setSearch({ create: "1" })}>
      Create a key
    </Button>
  );
  return (
    <Page>
      <PageHeader
        title="API keys"
        text="For scripts and other programs. A key acts as its owner, at most; only its hash is kept, so its secret is shown once."
        actions={mayCreate && button}
      />
      <FilterBar
        values={{ status }}
        onChange={setSearch}
        filters={[
          {
            kind: "choice",
            name: "status",
            label: "Status",
            any: "Any status",
            options: Object.entries(STATES).map(([value, { text }]) => ({ value, label: text })),
          },
        ]}
      >
        {mayManage && (
          <SegmentedControl
            size="xs"
            aria-label="Whose keys"
            value={owner ?? "me"}
            onChange={(value) => setSearch({ owner: value === "all" ? "all" : undefined })}
            data={[
              { value: "me", label: "Mine" },
              { value: "all", label: "Everybody's" },
            ]}
          />
        )}
      </FilterBar>
      <Keys
        filters={{ owner: owner ?? "me", ...(status === undefined ? {} : { status }) }}
        empty={
          <EmptyState
            title="No key here"
            text="Create one to let a script read or load data. Give it only the permissions it needs, and an end."
            action={mayCreate ? button : undefined}
          />
        }
      />
      <CreateKeyDialog opened={create === "1"} onClose={() => setSearch({ create: undefined })} />
    </Page>
  );
}

interface KeysProps {
  readonly filters: KeyFilters;
  readonly empty: ReactNode;
}

function Keys({ filters, empty }: KeysProps) {
  const query = useInfiniteQuery(apiKeysQuery(filters));
  const showOwner = filters.owner === "all";
  const revoke = useRevokeApiKey();
  const confirm = useConfirm();
  const rows = rowsOf(query.data);
  const ask = (key: ApiKey) =>
    confirm({
      title: "Revoke the key",
      text: "Programs that use it are refused from the next request on. This cannot be undone; create a new key instead.",
      touches: [`${key.name} (${key.hint}…)`],
      action: "Revoke",
      danger: true,
      run: async () => {
        await revoke.mutateAsync({ key: key.id });
        toastDone(`${key.name} is revoked`);
      },
    });
  const columns: readonly Column<ApiKey>[] = [
    {
      id: "name",
      header: "Name",
      primary: true,
      cell: (key) => (
        <span className={classes.name}>
          <span>{key.name}</span>
          <code className="g-soft">{key.hint}…</code>
        </span>
      ),
    },
    ...(showOwner ? [{ id: "owner", header: "Owner", cell: (key: ApiKey) => key.owner.name }] : []),
    { id: "scopes", header: "May do", cell: (key) => <Scopes scopes={key.scopes} /> },
    { id: "status", header: "Status", width: "120px", cell: (key) => <StatusBadge tone={STATES[key.status].tone}>{STATES[key.status].text}</StatusBadge> },
    { id: "expires", header: "Ends", width: "130px", cell: (key) => <RelativeTime at={key.expiresAt} /> },
    { id: "used", header: "Last used", width: "130px", cell: (key) => <RelativeTime at={key.lastUsedAt} /> },
  ];
  return (
    <div className={classes.frame}>
      <DataList
        label="API keys"
        columns={columns}
        rows={rows}
        rowId={(key) => key.id}
        rowName={(key) => key.name}
        error={query.error}
        onRetry={() => void query.refetch()}
        more={moreOf(query)}
        empty={empty}
        rowAction={(key) =>
          key.can.revoke ? (
            <Button variant="subtle" color="red" size="compact-xs" onClick={() => ask(key)} aria-label={`Revoke ${key.name}`}>
              Revoke
            </Button>
          ) : null
        }
      />
    </div>
  );
}

function Scopes({ scopes }: { readonly scopes: readonly string[] }) {
  if (scopes.length === 0) return <span className="g-soft">all its owner may do</span>;
  return (
    <span className={classes.roles} title={scopes.join(", ")}>
      {scopes.slice(0, MOST_SCOPES).map((scope) => (
        <Label key={scope}>{scope}</Label>
      ))}
      {scopes.length > MOST_SCOPES && <span className="g-soft">and {scopes.length - MOST_SCOPES} more</span>}
    </span>
  );
}
