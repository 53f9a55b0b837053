import { Menu } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import Check from "lucide-react/icons/check";
import ChevronsUpDown from "lucide-react/icons/chevrons-up-down";
import Plus from "lucide-react/icons/plus";
import { useMay, useSession } from "../api/session.ts";
import classes from "./workspace-switch.module.css";

function initials(name: string): string {
  const words = name.trim().split(/\s+/);
  return `${words[0]?.[0] ?? ""}${words[1]?.[0] ?? words[0]?.[1] ?? ""}`.toUpperCase();
}

/** The workspace in force, and the way to another. */
export function WorkspaceSwitch({ folded }: { readonly folded: boolean }) {
  const { workspace, workspaces } = useSession();
  const navigate = useNavigate();
  const mayCreate = useMay("workspace:create");
  const name = workspace?.name ?? "No workspace";
  return (
    <Menu position="bottom-start" width={248}>
      <Menu.Target>
        <button type="button" className={classes.target} data-folded={folded || undefined} aria-label={`Workspace ${name}, switch`}>
          <span className={classes.tile} aria-hidden="true">
            {initials(name)}
          </span>
          {!folded && (
            <>
              <span className={classes.name}>{name}</span>
              <ChevronsUpDown size={14} aria-hidden="true" />
            </>
          )}
        </button>
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
