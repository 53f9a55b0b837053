import type { SqlQuery } from "@granary/protocol";
import { Button } from "@mantine/core";
import Table2 from "lucide-react/icons/table-2";
import { useState } from "react";
import { StoreDialog } from "./store-dialog.tsx";

/** The way from a result to a dataset of it. */
export function StoreButton({ query }: { readonly query: SqlQuery }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button variant="default" size="xs" leftSection={<Table2 size={14} />} onClick={() => setOpen(true)}>
        Save as dataset
      </Button>
      {isOpen && <StoreDialog query={query} onClose={() => setOpen(false)} />}
    </>
  );
}
