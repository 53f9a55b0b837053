import type { PolicyEffect, PolicyView } from "@granary/protocol";
import { Button, Modal, SegmentedControl, Switch, Textarea, TextInput } from "@mantine/core";
import { useState } from "react";
import { useCreatePolicy, usePreviewPolicy, useUpdatePolicy } from "../../api/policies.ts";
import { ErrorNote } from "../../kit/error-note.tsx";
import { toastDone } from "../../kit/toast.tsx";
import people from "../people/people.module.css";
import { ConditionFields } from "./condition-fields.tsx";
import { EffectFields } from "./effect-fields.tsx";
import { EffectsList } from "./effects-list.tsx";
import { bodyOf, type Draft, draftOf, EFFECT_TITLES, NEW_DRAFT } from "./policy-draft.ts";
import { SubjectsField } from "./subjects-field.tsx";
import { TargetsField } from "./targets-field.tsx";
import classes from "./policies.module.css";

interface PolicyEditorProps {
  /** Undefined for a new one. */
  readonly policy: PolicyView | undefined;
  readonly onClose: () => void;
}

const NOT_JSON = new Error("The filter is no JSON. Correct it, or empty the field to write conditions instead.");

/** A policy that is written: its draft, what it would change, and how it is saved. */
function usePolicyDraft(policy: PolicyView | undefined, onClose: () => void) {
  const [draft, setDraft] = useState<Draft>(() => (policy === undefined ? NEW_DRAFT : draftOf(policy)));
  const [fault, setFault] = useState<Error>();
  const preview = usePreviewPolicy();
  const create = useCreatePolicy();
  const update = useUpdatePolicy();
  const change = (part: Partial<Draft>) => {
    setDraft((before) => ({ ...before, ...part }));
    preview.reset();
    setFault(undefined);
  };
  const withBody = (send: (body: ReturnType<typeof bodyOf>) => void) => {
    try {
      send(bodyOf(draft));
    } catch (error) {
      setFault(error instanceof SyntaxError ? NOT_JSON : (error as Error));
    }
  };
  const onSuccess = () => {
    toastDone(`${draft.name} ${policy === undefined ? "holds from now on" : "is changed"}`);
    onClose();
  };
  const save = () =>
    withBody((body) => {
      if (policy === undefined) create.mutate(body, { onSuccess });
      else update.mutate({ params: { policy: policy.id }, body, version: policy.version }, { onSuccess });
    });
  const look = () => withBody((body) => preview.mutate({ ...(policy === undefined ? {} : { id: policy.id }), policy: body }));
  const isReady = draft.name.trim() !== "" && draft.subjects.length > 0 && draft.targets.length > 0;
  const error = fault ?? create.error ?? update.error ?? preview.error;
  return { draft, change, save, look, preview, isReady, error, isSaving: create.isPending || update.isPending };
}

/** Who, what and how: a policy is written, looked at before it holds, and saved. */
export function PolicyEditor({ policy, onClose }: PolicyEditorProps) {
  const { draft, change, save, look, preview, isReady, error, isSaving } = usePolicyDraft(policy, onClose);
  return (
    <Modal opened onClose={onClose} title={policy === undefined ? "Make a policy" : `Policy: ${policy.name}`} size="xl">
      <form
        className={people.stack}
        onSubmit={(event) => {
          event.preventDefault();
          if (isReady) save();
        }}
        noValidate
      >
        <Described draft={draft} onChange={change} />
        <SegmentedControl
          fullWidth
          aria-label="What it does"
          data={Object.entries(EFFECT_TITLES).map(([value, label]) => ({ value, label }))}
          value={draft.effect}
          onChange={(effect) => change({ effect: effect as PolicyEffect })}
          orientation={globalThis.innerWidth < 560 ? "vertical" : "horizontal"}
        />
        <SubjectsField label="Who" hint="Whoever any of these names." value={draft.subjects} onChange={(subjects) => change({ subjects })} />
        <SubjectsField
          label="Except"
          hint="Not these. Owners and administrators are only left out when they are named."
          value={draft.except}
          onChange={(except) => change({ except })}
          withoutEveryone
        />
        <TargetsField
          value={draft.targets}
          onChange={(targets) => change({ targets })}
          withoutColumns={draft.effect === "allow" || draft.effect === "filter"}
        />
        <EffectFields draft={draft} onChange={change} />
        <ConditionFields draft={draft} onChange={change} />
        {error !== null && <ErrorNote error={error} />}
        {preview.data !== undefined && (
          <section className={classes.plan} aria-label="What would change">
            {preview.data.sentence !== null && <p>{preview.data.sentence}</p>}
            <EffectsList effects={preview.data.effects} />
          </section>
        )}
        <div className={people.buttons}>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button variant="default" onClick={look} loading={preview.isPending} disabled={!isReady}>
            Show whom it changes
          </Button>
          <Button type="submit" loading={isSaving} disabled={!isReady}>
            {policy === undefined ? "Make the policy" : "Save"}
          </Button>
        </div>
      </form>
    </Modal>
  );
}

function Described({ draft, onChange }: { readonly draft: Draft; readonly onChange: (change: Partial<Draft>) => void }) {
  return (
    <>
      <TextInput label="Name" value={draft.name} onChange={(event) => onChange({ name: event.currentTarget.value })} required data-autofocus />
      <Textarea
        label="Why it is there"
        autosize
        minRows={1}
        value={draft.description}
        onChange={(event) => onChange({ description: event.currentTarget.value })}
      />
      <Switch label="It holds" checked={draft.enabled} onChange={(event) => onChange({ enabled: event.currentTarget.checked })} />
    </>
  );
}
