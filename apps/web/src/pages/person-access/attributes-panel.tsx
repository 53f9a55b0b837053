import type { User } from "@granary/protocol";
import { ActionIcon, Button, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import Trash2 from "lucide-react/icons/trash-2";
import { useState } from "react";
import { attributesQuery, useSetAttributes } from "../../api/member-access.ts";
import { ErrorNote } from "../../kit/error-note.tsx";
import { Panel } from "../../kit/panel.tsx";
import { Line } from "../../kit/skeleton.tsx";
import { toastDone } from "../../kit/toast.tsx";
import people from "../people/people.module.css";
import policies from "../policies/policies.module.css";

interface AttributesPanelProps {
  readonly person: User;
}

/** What is known of a person, for policies to look at. */
export function AttributesPanel({ person }: AttributesPanelProps) {
  const { data, error, refetch } = useQuery(attributesQuery(person.id));
  return (
    <Panel title="Attributes" text="What policies may look at, such as region = north. A policy can let in people with an attribute, and show them rows by it.">
      {error !== null && <ErrorNote error={error} onRetry={() => void refetch()} />}
      {data === undefined && error === null && <Line width={220} height={20} />}
      {data !== undefined && <AttributesForm key={JSON.stringify(data)} person={person} stored={data} />}
    </Panel>
  );
}

type Entry = readonly [name: string, value: string];

function AttributesForm({ person, stored }: AttributesPanelProps & { readonly stored: Readonly<Record<string, string>> }) {
  const [entries, setEntries] = useState<readonly Entry[]>(() => Object.entries(stored));
  const save = useSetAttributes();
  const mayEdit = person.can.update;
  const isReady = entries.every(([name, value]) => name.trim() !== "" && value.trim() !== "");
  const isDirty = JSON.stringify(entries) !== JSON.stringify(Object.entries(stored));
  const set = (index: number, entry: Entry) => setEntries(entries.map((item, at) => (at === index ? entry : item)));
  // What is stored then makes the form anew, so that its own callbacks would not be called.
  const send = async () => {
    await save.mutateAsync({
      params: { user: person.id },
      body: { attributes: Object.fromEntries(entries.map(([name, value]) => [name.trim(), value.trim()])) },
    });
    toastDone("Attributes saved");
  };
  if (!mayEdit && entries.length === 0) return <p className="g-soft">Nothing is known of this person.</p>;
  return (
    <form
      className={people.stack}
      onSubmit={(event) => {
        event.preventDefault();
        if (isReady) send().catch(() => undefined);
      }}
    >
      {entries.map(([name, value], index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: an attribute has nothing else that tells it apart while it is typed
        <div key={index} className={policies.row}>
          <TextInput
            aria-label={`Attribute ${index + 1}: name`}
            placeholder="region"
            size="xs"
            readOnly={!mayEdit}
            value={name}
            onChange={(event) => set(index, [event.currentTarget.value, value])}
          />
          <TextInput
            aria-label={`Attribute ${index + 1}: value`}
            placeholder="north"
            size="xs"
            readOnly={!mayEdit}
            value={value}
            onChange={(event) => set(index, [name, event.currentTarget.value])}
          />
          {mayEdit && (
            <ActionIcon
              className={policies.fixed ?? ""}
              variant="subtle"
              color="gray"
              aria-label={`Remove ${name === "" ? `attribute ${index + 1}` : name}`}
              onClick={() => setEntries(entries.filter((_item, at) => at !== index))}
            >
              <Trash2 size={15} />
            </ActionIcon>
          )}
        </div>
      ))}
      {save.error !== null && <ErrorNote error={save.error} />}
      {mayEdit && (
        <div className={people.buttons}>
          <Button variant="default" style={{ marginRight: "auto" }} onClick={() => setEntries([...entries, ["", ""]])}>
            Add an attribute
          </Button>
          <Button type="submit" variant="default" loading={save.isPending} disabled={!isDirty || !isReady}>
            Save attributes
          </Button>
        </div>
      )}
    </form>
  );
}
