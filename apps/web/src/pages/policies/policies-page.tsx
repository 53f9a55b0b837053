import type { PolicyView } from "@granary/protocol";
import { Button } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import Download from "lucide-react/icons/download";
import FileUp from "lucide-react/icons/file-up";
import Plus from "lucide-react/icons/plus";
import { useState } from "react";
import { rowsOf } from "../../api/list.ts";
import { exportPolicies, policiesQuery, useDeletePolicy } from "../../api/policies.ts";
import { useMay } from "../../api/session.ts";
import { useConfirm } from "../../kit/confirm.tsx";
import { type Column, DataList } from "../../kit/data-list.tsx";
import { EmptyState } from "../../kit/empty-state.tsx";
import { FilterBar } from "../../kit/filter-bar.tsx";
import { moreOf } from "../../kit/list-more.ts";
import { Page, PageHeader } from "../../kit/page-header.tsx";
import { RelativeTime } from "../../kit/relative-time.tsx";
import { StatusBadge } from "../../kit/status-badge.tsx";
import { toastDone, toastError } from "../../kit/toast.tsx";
import people from "../people/people.module.css";
import { ImportPolicies } from "./import-policies.tsx";
import { EFFECT_TITLES } from "./policy-draft.ts";
import { PolicyEditor } from "./policy-editor.tsx";
import classes from "./policies.module.css";

const route = getRouteApi("/w/$workspace/policies");

const TONES = { allow: "good", deny: "bad", mask: "info", filter: "warn" } as const;
const WORDS = { allow: "Allow", deny: "Deny", mask: "Mask", filter: "Filter" } as const;

type Open = { readonly kind: "none" } | { readonly kind: "import" } | { readonly kind: "edit"; readonly policy: PolicyView | undefined };

/** Who reads what: every rule as one sentence. */
export function PoliciesPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const mayManage = useMay("policy:manage");
  const query = useInfiniteQuery(policiesQuery({ q: search.q, effect: search.effect }));
  const [open, setOpen] = useState<Open>({ kind: "none" });
  const remove = useRemoval();
  const close = () => setOpen({ kind: "none" });
  const isFiltered = search.q !== undefined || search.effect !== undefined;
  const create = (
    <Button leftSection={<Plus size={15} />} onClick={() => setOpen({ kind: "edit", policy: undefined })}>
      Make a policy
    </Button>
  );
  return (
    <Page>
      <PageHeader
        title="Policies"
        text="Rules about who sees which datasets, columns and rows. They hold from the next request on, in every view, query and download."
        actions={
          <>
            <Button
              variant="default"
              leftSection={<Download size={15} />}
              onClick={() => void exportPolicies().catch((error: unknown) => toastError("Not exported", error))}
            >
              Export YAML
            </Button>
            {mayManage && (
              <Button variant="default" leftSection={<FileUp size={15} />} onClick={() => setOpen({ kind: "import" })}>
                Import
              </Button>
            )}
            {mayManage && create}
          </>
        }
      />
      <FilterBar
        values={search}
        onChange={(change) => void navigate({ search: (before) => ({ ...before, ...change }) as typeof before, replace: true })}
        filters={[
          { kind: "text", name: "q", label: "Search policies" },
          {
            kind: "choice",
            name: "effect",
            label: "Effect",
            any: "Every effect",
            options: Object.entries(EFFECT_TITLES).map(([value, label]) => ({ value, label })),
          },
        ]}
      />
      <div className={people.frame}>
        <DataList
          label="Policies"
          columns={COLUMNS}
          rows={rowsOf(query.data)}
          rowId={(policy) => policy.id}
          rowName={(policy) => policy.name}
          error={query.error}
          onRetry={() => void query.refetch()}
          more={moreOf(query)}
          empty={
            <EmptyState
              title={isFiltered ? "No policy is like that" : "No policy yet"}
              text="Without policies, people see what is shared with them, whole and unmasked. A policy can mask e-mail addresses for everybody who need not see them, for example."
              action={mayManage && !isFiltered ? create : undefined}
            />
          }
          rowAction={(policy) => <RowActions policy={policy} onEdit={() => setOpen({ kind: "edit", policy })} onRemove={() => remove(policy)} />}
        />
      </div>
      {open.kind === "edit" && <PolicyEditor policy={open.policy} onClose={close} />}
      {open.kind === "import" && <ImportPolicies onClose={close} />}
    </Page>
  );
}

const COLUMNS: readonly Column<PolicyView>[] = [
  {
    id: "name",
    header: "Policy",
    primary: true,
    cell: ({ name, sentence, isSetting }) => (
      <span className={people.name}>
        <span>
          {name} {isSetting && <span className="g-soft">(set elsewhere)</span>}
        </span>
        <span className={classes.sentence}>{sentence}</span>
      </span>
    ),
  },
  { id: "effect", header: "Effect", width: "110px", cell: ({ effect }) => <StatusBadge tone={TONES[effect]}>{WORDS[effect]}</StatusBadge> },
  { id: "enabled", header: "State", width: "90px", cell: ({ enabled }) => (enabled ? "On" : <span className="g-soft">Off</span>) },
  { id: "changed", header: "Changed", width: "130px", deskOnly: true, cell: ({ updatedAt }) => <RelativeTime at={updatedAt} /> },
];

interface RowActionsProps {
  readonly policy: PolicyView;
  readonly onEdit: () => void;
  readonly onRemove: () => void;
}

function RowActions({ policy, onEdit, onRemove }: RowActionsProps) {
  if (!policy.can.update) return null;
  return (
    <span className={people.buttons}>
      <Button variant="subtle" color="gray" size="compact-xs" onClick={onEdit} aria-label={`Edit ${policy.name}`}>
        Edit
      </Button>
      <Button variant="subtle" color="gray" size="compact-xs" onClick={onRemove} aria-label={`Delete ${policy.name}`}>
        Delete
      </Button>
    </span>
  );
}

function useRemoval(): (policy: PolicyView) => void {
  const confirm = useConfirm();
  const remove = useDeletePolicy();
  return (policy) =>
    confirm({
      title: "Delete the policy",
      text: `What it keeps from people they see from then on; what it allows ends. ${policy.sentence}`,
      action: "Delete the policy",
      danger: true,
      run: async () => {
        await remove.mutateAsync({ params: { policy: policy.id }, version: policy.version });
        toastDone(`${policy.name} is deleted`);
      },
    });
}
