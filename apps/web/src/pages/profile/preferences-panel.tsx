import type { Preferences } from "@granary/protocol";
import { SegmentedControl, Select, Switch } from "@mantine/core";
import { type ReactNode, useId } from "react";
import { useSession, useUpdateAccount } from "../../api/session.ts";
import { useShownAt } from "../../kit/clock.ts";
import { createFormat } from "../../kit/format.tsx";
import { Panel } from "../../kit/panel.tsx";
import { toastError } from "../../kit/toast.tsx";
import { setLook } from "../../theme/look.ts";
import classes from "./profile.module.css";

const THEMES = [
  { value: "light", label: "Light" },
  { value: "dark", label: "Dark" },
  { value: "system", label: "As the system" },
];
const SIZES = [
  { value: "small", label: "Small" },
  { value: "normal", label: "Normal" },
  { value: "large", label: "Large" },
  { value: "larger", label: "Larger" },
];
const DATES = [
  { value: "locale", label: "As the language has it" },
  { value: "iso", label: "2026-08-31" },
  { value: "dmy", label: "31.08.2026" },
  { value: "mdy", label: "08/31/2026" },
];
const LOCALES = ["en-GB", "en-US", "de-CH", "de-DE", "fr-CH", "fr-FR", "it-CH", "it-IT", "es-ES", "nl-NL", "pl-PL", "pt-PT", "sv-SE", "ja-JP"];
const NOTICES = [
  { name: "jobs", label: "Jobs of mine that failed" },
  { name: "changes", label: "Changes that wait for my review" },
  { name: "alerts", label: "Alerts" },
  { name: "email", label: "Also by e-mail" },
] as const;

function localeName(tag: string): string {
  return new Intl.DisplayNames([tag], { type: "language" }).of(tag) ?? tag;
}

/** How this person wants to see the platform. Every change holds at once and is saved by itself. */
export function PreferencesPanel() {
  const { user } = useSession();
  const { preferences } = user;
  const update = useUpdateAccount();
  const save = (change: Partial<Omit<Preferences, "notifications">> & { notifications?: Partial<Preferences["notifications"]> }) => {
    const { theme, contrast, fontSize } = change;
    setLook({ ...(theme === undefined ? {} : { theme }), ...(contrast === undefined ? {} : { contrast }), ...(fontSize === undefined ? {} : { fontSize }) });
    update.mutate({ body: { preferences: change }, version: user.version }, { onError: (error) => toastError("Not saved", error) });
  };
  const now = useShownAt();
  const sample = createFormat(preferences);
  return (
    <>
      <Panel title="Look">
        <Field label="Theme">
          {(id) => (
            <SegmentedControl
              aria-labelledby={id}
              data={THEMES}
              value={preferences.theme}
              onChange={(theme) => save({ theme: theme as Preferences["theme"] })}
            />
          )}
        </Field>
        <Field label="High contrast" text="Stronger lines and text, in every theme.">
          {(id) => (
            <Switch
              aria-labelledby={id}
              checked={preferences.contrast === "high"}
              onChange={(event) => save({ contrast: event.currentTarget.checked ? "high" : "normal" })}
            />
          )}
        </Field>
        <Field label="Text size">
          {(id) => (
            <SegmentedControl
              aria-labelledby={id}
              data={SIZES}
              value={preferences.fontSize}
              onChange={(fontSize) => save({ fontSize: fontSize as Preferences["fontSize"] })}
            />
          )}
        </Field>
      </Panel>
      <Panel title="Language and time" text={`Written like this: ${sample.exact(new Date(now))}, ${sample.number(1_234_567.891)}`}>
        <Field label="Time zone">
          {(id) => (
            <Select
              aria-labelledby={id}
              className={classes.wide}
              searchable
              clearable
              placeholder={`As the browser (${Intl.DateTimeFormat().resolvedOptions().timeZone})`}
              data={Intl.supportedValuesOf("timeZone")}
              value={preferences.timeZone}
              onChange={(timeZone) => save({ timeZone })}
              limit={100}
            />
          )}
        </Field>
        <Field label="Format of numbers and dates">
          {(id) => (
            <Select
              aria-labelledby={id}
              className={classes.wide}
              searchable
              clearable
              placeholder={`As the browser (${navigator.language})`}
              data={LOCALES.map((tag) => ({ value: tag, label: localeName(tag) }))}
              value={preferences.locale}
              onChange={(locale) => save({ locale })}
            />
          )}
        </Field>
        <Field label="Dates">
          {(id) => (
            <Select
              aria-labelledby={id}
              className={classes.wide}
              data={DATES}
              allowDeselect={false}
              value={preferences.dateFormat}
              onChange={(value) => save({ dateFormat: (value ?? "locale") as Preferences["dateFormat"] })}
            />
          )}
        </Field>
      </Panel>
      <Panel title="Notifications">
        {NOTICES.map(({ name, label }) => (
          <Field key={name} label={label}>
            {(id) => (
              <Switch
                aria-labelledby={id}
                checked={preferences.notifications[name]}
                onChange={(event) => save({ notifications: { [name]: event.currentTarget.checked } })}
              />
            )}
          </Field>
        ))}
      </Panel>
    </>
  );
}

function Field({ label, text, children }: { readonly label: string; readonly text?: string; readonly children: (labelId: string) => ReactNode }) {
  const id = useId();
  return (
    <div className={classes.field}>
      <div>
        <span id={id} className={classes.label}>
          {label}
        </span>
        {text !== undefined && <span className={classes.text}>{text}</span>}
      </div>
      {children(id)}
    </div>
  );
}
