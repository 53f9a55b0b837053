import type { ChangeRequest } from "@granary/protocol";
import { Select } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { changesQuery, useCloseChange } from "../../api/changes.ts";
import { itemsOf } from "../../api/list.ts";
import { ReasonDialog } from "./reason-dialog.tsx";

/** Closes a request, and names the one that comes in its place where there is one. */
export function CloseDialog({ change, onClose }: { readonly change: ChangeRequest; readonly onClose: () => void }) {
  const close = useCloseChange();
  const [successor, setSuccessor] = useState<string | null>(null);
  const others = itemsOf(useInfiniteQuery(changesQuery({ dataset: change.dataset.id })).data).filter(({ id }) => id !== change.id);
  return (
    <ReasonDialog
      title={`Close #${change.number}`}
      text="Nothing is merged. The request and its record stay, and it can be opened again."
      action="Close it"
      least={0}
      more={
        others.length > 0 && (
          <Select
            label="Another request comes in its place"
            placeholder="None"
            data={others.map(({ id, number, title }) => ({ value: id, label: `#${number} ${title}` }))}
            value={successor}
            onChange={setSuccessor}
            searchable
            clearable
          />
        )
      }
      run={(reason) =>
        close.mutateAsync({ change: change.id, body: { reason, ...(successor !== null && { supersededBy: successor as ChangeRequest["id"] }) } })
      }
      onClose={onClose}
    />
  );
}
