import { ActionIcon } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import Menu from "lucide-react/icons/menu";
import Search from "lucide-react/icons/search";
import { lazy } from "react";
import { useSession } from "../api/session.ts";
import { Bell } from "./bell.tsx";
import { ConnectionMark } from "./connection-mark.tsx";
import { useCrumbTail } from "./crumb.ts";
import { OnDemand } from "./on-demand.tsx";
import { usePlace, useSlug } from "./place.ts";
import classes from "./top-bar.module.css";
import { UserButton } from "./user-button.tsx";

const loadUserMenu = () => import("./user-menu.tsx");
const UserMenu = lazy(loadUserMenu);

const isMac = /Mac|iPhone|iPad/.test(navigator.userAgent);

interface TopBarProps {
  readonly onMenu: () => void;
  readonly onSearch: () => void;
  readonly onHelp: () => void;
}

/** Where you are, the way to everywhere, and what concerns you. */
export function TopBar({ onMenu, onSearch, onHelp }: TopBarProps) {
  const { user } = useSession();
  return (
    <header className={classes.bar}>
      <ActionIcon className={classes.menu} onClick={onMenu} aria-label="Open the menu" size="lg">
        <Menu size={18} />
      </ActionIcon>
      <Crumbs />
      <button type="button" className={classes.search} onClick={onSearch} aria-keyshortcuts="Control+K Meta+K">
        <Search size={14} aria-hidden="true" />
        <span className={classes.hint}>Search or go to</span>
        <kbd className={classes.keys}>{isMac ? "⌘ K" : "Ctrl K"}</kbd>
      </button>
      <div className={classes.tools}>
        <ConnectionMark />
        <Bell />
        <OnDemand kind="menu" preload={loadUserMenu} button={(props) => <UserButton {...props} name={user.name} />}>
          <UserMenu onHelp={onHelp} />
        </OnDemand>
      </div>
    </header>
  );
}

function Crumbs() {
  const { workspace } = useSession();
  const slug = useSlug();
  const place = usePlace();
  const tail = useCrumbTail();
  const parts = [
    { name: workspace?.name ?? "", to: `/w/${slug}` },
    ...(place === undefined || place.path === "" ? [] : [{ name: place.title, to: `/w/${slug}${place.path}` }]),
    ...(tail === undefined ? [] : [{ name: tail, to: undefined }]),
  ];
  return (
    <nav className={classes.crumbs} aria-label="Breadcrumbs">
      <ol>
        {parts.map((part, index) => (
          <li key={part.name}>
            {index === parts.length - 1 || part.to === undefined ? (
              <span aria-current="page" className={classes.here}>
                {part.name}
              </span>
            ) : (
              <Link to={part.to as "/"}>{part.name}</Link>
            )}
          </li>
        ))}
      </ol>
    </nav>
  );
}
