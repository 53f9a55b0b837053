import { Drawer } from "@mantine/core";
import classes from "./menu-drawer.module.css";
import { Sidebar } from "./sidebar.tsx";

/** The sidebar on small screens. Loaded when it is first opened. */
export default function MenuDrawer({ opened, onClose }: { readonly opened: boolean; readonly onClose: () => void }) {
  return (
    <Drawer
      opened={opened}
      onClose={onClose}
      size={280}
      padding={0}
      withCloseButton={false}
      aria-label="Menu"
      classNames={{ body: classes.full ?? "", content: classes.full ?? "" }}
    >
      <Sidebar folded={false} onNavigate={onClose} />
    </Drawer>
  );
}
