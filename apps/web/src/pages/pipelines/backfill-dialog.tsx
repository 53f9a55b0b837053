import type { ConfigValues, Pipeline } from "@granary/protocol";
import { Button, Modal, NumberInput, Select, TextInput } from "@mantine/core";
import { useMemo, useState } from "react";
import { useStartBackfill } from "../../api/pipelines.ts";
import { checkConfig, ConfigForm, sentValues, startValues } from "../../kit/config-form/index.ts";
import { ErrorNote } from "../../kit/error-note.tsx";
import { useFormat } from "../../kit/format.tsx";
import { toastDone } from "../../kit/toast.tsx";
import { parameterSchema } from "./parameter-schema.ts";
import { type BackfillUnit, dayStart, partitionCount } from "./partition-count.ts";
import classes from "./pipelines.module.css";

interface BackfillDialogProps {
  readonly pipeline: Pipeline;
  readonly onClose: () => void;
  readonly onStarted: (backfill: string) => void;
}

const UNITS = [
  { value: "hour", label: "Hours" },
  { value: "day", label: "Days" },
  { value: "week", label: "Weeks" },
  { value: "month", label: "Months" },
] as const;
const SELECTS = [
  { value: "missing", label: "Only what never succeeded" },
  { value: "failed", label: "Only what failed" },
  { value: "all", label: "Everything again" },
] as const;
const ORDERS = [
  { value: "oldest", label: "Oldest first" },
  { value: "newest", label: "Newest first" },
] as const;

/** The zones people know; the server takes every one. */
const zones = (own: string): string[] => [...new Set([own, "UTC", ...Intl.supportedValuesOf("timeZone")])];

interface Draft {
  readonly unit: BackfillUnit;
  readonly timeZone: string;
  readonly from: string;
  readonly until: string;
  readonly select: "all" | "missing" | "failed";
  readonly order: "oldest" | "newest";
  readonly maxParallel: number;
}

function startDraft(timeZone: string): Draft {
  return { unit: "day", timeZone, from: "", until: "", select: "missing", order: "oldest", maxParallel: 1 };
}

function previewOf({ unit, timeZone, from, until }: Draft): { readonly from: Date; readonly until: Date; readonly count: number } | undefined {
  const [start, end] = [dayStart(from, timeZone), dayStart(until, timeZone)];
  if (start === undefined || end === undefined) return undefined;
  return { from: start, until: end, count: partitionCount(unit, start, end) };
}

/** Runs a pipeline once for every part of a stretch of time that has passed. */
export function BackfillDialog({ pipeline, onClose, onStarted }: BackfillDialogProps) {
  const format = useFormat();
  const [draft, setDraft] = useState(() => startDraft(format.zone));
  const schema = useMemo(() => parameterSchema(pipeline.document.parameters), [pipeline]);
  const [values, setValues] = useState<ConfigValues>(() => startValues(schema));
  const [isTried, setTried] = useState(false);
  const start = useStartBackfill();
  const set = (part: Partial<Draft>) => setDraft((before) => ({ ...before, ...part }));
  const preview = previewOf(draft);
  const send = () => {
    setTried(true);
    if (preview === undefined || preview.count === 0 || checkConfig(schema, values).length > 0) return;
    const { from: _, until: __, ...rest } = draft;
    const body = { ...rest, from: preview.from.toISOString(), until: preview.until.toISOString(), parameters: sentValues(schema, values) };
    start.mutate(
      { pipeline: pipeline.id, body },
      {
        onSuccess: ({ id }) => {
          onClose();
          toastDone("The backfill has begun");
          onStarted(id);
        },
      },
    );
  };
  return (
    <Modal opened onClose={onClose} title={`Backfill ${pipeline.name}`} size="lg">
      <form
        className={classes.stack}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          send();
        }}
      >
        <Stretch draft={draft} onChange={set} isTried={isTried} isEmpty={preview?.count === 0} />
        {pipeline.document.parameters.length > 0 && <ConfigForm schema={schema} values={values} onChange={setValues} isTried={isTried} />}
        <Preview draft={draft} />
        {start.error !== null && <ErrorNote error={start.error} />}
        <div className={classes.buttons}>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={start.isPending}>
            Begin
          </Button>
        </div>
      </form>
    </Modal>
  );
}

interface StretchProps {
  readonly draft: Draft;
  readonly onChange: (part: Partial<Draft>) => void;
  readonly isTried: boolean;
  readonly isEmpty: boolean;
}

function Stretch({ draft, onChange, isTried, isEmpty }: StretchProps) {
  const { zone } = useFormat();
  const missing = (day: string) => (isTried && day === "" ? "Choose a day." : undefined);
  return (
    <div className={classes.two}>
      <Select label="One run for each" data={UNITS} value={draft.unit} onChange={(value) => onChange({ unit: value as BackfillUnit })} allowDeselect={false} />
      <Select
        label="Time zone"
        data={zones(zone)}
        value={draft.timeZone}
        onChange={(value) => onChange({ timeZone: value ?? "UTC" })}
        searchable
        allowDeselect={false}
      />
      <TextInput
        label="From the beginning of"
        type="date"
        withAsterisk
        value={draft.from}
        onChange={(event) => onChange({ from: event.currentTarget.value })}
        error={missing(draft.from)}
      />
      <TextInput
        label="Until the beginning of"
        type="date"
        withAsterisk
        value={draft.until}
        onChange={(event) => onChange({ until: event.currentTarget.value })}
        error={missing(draft.until) ?? (isTried && isEmpty ? "Choose a day after the first." : undefined)}
      />
      <Select label="Which" data={SELECTS} value={draft.select} onChange={(value) => onChange({ select: value as Draft["select"] })} allowDeselect={false} />
      <Select
        label="In which order"
        data={ORDERS}
        value={draft.order}
        onChange={(value) => onChange({ order: value as Draft["order"] })}
        allowDeselect={false}
      />
      <NumberInput
        label="At the same time"
        min={1}
        max={10}
        value={draft.maxParallel}
        onChange={(value) => onChange({ maxParallel: typeof value === "number" ? value : 1 })}
      />
    </div>
  );
}

function Preview({ draft }: { readonly draft: Draft }) {
  const format = useFormat();
  const preview = previewOf(draft);
  if (preview === undefined || preview.count === 0) return null;
  const unit = UNITS.find(({ value }) => value === draft.unit)?.label.toLowerCase() ?? "parts";
  return (
    <p className={classes.preview} role="status">
      {format.number(preview.count)} {unit}, from {format.moment(preview.from)} to {format.moment(preview.until)}.
      {draft.select !== "all" && " Those that succeeded before are left out."}
    </p>
  );
}
