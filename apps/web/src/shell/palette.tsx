import "@mantine/spotlight/styles.css";
import "./palette.css";
import type { ListedDataset } from "@granary/protocol";
import { Spotlight, type SpotlightActionData, type SpotlightActionGroupData } from "@mantine/spotlight";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useDebouncedValue } from "@mantine/hooks";
import Search from "lucide-react/icons/search";
import Table2 from "lucide-react/icons/table-2";
import UserRound from "lucide-react/icons/user-round";
import { useState } from "react";
import { itemsOf } from "../api/list.ts";
import { catalogQuery } from "../api/dataset-catalog.ts";
import { peopleQuery } from "../api/people.ts";
import { useMay, useSession, useSignOut } from "../api/session.ts";
import { setLook } from "../theme/look.ts";
import { NavIcon } from "./nav-icons.tsx";
import { paletteStore } from "./palette-store.ts";
import { useSlug } from "./place.ts";

const FEWEST_LETTERS = 2;
const TYPING_MS = 180;

/** Where a search found a dataset, unless its name says so itself. */
function placeOf({ match, description }: ListedDataset): string {
  const place = match?.places[0];
  return place === undefined || place.in === "name" || place.in === "description" ? description.slice(0, 80) : `${place.in} ${place.text}`;
}

/** Everything reachable by name: places, acts, datasets, people. Loaded when it is first opened. */
export default function Palette({ onHelp }: { readonly onHelp: () => void }) {
  const { navigation, features } = useSession();
  const slug = useSlug();
  const navigate = useNavigate();
  const signOut = useSignOut();
  const [typed, setTyped] = useState("");
  const [settled] = useDebouncedValue(typed.trim(), TYPING_MS);
  const mayReadPeople = useMay("user:read");
  const people = useInfiniteQuery({ ...peopleQuery({ search: settled }), enabled: mayReadPeople && settled.length >= FEWEST_LETTERS });
  const mayReadDatasets = useMay("dataset:read");
  const datasets = useInfiniteQuery({ ...catalogQuery({ q: settled }), enabled: mayReadDatasets && settled.length >= FEWEST_LETTERS });
  const go = (path: string) => () => void navigate({ to: `/w/${slug}${path}` as "/" });

  const places: SpotlightActionData[] = navigation.map((item) => ({
    id: item.id,
    label: item.title,
    leftSection: <NavIcon name={item.icon} size={18} />,
    keywords: "keywords" in item ? [...(item.keywords as readonly string[])] : [],
    onClick: go(item.path),
  }));
  const offer = (feature: keyof typeof features, action: SpotlightActionData) => features[feature] === true && action;
  const offered: (SpotlightActionData | false)[] = [
    offer("importData", { id: "import", label: "Import a file", keywords: ["upload", "csv", "dataset"], onClick: go("/import") }),
    offer("invitePeople", { id: "invite", label: "Invite people", keywords: ["add", "user", "member"], onClick: go("/people?invite=1") }),
    offer("createApiKeys", { id: "new-key", label: "Create an API key", keywords: ["token", "script"], onClick: go("/api-keys?create=1") }),
    offer("downloadData", { id: "downloads", label: "Open your downloads", keywords: ["files", "export", "fetch"], onClick: go("/downloads") }),
    { id: "profile", label: "Open your profile", keywords: ["account", "password", "two-factor", "preferences"], onClick: go("/profile") },
    { id: "light", label: "Use the light theme", keywords: ["appearance"], onClick: () => setLook({ theme: "light" }) },
    { id: "dark", label: "Use the dark theme", keywords: ["appearance", "night"], onClick: () => setLook({ theme: "dark" }) },
    { id: "help", label: "Show keyboard shortcuts", keywords: ["keys"], onClick: onHelp },
    { id: "docs", label: "Open the API reference", keywords: ["openapi", "rest"], onClick: () => location.assign("/api/docs") },
    {
      id: "sign-out",
      label: "Sign out",
      keywords: ["log out", "leave"],
      onClick: () => signOut.mutate(undefined, { onSuccess: () => void navigate({ to: "/sign-in" }) }),
    },
  ];
  const found: SpotlightActionData[] =
    settled.length < FEWEST_LETTERS
      ? []
      : itemsOf(people.data)
          .slice(0, 6)
          .map((person) => ({
            id: person.id,
            label: person.name,
            description: person.email,
            keywords: [typed],
            leftSection: <UserRound size={18} strokeWidth={1.75} />,
            onClick: go(`/people/${person.id}`),
          }));
  const foundDatasets: SpotlightActionData[] =
    settled.length < FEWEST_LETTERS
      ? []
      : itemsOf(datasets.data)
          .slice(0, 6)
          .map((dataset) => ({
            id: dataset.id,
            label: dataset.name,
            description: placeOf(dataset),
            keywords: [typed],
            leftSection: <Table2 size={18} strokeWidth={1.75} />,
            onClick: go(`/datasets/${dataset.id}`),
          }));
  const groups: SpotlightActionGroupData[] = [
    { group: "Places", actions: places },
    { group: "Do", actions: offered.filter((action) => action !== false) },
    ...(foundDatasets.length > 0 ? [{ group: "Datasets", actions: foundDatasets }] : []),
    ...(found.length > 0 ? [{ group: "People", actions: found }] : []),
  ];
  return (
    <Spotlight
      store={paletteStore}
      actions={groups}
      query={typed}
      onQueryChange={setTyped}
      shortcut={null}
      highlightQuery
      overlayProps={{ backgroundOpacity: 0.45, blur: 0 }}
      scrollable
      maxHeight={420}
      nothingFound={people.isFetching || datasets.isFetching ? "Looking…" : "Nothing has this name"}
      searchProps={{ leftSection: <Search size={18} aria-hidden="true" />, placeholder: "Search or go to…", "aria-label": "Search or go to a place" }}
    />
  );
}
