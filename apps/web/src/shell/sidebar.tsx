import { Link } from "@tanstack/react-router";
import BookOpen from "lucide-react/icons/book-open";
import PanelLeft from "lucide-react/icons/panel-left";
import { lazy } from "react";
import { useSession } from "../api/session.ts";
import { Mark, Wordmark } from "../kit/mark.tsx";
import { NavIcon } from "./nav-icons.tsx";
import { useSlug } from "./place.ts";
import classes from "./sidebar.module.css";
import { OnDemand } from "./on-demand.tsx";
import { WorkspaceButton } from "./workspace-button.tsx";

const loadSwitch = () => import("./workspace-switch.tsx");
const WorkspaceSwitch = lazy(loadSwitch);

interface SidebarProps {
  readonly folded: boolean;
  readonly onFold?: () => void;
  readonly onNavigate?: () => void;
}

const SECTIONS = [
  { id: "work", title: undefined },
  { id: "administration", title: "Administration" },
] as const;

/** The places this person may open. */
export function Sidebar({ folded, onFold, onNavigate }: SidebarProps) {
  const { navigation, workspace } = useSession();
  const slug = useSlug();
  return (
    <div className={classes.rail} data-folded={folded || undefined}>
      <div className={classes.top}>
        <Link to="/w/$workspace" params={{ workspace: slug }} className={classes.home} aria-label="Granary, home" onClick={onNavigate}>
          {folded ? <Mark size={22} /> : <Wordmark size={20} />}
        </Link>
      </div>
      <OnDemand kind="menu" preload={loadSwitch} button={(props) => <WorkspaceButton {...props} name={workspace?.name ?? "No workspace"} folded={folded} />}>
        <WorkspaceSwitch folded={folded} />
      </OnDemand>
      <nav className={classes.nav} aria-label="Main">
        {SECTIONS.map((section) => {
          const items = navigation.filter((item) => ("section" in item ? item.section : "work") === section.id);
          if (items.length === 0) return null;
          return (
            <div key={section.id} className={classes.section}>
              {section.title !== undefined && <h2 className={classes.heading}>{folded ? <span aria-hidden="true">·</span> : section.title}</h2>}
              <ul className={classes.list}>
                {items.map((item) => (
                  <li key={item.id}>
                    <Link
                      to={`/w/${slug}${item.path}` as "/"}
                      className={classes.item}
                      activeOptions={{ exact: item.path === "", includeSearch: false }}
                      aria-label={folded ? item.title : undefined}
                      title={folded ? item.title : undefined}
                      onClick={onNavigate}
                    >
                      <NavIcon name={item.icon} />
                      {!folded && <span>{item.title}</span>}
                    </Link>
                  </li>
                ))}
              </ul>
            </div>
          );
        })}
      </nav>
      <div className={classes.foot}>
        <a className={classes.item} href="/api/docs" aria-label={folded ? "API reference" : undefined}>
          <BookOpen size={16} strokeWidth={1.75} aria-hidden="true" />
          {!folded && <span>API reference</span>}
        </a>
        {onFold !== undefined && (
          <button
            type="button"
            className={classes.item}
            onClick={onFold}
            aria-expanded={!folded}
            aria-label={folded ? "Unfold the sidebar" : "Fold the sidebar"}
          >
            <PanelLeft size={16} strokeWidth={1.75} aria-hidden="true" />
            {!folded && <span>Fold</span>}
          </button>
        )}
      </div>
    </div>
  );
}
