import type { AccessLevel, Dataset } from "@granary/protocol";
import { Autocomplete, Button, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useShare } from "../../api/dataset-sharing.ts";
import { groupsQuery } from "../../api/groups.ts";
import { itemsOf } from "../../api/list.ts";
import { peopleQuery } from "../../api/people.ts";
import { useMay } from "../../api/session.ts";
import { ErrorNote } from "../../kit/error-note.tsx";
import { toastDone } from "../../kit/toast.tsx";
import { emailIn } from "./email-in.ts";
import { LEVEL_TITLES, LevelChoice } from "./level-choice.tsx";
import classes from "./sharing.module.css";

const TYPING_MS = 200;
const OFFERED = 8;
const EVERYONE = "Everyone in the workspace";

type Body = Parameters<ReturnType<typeof useShare>["mutate"]>[0]["body"];

/** Gives somebody access: a person by name or e-mail address, a group, or everyone. */
export function GrantForm({ dataset }: { readonly dataset: Dataset }) {
  const [typed, setTyped] = useState("");
  const [level, setLevel] = useState<AccessLevel>("viewer");
  const [until, setUntil] = useState("");
  const [settled] = useDebouncedValue(typed.trim(), TYPING_MS);
  const mayReadPeople = useMay("user:read");
  const search = { enabled: mayReadPeople && settled !== "", placeholderData: keepPreviousData };
  const people = useInfiniteQuery({ ...peopleQuery({ search: settled }), ...search });
  const groups = useInfiniteQuery({ ...groupsQuery(settled), ...search });
  const share = useShare();
  const foundGroups = itemsOf(groups.data).slice(0, OFFERED);
  const group = foundGroups.find(({ name }) => name === typed.trim());
  const isEveryone = typed === EVERYONE;
  const everyoneLevel = level === "owner" ? "contributor" : level;
  const granted = isEveryone ? everyoneLevel : level;
  const bodyOf = (): Body => {
    const ends = until === "" ? {} : { expiresAt: new Date(until).toISOString() };
    if (isEveryone) return { everyone: true, level: everyoneLevel, ...ends };
    return group === undefined ? { email: emailIn(typed), level, ...ends } : { groupId: group.id, level, ...ends };
  };
  const submit = () =>
    share.mutate(
      { params: { dataset: dataset.id }, body: bodyOf() },
      {
        onSuccess: (permission) => {
          toastDone(
            `Shared with ${permission.name}`,
            `${LEVEL_TITLES[permission.level]}, ${permission.expiresAt === null ? "from now on" : "until the time you chose"}.`,
          );
          setTyped("");
          setUntil("");
        },
      },
    );
  return (
    <form
      className={classes.grant}
      onSubmit={(event) => {
        event.preventDefault();
        if (typed.trim() !== "") submit();
      }}
      noValidate
    >
      <Autocomplete
        className={classes.who ?? ""}
        label="Share with"
        placeholder="E-mail address, name or group"
        value={typed}
        onChange={setTyped}
        filter={({ options }) => options}
        data={[
          {
            group: "People",
            items: itemsOf(people.data)
              .slice(0, OFFERED)
              .map(({ name, email }) => `${name} (${email})`),
          },
          { group: "Groups", items: foundGroups.map(({ name }) => name) },
          { group: "All", items: [EVERYONE] },
        ].filter(({ items }) => items.length > 0)}
        comboboxProps={{ withinPortal: true }}
      />
      <LevelChoice isLabelled label="As" value={granted} onChange={setLevel} withoutOwner={isEveryone} />
      <TextInput label="Until (optional)" type="datetime-local" value={until} onChange={(event) => setUntil(event.currentTarget.value)} />
      <Button type="submit" loading={share.isPending} disabled={typed.trim() === ""}>
        Share
      </Button>
      {share.error !== null && (
        <div className={classes.problem}>
          <ErrorNote error={share.error} />
        </div>
      )}
    </form>
  );
}
