import type { MemberDatasetAccess, User } from "@granary/protocol";
import { Button, Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { memberDatasetsQuery, useSetMemberDatasets } from "../../api/member-access.ts";
import { useMay } from "../../api/session.ts";
import { ErrorNote } from "../../kit/error-note.tsx";
import { Panel } from "../../kit/panel.tsx";
import { Line } from "../../kit/skeleton.tsx";
import { toastDone } from "../../kit/toast.tsx";
import people from "../people/people.module.css";
import { DatasetSelect } from "../policies/dataset-select.tsx";
import policies from "../policies/policies.module.css";
import { NamedItems } from "../policies/subjects-field.tsx";

interface DatasetsPanelProps {
  readonly person: User;
}

type Datasets = MemberDatasetAccess["allow"];

/** The datasets a person is let into and kept out of by name: two policies, written here as lists. */
export function DatasetsPanel({ person }: DatasetsPanelProps) {
  const { data, error, refetch } = useQuery(memberDatasetsQuery(person.id));
  return (
    <Panel title="Datasets by name" text="Beside roles, sharing and other policies. Being kept out goes before everything that lets in.">
      {error !== null && <ErrorNote error={error} onRetry={() => void refetch()} />}
      {data === undefined && error === null && <Line width={220} height={20} />}
      {data !== undefined && <DatasetsForm key={JSON.stringify(data)} person={person} stored={data} />}
    </Panel>
  );
}

const idsOf = (datasets: Datasets): string[] => datasets.map(({ id }) => id);

function DatasetsForm({ person, stored }: DatasetsPanelProps & { readonly stored: MemberDatasetAccess }) {
  const [lists, setLists] = useState(stored);
  const save = useSetMemberDatasets();
  const mayEdit = useMay("policy:manage");
  const change = (part: Partial<MemberDatasetAccess>) => setLists({ ...lists, ...part });
  const isDirty = JSON.stringify(lists) !== JSON.stringify(stored);
  // What is stored then makes the form anew, so that its own callbacks would not be called.
  const send = async () => {
    await save.mutateAsync({ params: { user: person.id }, body: { allow: idsOf(lists.allow), deny: idsOf(lists.deny), level: lists.level } });
    toastDone("Lists saved", "They hold from the next request on.");
  };
  return (
    <form
      className={people.stack}
      onSubmit={(event) => {
        event.preventDefault();
        send().catch(() => undefined);
      }}
    >
      <DatasetList label="Let into" value={lists.allow} mayEdit={mayEdit} onChange={(allow) => change({ allow })} />
      {lists.allow.length > 0 && (
        <Select
          label="As"
          size="xs"
          allowDeselect={false}
          readOnly={!mayEdit}
          data={[
            { value: "viewer", label: "Viewer: may read" },
            { value: "contributor", label: "Contributor: may load and edit" },
          ]}
          value={lists.level}
          onChange={(level) => change({ level: (level ?? lists.level) as MemberDatasetAccess["level"] })}
        />
      )}
      <DatasetList label="Kept out of" value={lists.deny} mayEdit={mayEdit} onChange={(deny) => change({ deny })} />
      {save.error !== null && <ErrorNote error={save.error} />}
      {mayEdit && (
        <div className={people.buttons}>
          <Button type="submit" variant="default" loading={save.isPending} disabled={!isDirty}>
            Save lists
          </Button>
        </div>
      )}
    </form>
  );
}

interface DatasetListProps {
  readonly label: string;
  readonly value: Datasets;
  readonly mayEdit: boolean;
  readonly onChange: (value: Datasets) => void;
}

function DatasetList({ label, value, mayEdit, onChange }: DatasetListProps) {
  const items = value.map((item) => ({ value: item, text: item.name }));
  return (
    <fieldset className={policies.part}>
      <legend>{label}</legend>
      {value.length === 0 && <p className={policies.hint}>None by name.</p>}
      {mayEdit ? (
        <NamedItems items={items} onRemove={(item) => onChange(value.filter((other) => other !== item.value))} />
      ) : (
        value.length > 0 && <p className={policies.hint}>{value.map(({ name }) => name).join(", ")}</p>
      )}
      {mayEdit && <DatasetSelect label={`${label}: dataset`} onChoose={({ id, name }) => !idsOf(value).includes(id) && onChange([...value, { id, name }])} />}
    </fieldset>
  );
}
