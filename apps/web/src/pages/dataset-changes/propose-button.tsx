import type { Dataset } from "@granary/protocol";
import { Button, Menu } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import GitPullRequestArrow from "lucide-react/icons/git-pull-request-arrow";
import { useMay } from "../../api/session.ts";
import { useSlug } from "../../shell/index.ts";

interface ProposeButtonProps {
  readonly dataset: Dataset;
  /** Begins editing in the grid; undefined while one does. */
  readonly onEdit: (() => void) | undefined;
}

/** The ways to propose changes of a dataset, for those who may. */
export function ProposeButton({ dataset, onEdit }: ProposeButtonProps) {
  const slug = useSlug();
  const navigate = useNavigate();
  const mayPropose = useMay("change:create");
  if (!mayPropose || dataset.dataVersion === 0) return null;
  return (
    <Menu position="bottom-end" width={300}>
      <Menu.Target>
        <Button variant="default" size="xs" leftSection={<GitPullRequestArrow size={14} />}>
          Propose changes
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {onEdit !== undefined && <Menu.Item onClick={onEdit}>Edit rows here</Menu.Item>}
        <Menu.Item onClick={() => void navigate({ to: "/w/$workspace/changes/new", params: { workspace: slug }, search: { dataset: dataset.id } as never })}>
          Propose an edited file
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
