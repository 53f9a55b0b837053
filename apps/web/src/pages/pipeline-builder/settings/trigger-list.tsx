import type { Pipeline, PipelineTrigger } from "@granary/protocol";
import { ActionIcon, Button, Menu, NativeSelect, Switch, TagsInput } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import CalendarClock from "lucide-react/icons/calendar-clock";
import Database from "lucide-react/icons/database";
import Plus from "lucide-react/icons/plus";
import Webhook from "lucide-react/icons/webhook";
import Workflow from "lucide-react/icons/workflow";
import X from "lucide-react/icons/x";
import { catalogQuery } from "../../../api/dataset-catalog.ts";
import { itemsOf } from "../../../api/list.ts";
import { pipelinesQuery } from "../../../api/pipelines.ts";
import { useMay } from "../../../api/session.ts";
import { EmptyState } from "../../../kit/empty-state.tsx";
import { useFormat } from "../../../kit/format.tsx";
import { useBuilder } from "../builder-context.ts";
import { freeId } from "../pieces.ts";
import { ScheduleFields } from "./schedule-fields.tsx";
import classes from "./settings.module.css";
import { WebhookFields } from "./webhook-fields.tsx";

type Kind = PipelineTrigger["kind"];
const KINDS = {
  schedule: { title: "Schedule", text: "At certain times", icon: CalendarClock },
  dataset: { title: "Dataset", text: "When a dataset has a new version", icon: Database },
  pipeline: { title: "Pipeline", text: "When another pipeline has ended", icon: Workflow },
  webhook: { title: "Webhook", text: "When another system asks", icon: Webhook },
} as const satisfies Record<Kind, unknown>;

const WHEN = [
  { value: "any", label: "any of them" },
  { value: "all", label: "all of them since the last run" },
];

function freshTrigger(kind: Kind, id: string, zone: string): PipelineTrigger {
  const base = { id, enabled: true, parameters: {} };
  if (kind === "schedule")
    return {
      ...base,
      kind,
      cron: ["0 6 * * *"],
      timeZone: zone,
      gap: "shift",
      overlap: "first",
      catchUp: "latest",
      catchUpMax: 100,
      whenBusy: "queue_one",
      jitterS: 0,
    };
  if (kind === "dataset") return { ...base, kind, datasets: [], when: "any" };
  return kind === "pipeline" ? { ...base, kind, pipelines: [], when: "all", on: "success" } : { ...base, kind };
}

/** What starts the pipeline by itself. */
export function TriggerList({ pipeline }: { readonly pipeline: Pipeline | undefined }) {
  const { document, edit, mayEdit } = useBuilder();
  const { zone } = useFormat();
  const maySchedule = useMay("pipeline:schedule") && mayEdit;
  const { triggers } = document;
  const set = (next: PipelineTrigger[], going?: string) => edit({ edit: "change-head", change: { triggers: next } }, going);
  const add = (kind: Kind) => set([...triggers, freshTrigger(kind, freeId(kind, new Set(triggers.map(({ id }) => id))), zone)]);
  return (
    <>
      {triggers.length === 0 && <EmptyState small title="Nothing starts it by itself" text="It runs when somebody presses Run, or asks by the API." />}
      {triggers.map((trigger, index) => {
        const { icon: Icon, title } = KINDS[trigger.kind];
        const change = (part: object, going?: string) =>
          set(
            triggers.map((other, at) => (at === index ? ({ ...other, ...part } as PipelineTrigger) : other)),
            going === undefined ? undefined : `trigger.${index}.${going}`,
          );
        return (
          <section key={trigger.id} className={classes.item} aria-label={`${title} ${trigger.id}`}>
            <div className={classes.itemHead}>
              <Icon size={15} aria-hidden="true" />
              <h3>{title}</h3>
              <Switch
                size="xs"
                label="On"
                disabled={!maySchedule}
                checked={trigger.enabled}
                onChange={(event) => change({ enabled: event.currentTarget.checked })}
              />
              {maySchedule && (
                <ActionIcon aria-label={`Remove ${title} ${trigger.id}`} onClick={() => set(triggers.filter((_, at) => at !== index))}>
                  <X size={14} />
                </ActionIcon>
              )}
            </div>
            {trigger.kind === "schedule" && <ScheduleFields trigger={trigger} mayEdit={maySchedule} onChange={change} />}
            {trigger.kind === "dataset" && <DatasetFields trigger={trigger} mayEdit={maySchedule} onChange={change} />}
            {trigger.kind === "pipeline" && <PipelineFields trigger={trigger} mayEdit={maySchedule} onChange={change} />}
            {trigger.kind === "webhook" && <WebhookFields pipeline={pipeline} />}
          </section>
        );
      })}
      {maySchedule && (
        <Menu position="bottom-start">
          <Menu.Target>
            <Button variant="default" size="xs" leftSection={<Plus size={13} />}>
              Add a trigger
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            {(Object.keys(KINDS) as Kind[]).map((kind) => {
              const { icon: Icon, title, text } = KINDS[kind];
              return (
                <Menu.Item
                  key={kind}
                  leftSection={<Icon size={14} />}
                  disabled={kind === "webhook" && triggers.some((other) => other.kind === "webhook")}
                  onClick={() => add(kind)}
                >
                  {title}: {text.toLowerCase()}
                </Menu.Item>
              );
            })}
          </Menu.Dropdown>
        </Menu>
      )}
      {mayEdit && !maySchedule && <p className={classes.text}>Triggers need the permission to schedule pipelines.</p>}
    </>
  );
}

interface FieldsProps<K extends Kind> {
  readonly trigger: Extract<PipelineTrigger, { kind: K }>;
  readonly mayEdit: boolean;
  readonly onChange: (change: object, going?: string) => void;
}

function DatasetFields({ trigger, mayEdit, onChange }: FieldsProps<"dataset">) {
  const names = itemsOf(useInfiniteQuery(catalogQuery({})).data).map(({ name }) => name);
  return (
    <>
      <TagsInput
        size="xs"
        label="Datasets"
        placeholder="Choose datasets"
        readOnly={!mayEdit}
        data={names}
        acceptValueOnBlur={false}
        value={trigger.datasets}
        onChange={(datasets) => onChange({ datasets })}
      />
      <NativeSelect
        size="xs"
        label="Runs after a new version of"
        disabled={!mayEdit}
        data={WHEN}
        value={trigger.when}
        onChange={(event) => onChange({ when: event.currentTarget.value })}
      />
    </>
  );
}

const ON = [
  { value: "success", label: "succeeded" },
  { value: "failure", label: "failed" },
  { value: "end", label: "ended, however" },
];

function PipelineFields({ trigger, mayEdit, onChange }: FieldsProps<"pipeline">) {
  const names = itemsOf(useInfiniteQuery(pipelinesQuery({})).data).map(({ name }) => name);
  return (
    <>
      <TagsInput
        size="xs"
        label="Pipelines"
        placeholder="Choose pipelines"
        readOnly={!mayEdit}
        data={names}
        acceptValueOnBlur={false}
        value={trigger.pipelines}
        onChange={(pipelines) => onChange({ pipelines })}
      />
      <div className={classes.two}>
        <NativeSelect
          size="xs"
          label="Runs after"
          disabled={!mayEdit}
          data={WHEN}
          value={trigger.when}
          onChange={(event) => onChange({ when: event.currentTarget.value })}
        />
        <NativeSelect
          size="xs"
          label="When they have"
          disabled={!mayEdit}
          data={ON}
          value={trigger.on}
          onChange={(event) => onChange({ on: event.currentTarget.value })}
        />
      </div>
    </>
  );
}
