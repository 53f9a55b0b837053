import type { AccessLevel, Dataset, DatasetPermission } from "@granary/protocol";
import { Button } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { permissionsQuery, useChangeGrant, useRevoke, useShare } from "../../api/dataset-sharing.ts";
import { rowsOf } from "../../api/list.ts";
import { type Column, DataList } from "../../kit/data-list.tsx";
import { EmptyState } from "../../kit/empty-state.tsx";
import { useFormat } from "../../kit/format.tsx";
import { moreOf } from "../../kit/list-more.ts";
import { Panel } from "../../kit/panel.tsx";
import { toastDone, toastError } from "../../kit/toast.tsx";
import { RelativeTime } from "../../kit/relative-time.tsx";
import { AccessPanel } from "../dataset-access/access-panel.tsx";
import { DatasetReaders } from "../access-log/dataset-readers.tsx";
import people from "../people/people.module.css";
import { AskForm } from "./ask-form.tsx";
import { GrantForm } from "./grant-form.tsx";
import { LEVEL_TITLES, LevelChoice } from "./level-choice.tsx";
import classes from "./sharing.module.css";

/** Who has access to a dataset and why; for those who own it, with the ways to change it. */
export function SharingTab({ dataset }: { readonly dataset: Dataset }) {
  if (dataset.level !== "owner")
    return (
      <div className={classes.stack}>
        <Panel title="Your access" text={`You are ${dataset.level} of this dataset. Only its owners see and change whom it is shared with.`}>
          <AskForm datasetId={dataset.id} above={dataset.level} owner={dataset.owner?.name} />
        </Panel>
        <AccessPanel dataset={dataset} />
      </div>
    );
  return (
    <div className={classes.stack}>
      {dataset.can.share ? (
        <Panel title="Share">
          <GrantForm dataset={dataset} />
        </Panel>
      ) : (
        <p className="g-soft">Your role does not include sharing datasets. An administrator can share it, or give you a role that does.</p>
      )}
      <Panel title="Who has access" text="Administrators of the workspace have access to every dataset and are not listed." flush>
        <Permissions dataset={dataset} />
      </Panel>
      <AccessPanel dataset={dataset} />
      <DatasetReaders dataset={dataset} />
    </div>
  );
}

function Permissions({ dataset }: { readonly dataset: Dataset }) {
  const query = useInfiniteQuery(permissionsQuery(dataset.id));
  const revoke = useRevokeWithUndo(dataset);
  const columns: readonly Column<DatasetPermission>[] = [
    {
      id: "name",
      header: "Who",
      primary: true,
      cell: ({ name, email }) => (
        <span className={people.name}>
          {name}
          {email !== null && <span className={people.mail}>{email}</span>}
        </span>
      ),
    },
    { id: "level", header: "May", width: "180px", cell: (permission) => <Level dataset={dataset} permission={permission} /> },
    {
      id: "until",
      header: "Until",
      width: "140px",
      cell: ({ expiresAt }) => (expiresAt === null ? <span className="g-soft">for good</span> : <RelativeTime at={expiresAt} />),
    },
    { id: "why", header: "Why", cell: (permission) => <Why permission={permission} /> },
  ];
  return (
    <DataList
      label={`Who has access to ${dataset.name}`}
      columns={columns}
      rows={rowsOf(query.data)}
      rowId={(permission) => `${permission.because} ${permission.id}`}
      rowName={(permission) => permission.name}
      error={query.error}
      onRetry={() => void query.refetch()}
      more={moreOf(query)}
      empty={<EmptyState small title="Nobody but administrators" text="The dataset has no owner now. Share it, or give it an owner under About." />}
      rowAction={(permission) =>
        permission.can.revoke && (
          <Button variant="subtle" color="gray" size="compact-xs" onClick={() => revoke(permission)} aria-label={`Take access from ${permission.name}`}>
            Remove
          </Button>
        )
      }
    />
  );
}

/** Takes access away at once and offers to give it back as it was. */
function useRevokeWithUndo(dataset: Dataset): (permission: DatasetPermission) => void {
  const revoke = useRevoke();
  const share = useShare();
  return (permission) => {
    const { level, kind, id, email, name } = permission;
    const giveBack = () => {
      const params = { dataset: dataset.id };
      const onError = (error: Error) => toastError("Access was not given back", error);
      if (kind === "everyone") share.mutate({ params, body: { everyone: true, level: level === "owner" ? "contributor" : level } }, { onError });
      else share.mutate({ params, body: kind === "group" ? { groupId: id as never, level } : { email: email ?? "", level } }, { onError });
    };
    revoke.mutate(
      { dataset: dataset.id, grantee: id },
      {
        onSuccess: () => toastDone(`${name} has no access any more`, undefined, { verb: "Undo", run: giveBack }),
        onError: (error) => toastError("Access was not taken away", error),
      },
    );
  };
}

function Level({ dataset, permission }: { readonly dataset: Dataset; readonly permission: DatasetPermission }) {
  const change = useChangeGrant();
  const { name, level, kind, id } = permission;
  if (!permission.can.change) return LEVEL_TITLES[level];
  const set = (next: AccessLevel) =>
    change.mutate(
      { params: { dataset: dataset.id, grantee: id }, body: { level: next } },
      { onSuccess: () => toastDone(`${name} is ${next} now`), onError: (error) => toastError("Not changed", error) },
    );
  return (
    <LevelChoice
      label={`What ${name} may do`}
      size="xs"
      value={change.isPending ? (change.variables.body.level ?? level) : level}
      onChange={set}
      withoutOwner={kind === "everyone"}
      disabled={change.isPending}
    />
  );
}

function Why({ permission }: { readonly permission: DatasetPermission }) {
  const format = useFormat();
  const { because, grantedBy, grantedAt } = permission;
  if (because === "owner") return <span className={classes.why}>Owns the dataset</span>;
  if (because === "visibility") return <span className={classes.why}>The dataset is public in the workspace</span>;
  const by = grantedBy === null ? "" : ` by ${grantedBy}`;
  return (
    <span className={classes.why} title={grantedAt === null ? undefined : format.exact(grantedAt)}>
      Granted{by}
      {grantedAt !== null && ` on ${format.date(grantedAt)}`}
    </span>
  );
}
