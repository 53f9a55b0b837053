import type { Dataset } from "@granary/protocol";
import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import FileUp from "lucide-react/icons/file-up";
import { useMay } from "../../api/session.ts";
import { useSlug } from "../../shell/index.ts";

/** Leads to proposing an edited file of a dataset, for those who may. */
export function ProposeButton({ dataset }: { readonly dataset: Dataset }) {
  const slug = useSlug();
  const mayPropose = useMay("change:create");
  if (!mayPropose || dataset.dataVersion === 0) return null;
  return (
    <Button
      variant="default"
      size="xs"
      leftSection={<FileUp size={14} />}
      renderRoot={(props) => <Link to="/w/$workspace/changes/new" params={{ workspace: slug }} search={{ dataset: dataset.id } as never} {...props} />}
    >
      Propose a file
    </Button>
  );
}
