import { useLocalStorage } from "@mantine/hooks";
import { Outlet, useRouterState } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useRef, useState } from "react";
import { useSession } from "../api/session.ts";
import { ConfirmProvider } from "../kit/confirm.tsx";
import { FormatProvider } from "../kit/format.tsx";
import { PageSkeleton } from "../kit/skeleton.tsx";
import { connection, useFreshness } from "../realtime/index.ts";
import { isSameLook, setLook } from "../theme/look.ts";
import { Banners } from "./banners.tsx";
import { IdleWatch } from "./idle-watch.tsx";
import { useSlug } from "./place.ts";
import classes from "./shell.module.css";
import { useShortcuts } from "./shortcuts.ts";
import { Sidebar } from "./sidebar.tsx";
import { TopBar } from "./top-bar.tsx";

const Palette = lazy(() => import("./palette.tsx"));
const MenuDrawer = lazy(() => import("./menu-drawer.tsx"));
const KeyboardHelp = lazy(() => import("./keyboard-help.tsx"));

/** What a signed-in person sees around every page. */
export function Shell() {
  const { user } = useSession();
  const [folded, setFolded] = useLocalStorage({ key: "granary.folded", defaultValue: false, getInitialValueInEffect: false });
  const [menu, setMenu] = useState(false);
  const [menuWanted, setMenuWanted] = useState(false);
  const [help, setHelp] = useState(false);
  const [paletteWanted, setPaletteWanted] = useState(false);
  const openPalette = () => {
    setPaletteWanted(true);
    void import("./palette-store.ts").then(({ paletteStore }) => paletteStore.setState({ ...paletteStore.getState(), opened: true, query: "" }));
  };
  const openMenu = () => {
    setMenuWanted(true);
    setMenu(true);
  };
  const openHelp = () => setHelp(true);
  useShortcuts({ onSearch: openPalette, onHelp: openHelp, onFold: () => setFolded(!folded) });
  useConnection();
  useFreshness();
  useSavedLook();
  const main = useFocusOnNavigation();
  return (
    <FormatProvider choice={user.preferences}>
      <ConfirmProvider>
        <a href="#main" className={classes.skip}>
          Skip to the content
        </a>
        <div className={classes.shell} data-folded={folded || undefined}>
          <aside className={classes.rail}>
            <Sidebar folded={folded} onFold={() => setFolded(!folded)} />
          </aside>
          <div className={classes.column}>
            <Banners />
            <TopBar onMenu={openMenu} onSearch={openPalette} onHelp={openHelp} />
            <main id="main" ref={main} className={classes.main} tabIndex={-1}>
              <Suspense fallback={<PageSkeleton />}>
                <Outlet />
              </Suspense>
            </main>
          </div>
        </div>
        <IdleWatch />
        <Suspense>
          {menuWanted && <MenuDrawer opened={menu} onClose={() => setMenu(false)} />}
          {paletteWanted && <Palette onHelp={openHelp} />}
          {help && <KeyboardHelp opened onClose={() => setHelp(false)} />}
        </Suspense>
      </ConfirmProvider>
    </FormatProvider>
  );
}

function useConnection(): void {
  const slug = useSlug();
  useEffect(() => {
    connection.open(slug);
    return () => connection.close();
  }, [slug]);
}

/** Takes the look saved with the account into this browser, once after signing in. */
function useSavedLook(): void {
  const { theme, contrast, fontSize } = useSession().user.preferences;
  const known = useRef<{ theme: typeof theme; contrast: typeof contrast; fontSize: typeof fontSize }>(undefined);
  useEffect(() => {
    const saved = { theme, contrast, fontSize };
    if (known.current === undefined || !isSameLook(known.current, saved)) setLook(saved);
    known.current = saved;
  }, [theme, contrast, fontSize]);
}

/** After a change of place the keyboard and the screen reader go on at the new page, not at the old link. */
function useFocusOnNavigation() {
  const main = useRef<HTMLElement>(null);
  const pathname = useRouterState({ select: (state) => state.resolvedLocation?.pathname });
  const first = useRef(true);
  useEffect(() => {
    if (pathname === undefined) return;
    if (first.current) {
      first.current = false;
      return;
    }
    main.current?.focus({ preventScroll: true });
    scrollTo(0, 0);
  }, [pathname]);
  return main;
}
