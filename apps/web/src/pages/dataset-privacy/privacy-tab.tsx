import type { Dataset, DatasetAccess } from "@granary/protocol";
import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { policiesAboutQuery, seenColumnsQuery } from "../../api/masking.ts";
import { useMay } from "../../api/session.ts";
import { type Column, DataList } from "../../kit/data-list.tsx";
import { EmptyState } from "../../kit/empty-state.tsx";
import { ErrorNote } from "../../kit/error-note.tsx";
import { Panel } from "../../kit/panel.tsx";
import { Label, StatusBadge } from "../../kit/status-badge.tsx";
import { PersonalDataPanel } from "../personal-data/personal-data-panel.tsx";
import { maskTitle } from "./mask-draft.ts";
import { MaskDialog } from "./mask-dialog.tsx";
import classes from "./privacy.module.css";

type SeenColumn = DatasetAccess["columns"][number];

/** What the columns of a dataset are about, which of them are masked, for whom, and why. */
export function PrivacyTab({ dataset }: { readonly dataset: Dataset }) {
  const [edited, setEdited] = useState<SeenColumn>();
  const mayManage = useMay("policy:manage");
  const mayReadPolicies = useMay("privacy:read");
  const { data: columns, error, refetch } = useQuery({ ...seenColumnsQuery(dataset.id), enabled: dataset.dataVersion > 0 });
  if (dataset.dataVersion === 0) return <EmptyState title="No columns yet" text="They are known when the first load has ended." />;
  if (error !== null) return <ErrorNote error={error} onRetry={() => void refetch()} />;
  return (
    <div className={classes.stack}>
      <PersonalDataPanel dataset={dataset} />
      <Panel title="What you see" text="Policies decide it, for owners and administrators too." flush>
        <Columns dataset={dataset} columns={columns} onEdit={mayManage ? setEdited : undefined} />
      </Panel>
      {mayReadPolicies && <Policies dataset={dataset} />}
      {edited !== undefined && <MaskDialog dataset={dataset} column={edited} onClose={() => setEdited(undefined)} />}
    </div>
  );
}

interface ColumnsProps {
  readonly dataset: Dataset;
  /** Undefined while they load. */
  readonly columns: readonly SeenColumn[] | undefined;
  readonly onEdit: ((column: SeenColumn) => void) | undefined;
}

const COLUMNS: readonly Column<SeenColumn>[] = [
  {
    id: "name",
    header: "Column",
    primary: true,
    cell: ({ name, tags }) => (
      <span className={classes.about}>
        <span className="g-mono">{name}</span>
        {tags.length > 0 && (
          <span className={classes.tags}>
            {tags.map((tag) => (
              <Label key={tag}>{tag}</Label>
            ))}
          </span>
        )}
      </span>
    ),
  },
  { id: "seen", header: "Seen", width: "260px", cell: (column) => <Seen column={column} /> },
  {
    id: "why",
    header: "Why",
    cell: ({ policies }) => (
      <span className={classes.why}>{policies.length === 0 ? "No policy masks it for you" : policies.map(({ name }) => name).join(", ")}</span>
    ),
  },
];

function Columns({ dataset, columns, onEdit }: ColumnsProps) {
  return (
    <DataList
      label="Columns and who sees them"
      columns={COLUMNS}
      rows={columns}
      rowId={({ id }) => String(id)}
      rowName={({ name }) => name}
      empty={<EmptyState small title="No columns" text={`Nothing of ${dataset.name} is to be seen.`} />}
      rowAction={
        onEdit === undefined
          ? undefined
          : (column) => (
              <Button variant="default" size="compact-xs" onClick={() => onEdit(column)} aria-label={`Set mask and tags of ${column.name}`}>
                Set mask
              </Button>
            )
      }
    />
  );
}

function Seen({ column: { visibility, mask } }: { readonly column: SeenColumn }) {
  if (visibility === "hidden") return <StatusBadge tone="off">Hidden</StatusBadge>;
  if (visibility === "visible") return <span className="g-soft">As stored</span>;
  return <StatusBadge tone="info">Masked{mask !== null && `: ${maskTitle(mask)}`}</StatusBadge>;
}

/** Every policy that is about this dataset, by its name or by what it is: a label, a tag, its owner, the whole workspace. */
function Policies({ dataset }: { readonly dataset: Dataset }) {
  const { data, error, refetch } = useQuery(policiesAboutQuery(dataset.id));
  return (
    <Panel
      title="Policies and whom they are for"
      text="All that are about this dataset or a column of it, by name, label, tag or owner. Deny goes before allow, row filters hold together, and of several masks the strictest holds."
    >
      {error !== null && <ErrorNote error={error} onRetry={() => void refetch()} />}
      {data?.length === 0 && <p className={classes.why}>There is none.</p>}
      {data !== undefined && data.length > 0 && (
        <ul className={classes.policies}>
          {data.map(({ id, name, sentence, enabled }) => (
            <li key={id}>
              <span>{sentence}</span>
              <span className={classes.why}>{enabled ? name : `${name}, switched off`}</span>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}
