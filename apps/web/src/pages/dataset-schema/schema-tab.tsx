import type { Dataset, DatasetSchema, SchemaColumn } from "@granary/protocol";
import { Button } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import KeyRound from "lucide-react/icons/key-round";
import { useState } from "react";
import { saveSchemaDocument, schemaQuery } from "../../api/dataset-schema.ts";
import { useMay } from "../../api/session.ts";
import { type Column, DataList } from "../../kit/data-list.tsx";
import { EmptyState } from "../../kit/empty-state.tsx";
import { ErrorNote } from "../../kit/error-note.tsx";
import { PageSkeleton } from "../../kit/skeleton.tsx";
import { Label, StatusBadge } from "../../kit/status-badge.tsx";
import { toastError } from "../../kit/toast.tsx";
import { DocumentDialog } from "./document-dialog.tsx";
import { SchemaEditor } from "./schema-editor.tsx";
import { SchemaHistory } from "./schema-history.tsx";
import classes from "./schema.module.css";

interface SchemaTabProps {
  readonly dataset: Dataset;
  readonly version: string | undefined;
  /** Shows the whole dataset as it was. */
  readonly onOpen: (version: string) => void;
}

/** The columns of a dataset: what they are, what they have to keep to, and how they became so. */
export function SchemaTab({ dataset, version, onOpen }: SchemaTabProps) {
  const query = schemaQuery(dataset.id, version, dataset.dataVersion);
  // What is being edited must not go because somebody makes a new version.
  const { data: schema, error, refetch } = useQuery({ ...query, enabled: dataset.dataVersion > 0, placeholderData: keepPreviousData });
  const [editing, setEditing] = useState<DatasetSchema>();
  const [isApplying, setApplying] = useState(false);
  const mayPropose = useMay("change:create");
  if (dataset.dataVersion === 0) return <EmptyState title="No columns yet" text="They are known when the first load has ended." />;
  if (editing !== undefined)
    return <SchemaEditor dataset={dataset} schema={editing} mayApply={editing.can.change} mayPropose={mayPropose} onEnd={() => setEditing(undefined)} />;
  if (error !== null) return <ErrorNote error={error} onRetry={() => void refetch()} />;
  if (schema === undefined) return <PageSkeleton />;
  const save = () => void saveSchemaDocument(dataset.id, dataset.name).catch((cause: unknown) => toastError("Nothing was saved", cause));
  return (
    <div className={classes.stack}>
      <div className={classes.bar}>
        <span className={classes.soft}>
          {schema.keys.length === 0 ? "No key columns: rows have no addresses of their own." : `Rows are identified by ${schema.keys.join(", ")}.`}
        </span>
        {version === undefined && (
          <>
            <Button size="xs" variant="default" onClick={save}>
              Download as a document
            </Button>
            <Ways mayChange={schema.can.change} mayPropose={mayPropose} onApply={() => setApplying(true)} onEdit={() => setEditing(schema)} />
          </>
        )}
      </div>
      <Columns schema={schema} />
      {version === undefined && <SchemaHistory dataset={dataset.id} onOpen={onOpen} />}
      {isApplying && <DocumentDialog dataset={dataset} schema={schema} onClose={() => setApplying(false)} />}
    </div>
  );
}

interface WaysProps {
  readonly mayChange: boolean;
  readonly mayPropose: boolean;
  readonly onApply: () => void;
  readonly onEdit: () => void;
}

/** How columns are changed: at once, or by a request for those who may not. */
function Ways({ mayChange, mayPropose, onApply, onEdit }: WaysProps) {
  if (!mayChange)
    return mayPropose ? (
      <Button size="xs" onClick={onEdit}>
        Propose other columns
      </Button>
    ) : null;
  return (
    <>
      <Button size="xs" variant="default" onClick={onApply}>
        Apply a document
      </Button>
      <Button size="xs" onClick={onEdit}>
        Edit columns
      </Button>
    </>
  );
}

const COLUMNS: readonly Column<SchemaColumn>[] = [
  {
    id: "name",
    header: "Column",
    primary: true,
    cell: ({ name, description }) => (
      <span className={classes.about}>
        <span className="g-mono">{name}</span>
        {description !== "" && <span className={classes.description}>{description}</span>}
      </span>
    ),
  },
  { id: "type", header: "Type", width: "110px", cell: ({ type }) => type },
  { id: "stored", header: "Stored as", width: "150px", cell: ({ storedType }) => <code className="g-soft">{storedType}</code> },
  { id: "meaning", header: "Meaning", width: "130px", cell: ({ semanticType }) => semanticType?.replaceAll("_", " ") ?? "" },
  { id: "rules", header: "Rules", cell: (column) => <Rules column={column} /> },
];

function Columns({ schema }: { readonly schema: DatasetSchema }) {
  return (
    <div className={classes.frame}>
      <DataList
        label="Columns"
        columns={COLUMNS}
        rows={schema.columns}
        rowId={({ id }) => String(id)}
        rowName={({ name }) => name}
        empty={<EmptyState title="No columns" text="The dataset has none." />}
      />
    </div>
  );
}

const SHOWN_VALUES = 6;

function Rules({ column }: { readonly column: SchemaColumn }) {
  const { key, required, unique, allowedValues, masked } = column;
  const more = (allowedValues?.length ?? 0) - SHOWN_VALUES;
  return (
    <span className={classes.rules}>
      {key && (
        <Label strong>
          <KeyRound size={12} aria-hidden="true" /> Key
        </Label>
      )}
      {required && !key && <Label>Required</Label>}
      {unique && <Label>Unique</Label>}
      {allowedValues !== null && (
        <Label>
          Only {allowedValues.slice(0, SHOWN_VALUES).join(", ")}
          {more > 0 && ` and ${more} more`}
        </Label>
      )}
      {masked && <StatusBadge tone="info">Masked for you</StatusBadge>}
    </span>
  );
}
