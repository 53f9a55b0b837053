import type { MemberMasking, User } from "@granary/protocol";
import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { memberMaskingQuery, useSetMemberMasking } from "../../api/member-access.ts";
import { useMay } from "../../api/session.ts";
import { ErrorNote } from "../../kit/error-note.tsx";
import { Panel } from "../../kit/panel.tsx";
import { Line } from "../../kit/skeleton.tsx";
import { toastDone } from "../../kit/toast.tsx";
import people from "../people/people.module.css";
import { ColumnSelect } from "../policies/dataset-select.tsx";
import { MaskField } from "../policies/mask-field.tsx";
import policies from "../policies/policies.module.css";

interface MasksPanelProps {
  readonly person: User;
}

type Masks = MemberMasking["masks"];

/** Columns that are masked for one person alone. */
export function MasksPanel({ person }: MasksPanelProps) {
  const { data, error, refetch } = useQuery(memberMaskingQuery(person.id));
  return (
    <Panel title="Masked for them" text="Beside the masks that hold for everyone; of several the strictest holds.">
      {error !== null && <ErrorNote error={error} onRetry={() => void refetch()} />}
      {data === undefined && error === null && <Line width={220} height={20} />}
      {data !== undefined && <MasksForm key={JSON.stringify(data)} person={person} stored={data} />}
    </Panel>
  );
}

const isSame = (one: Masks[number], other: Masks[number]): boolean => one.dataset.id === other.dataset.id && one.column === other.column;

function MasksForm({ person, stored }: MasksPanelProps & { readonly stored: Masks }) {
  const [masks, setMasks] = useState(stored);
  const [mask, setMask] = useState("redact");
  const save = useSetMemberMasking();
  const mayEdit = useMay("policy:manage");
  const isDirty = JSON.stringify(masks) !== JSON.stringify(stored);
  const add = (item: Masks[number]) => setMasks([...masks.filter((other) => !isSame(other, item)), item]);
  // What is stored then makes the form anew, so that its own callbacks would not be called.
  const send = async () => {
    const asked = masks.map(({ dataset, column, mask: text }) => ({ dataset: dataset.id, column, mask: text }));
    await save.mutateAsync({ params: { user: person.id }, body: { masks: asked } });
    toastDone("Masks saved", "They hold from the next request on.");
  };
  return (
    <form
      className={people.stack}
      onSubmit={(event) => {
        event.preventDefault();
        send().catch(() => undefined);
      }}
    >
      {masks.length === 0 && <p className={policies.hint}>Nothing is masked for this person alone.</p>}
      {masks.length > 0 && (
        <ul className={people.list}>
          {masks.map((item) => (
            <li key={`${item.dataset.id} ${item.column}`}>
              <span className={people.grow}>
                {item.dataset.name} › {item.column}
              </span>
              <span className="g-mono">{item.mask}</span>
              {mayEdit && (
                <Button
                  variant="subtle"
                  color="gray"
                  size="compact-xs"
                  aria-label={`Remove the mask of ${item.column} in ${item.dataset.name}`}
                  onClick={() => setMasks(masks.filter((other) => other !== item))}
                >
                  Remove
                </Button>
              )}
            </li>
          ))}
        </ul>
      )}
      {mayEdit && (
        <div className={policies.row}>
          <MaskField size="xs" value={mask} onChange={setMask} />
          <ColumnSelect
            key={masks.length}
            label="Add the mask to: column"
            onChoose={({ id, name }, column) => add({ dataset: { id, name }, column: column.name, mask: mask.trim() })}
          />
        </div>
      )}
      {save.error !== null && <ErrorNote error={save.error} />}
      {mayEdit && (
        <div className={people.buttons}>
          <Button type="submit" variant="default" loading={save.isPending} disabled={!isDirty}>
            Save masks
          </Button>
        </div>
      )}
    </form>
  );
}
