import { Menu } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import Check from "lucide-react/icons/check";
import Plus from "lucide-react/icons/plus";
import { useMay, useSession } from "../api/session.ts";
import { useOpenOnArrival } from "./on-demand.tsx";
import { WorkspaceButton } from "./workspace-button.tsx";

/** The workspace in force, and the way to another. */
export default function WorkspaceSwitch({ folded }: { readonly folded: boolean }) {
  const { workspace, workspaces } = useSession();
  const { opened, setOpened, target } = useOpenOnArrival();
  const navigate = useNavigate();
  const mayCreate = useMay("workspace:create");
  const name = workspace?.name ?? "No workspace";
  return (
    <Menu position="bottom-start" width={248} opened={opened} onChange={setOpened}>
      <Menu.Target>
        <WorkspaceButton ref={target} name={name} folded={folded} />
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>Workspaces</Menu.Label>
        {workspaces.map((each) => (
          <Menu.Item
            key={each.id}
            rightSection={each.id === workspace?.id ? <Check size={14} aria-label="current" /> : undefined}
            onClick={() => void navigate({ to: "/w/$workspace", params: { workspace: each.slug } })}
          >
            {each.name}
          </Menu.Item>
        ))}
        {mayCreate && (
          <>
            <Menu.Divider />
            <Menu.Item leftSection={<Plus size={14} />} onClick={() => void navigate({ to: "/new-workspace" })}>
              Create a workspace
            </Menu.Item>
          </>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
