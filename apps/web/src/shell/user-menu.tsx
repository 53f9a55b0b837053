import { Menu, SegmentedControl } from "@mantine/core";
import { Link, useNavigate } from "@tanstack/react-router";
import Download from "lucide-react/icons/download";
import Keyboard from "lucide-react/icons/keyboard";
import LogOut from "lucide-react/icons/log-out";
import Monitor from "lucide-react/icons/monitor";
import Moon from "lucide-react/icons/moon";
import Sun from "lucide-react/icons/sun";
import UserRound from "lucide-react/icons/user-round";
import { useMay, useSession, useSignOut, useUpdateAccount } from "../api/session.ts";
import { toastError } from "../kit/toast.tsx";
import { type Look, setLook, useLook } from "../theme/look.ts";
import { useOpenOnArrival } from "./on-demand.tsx";
import { useSlug } from "./place.ts";
import { UserButton } from "./user-button.tsx";
import classes from "./user-menu.module.css";

const THEMES = [
  { value: "light", icon: Sun, label: "Light" },
  { value: "dark", icon: Moon, label: "Dark" },
  { value: "system", icon: Monitor, label: "As the system" },
] as const;

/** The person, their profile, the theme, and the way out. */
export default function UserMenu({ onHelp }: { readonly onHelp: () => void }) {
  const { user } = useSession();
  const { opened, setOpened, target } = useOpenOnArrival();
  const mayDownload = useMay("dataset:download");
  const slug = useSlug();
  const navigate = useNavigate();
  const signOut = useSignOut();
  const update = useUpdateAccount();
  const { theme } = useLook();
  const chooseTheme = (value: Look["theme"]) => {
    setLook({ theme: value });
    update.mutate({ body: { preferences: { theme: value } }, version: user.version }, { onError: (error) => toastError("The theme was not saved", error) });
  };
  return (
    <Menu position="bottom-end" width={256} opened={opened} onChange={setOpened}>
      <Menu.Target>
        <UserButton ref={target} name={user.name} />
      </Menu.Target>
      <Menu.Dropdown>
        <div className={classes.who}>
          <strong className="g-clip">{user.name}</strong>
          <span className="g-clip g-soft">{user.email}</span>
        </div>
        <Menu.Divider />
        <Menu.Item leftSection={<UserRound size={15} />} component={Link} to={`/w/${slug}/profile`}>
          Profile and preferences
        </Menu.Item>
        {mayDownload && (
          <Menu.Item leftSection={<Download size={15} />} component={Link} to={`/w/${slug}/downloads`}>
            Your downloads
          </Menu.Item>
        )}
        <Menu.Item leftSection={<Keyboard size={15} />} rightSection={<kbd>?</kbd>} onClick={onHelp}>
          Keyboard shortcuts
        </Menu.Item>
        <div className={classes.theme}>
          <SegmentedControl
            fullWidth
            size="xs"
            aria-label="Theme"
            value={theme}
            onChange={(value) => chooseTheme(value as Look["theme"])}
            data={THEMES.map(({ value, icon: Icon, label }) => ({
              value,
              label: (
                <span className={classes.choice} title={label}>
                  <Icon size={14} aria-hidden="true" />
                  <span className="g-hidden">{label}</span>
                </span>
              ),
            }))}
          />
        </div>
        <Menu.Divider />
        <Menu.Item
          leftSection={<LogOut size={15} />}
          onClick={() =>
            signOut.mutate(undefined, { onSuccess: () => void navigate({ to: "/sign-in" }), onError: (error) => toastError("You are still signed in", error) })
          }
        >
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
