import type { PersonalDataSettings } from "@granary/protocol";
import { Button, Select, Switch } from "@mantine/core";
import { useSuspenseQuery } from "@tanstack/react-query";
import { personalDataSettingsQuery, useUpdatePersonalDataSettings } from "../../api/personal-data.ts";
import { useMay } from "../../api/session.ts";
import { Panel } from "../../kit/panel.tsx";
import { toastDone } from "../../kit/toast.tsx";
import { useVersionedForm, VersionedProblem } from "../../kit/versioned-form.tsx";
import classes from "../people/people.module.css";

const say = (isOn: boolean): string => (isOn ? "on" : "off");
const WORDS = {
  quarantine: { label: "Quarantine new datasets", say },
  drivingLicences: { label: "Look for driving licences", say },
  phoneRegion: { label: "Country of phone numbers" },
};

const REGIONS = "AT AU BE BR CA CH CN CZ DE DK ES FI FR GB GR HK HU IE IL IN IT JP KR LU MX NG NL NO NZ PL PT RO SE SG TH TR UA US ZA".split(" ");
const names = new Intl.DisplayNames(["en"], { type: "region" });
const COUNTRIES = REGIONS.map((value) => ({ value, label: names.of(value) ?? value })).toSorted((a, b) => a.label.localeCompare(b.label));

/** What a workspace looks for, and whether new datasets are held back. */
export function SettingsPanel() {
  const { data: settings } = useSuspenseQuery(personalDataSettingsQuery());
  const mayChange = useMay("privacy:manage");
  return <SettingsForm settings={settings} mayChange={mayChange} />;
}

function SettingsForm({ settings, mayChange }: { readonly settings: PersonalDataSettings; readonly mayChange: boolean }) {
  const update = useUpdatePersonalDataSettings();
  const form = useVersionedForm({
    version: settings.version,
    stored: { quarantine: settings.quarantine, drivingLicences: settings.drivingLicences, phoneRegion: settings.phoneRegion ?? "" },
    words: WORDS,
    send: async ({ phoneRegion, ...rest }, version) => {
      await update.mutateAsync({ body: { ...rest, phoneRegion: phoneRegion === "" ? null : phoneRegion }, version });
      toastDone("Saved", "It holds for everything that is loaded from now on.");
    },
  });
  const { values, errors, setFieldValue } = form.fields;
  return (
    <Panel title="Settings" text="For this workspace.">
      <form className={classes.stack} onSubmit={form.onSubmit} noValidate>
        <VersionedProblem form={form} />
        <Switch
          label="Quarantine new datasets"
          description="Until a steward releases it, a new dataset is read by its owner and stewards alone, whomever it is shared with."
          checked={values.quarantine}
          disabled={!mayChange}
          onChange={(event) => setFieldValue("quarantine", event.currentTarget.checked)}
        />
        <Switch
          label="Look for driving licences"
          description="Nearly any code looks like one, so only columns called so are suggested."
          checked={values.drivingLicences}
          disabled={!mayChange}
          onChange={(event) => setFieldValue("drivingLicences", event.currentTarget.checked)}
        />
        <Select
          label="Country of phone numbers"
          description="Numbers without a country are tried as numbers of this one first."
          placeholder="None in particular"
          data={COUNTRIES}
          value={values.phoneRegion === "" ? null : values.phoneRegion}
          error={errors["phoneRegion"]}
          readOnly={!mayChange}
          clearable={mayChange}
          searchable
          maw={360}
          onChange={(value) => setFieldValue("phoneRegion", value ?? "")}
        />
        {mayChange && (
          <div className={classes.buttons}>
            <Button type="submit" loading={form.sending} disabled={!form.dirty || form.conflict !== undefined}>
              Save
            </Button>
          </div>
        )}
      </form>
    </Panel>
  );
}
