import type { TriggerOf } from "@granary/protocol";
import { Checkbox, Group, NativeSelect, NumberInput, Select, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { nextRunsQuery } from "../../../api/pipelines.ts";
import { messageOf } from "../../../kit/error-note.tsx";
import { Line } from "../../../kit/skeleton.tsx";
import { readRhythm, type Rhythm, writeRhythm } from "./schedule-words.ts";
import classes from "./settings.module.css";

type Schedule = TriggerOf<"schedule">;

interface ScheduleFieldsProps {
  readonly trigger: Schedule;
  readonly mayEdit: boolean;
  readonly onChange: (change: Partial<Schedule>, going?: string) => void;
}

const ZONES: readonly string[] = Intl.supportedValuesOf("timeZone");
const DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const EVERY = [
  { value: "hour", label: "Every hour" },
  { value: "day", label: "Every day" },
  { value: "week", label: "On days of the week" },
  { value: "month", label: "Every month" },
  { value: "cron", label: "As cron says" },
];
const TYPING_MS = 400;

function rhythmOf(every: string, before: Rhythm | undefined): Rhythm {
  const time = before !== undefined && "time" in before ? before.time : "06:00";
  if (every === "hour") return { every, minute: 0 };
  if (every === "week") return { every, time, days: [1] };
  return every === "month" ? { every, time, day: 1 } : { every: "day", time };
}

interface RhythmProps {
  readonly rhythm: Rhythm;
  readonly mayEdit: boolean;
  readonly onChange: (rhythm: Rhythm) => void;
}

/** The hour, the minute. */
function TimeField({ rhythm, mayEdit, onChange }: RhythmProps) {
  if (rhythm.every === "hour")
    return (
      <NumberInput
        size="xs"
        label="At minute"
        min={0}
        max={59}
        readOnly={!mayEdit}
        value={rhythm.minute}
        onChange={(minute) => typeof minute === "number" && onChange({ ...rhythm, minute })}
      />
    );
  return (
    <TextInput
      size="xs"
      type="time"
      label="At"
      readOnly={!mayEdit}
      value={rhythm.time}
      onChange={(event) => event.currentTarget.value !== "" && onChange({ ...rhythm, time: event.currentTarget.value })}
    />
  );
}

/** The days, where not every day. */
function DayFields({ rhythm, mayEdit, onChange }: RhythmProps) {
  if (rhythm.every === "month")
    return (
      <NumberInput
        size="xs"
        label="On day"
        min={1}
        max={31}
        readOnly={!mayEdit}
        value={rhythm.day}
        onChange={(day) => typeof day === "number" && onChange({ ...rhythm, day })}
      />
    );
  if (rhythm.every !== "week") return null;
  return (
    <Checkbox.Group
      size="xs"
      label="On"
      readOnly={!mayEdit}
      value={rhythm.days.map(String)}
      onChange={(days) => days.length > 0 && onChange({ ...rhythm, days: days.map(Number) })}
    >
      <Group gap="xs">
        {DAYS.map((day, index) => (
          <Checkbox key={day} size="xs" value={String(index)} label={day.slice(0, 2)} aria-label={day} />
        ))}
      </Group>
    </Checkbox.Group>
  );
}

/** When it runs, in words, with the next times as the server tells them. */
export function ScheduleFields({ trigger, mayEdit, onChange }: ScheduleFieldsProps) {
  const rhythm = trigger.cron.length === 1 ? readRhythm(trigger.cron[0] ?? "") : undefined;
  const set = (next: Rhythm) => onChange({ cron: [writeRhythm(next)] }, "cron");
  return (
    <>
      <div className={classes.two}>
        <NativeSelect
          size="xs"
          label="Runs"
          disabled={!mayEdit}
          data={EVERY}
          value={rhythm?.every ?? "cron"}
          onChange={(event) => (event.currentTarget.value === "cron" ? onChange({ cron: ["*/15 * * * *"] }) : set(rhythmOf(event.currentTarget.value, rhythm)))}
        />
        {rhythm === undefined ? (
          <TextInput
            size="xs"
            label="Cron, several with ; between"
            readOnly={!mayEdit}
            value={trigger.cron.join("; ")}
            onChange={(event) => onChange({ cron: event.currentTarget.value.split(";").map((cron) => cron.trim()) }, "cron")}
          />
        ) : (
          <TimeField rhythm={rhythm} mayEdit={mayEdit} onChange={set} />
        )}
      </div>
      {rhythm !== undefined && <DayFields rhythm={rhythm} mayEdit={mayEdit} onChange={set} />}
      <Select
        size="xs"
        label="Time zone"
        searchable
        allowDeselect={false}
        readOnly={!mayEdit}
        data={ZONES.includes(trigger.timeZone) ? [...ZONES] : [trigger.timeZone, ...ZONES]}
        value={trigger.timeZone}
        limit={60}
        onChange={(timeZone) => timeZone !== null && onChange({ timeZone })}
      />
      <NextRuns trigger={trigger} />
      <Policies trigger={trigger} mayEdit={mayEdit} onChange={onChange} />
    </>
  );
}

function NextRuns({ trigger: { cron, timeZone, gap, overlap } }: Pick<ScheduleFieldsProps, "trigger">) {
  const [asked] = useDebouncedValue(JSON.stringify({ cron, timeZone, gap, overlap, count: 5 }), TYPING_MS);
  const { data, error } = useQuery(nextRunsQuery(JSON.parse(asked) as Parameters<typeof nextRunsQuery>[0]));
  if (error !== null)
    return (
      <p className={classes.bad} role="alert">
        {messageOf(error)}
      </p>
    );
  return (
    <div className={classes.next}>
      <p>{data?.text ?? "Next runs"}</p>
      {data === undefined ? (
        <Line width="60%" />
      ) : (
        <ol>
          {data.items.map(({ at, local, note }) => (
            <li key={at}>
              {local}
              {note !== null && <span> · {note}</span>}
            </li>
          ))}
        </ol>
      )}
    </div>
  );
}

function Policies({ trigger, mayEdit, onChange }: ScheduleFieldsProps) {
  const choice = (key: "gap" | "overlap" | "catchUp" | "whenBusy", label: string, data: { value: string; label: string }[]) => (
    <NativeSelect
      size="xs"
      label={label}
      disabled={!mayEdit}
      data={data}
      value={trigger[key]}
      onChange={(event) => onChange({ [key]: event.currentTarget.value } as Partial<Schedule>)}
    />
  );
  return (
    <details className={classes.details}>
      <summary>Missed times, clock changes, overlaps</summary>
      {choice("catchUp", "Times that passed while nothing could run", [
        { value: "latest", label: "Make up for the last one" },
        { value: "all", label: "Make up for each" },
        { value: "none", label: "Leave them out" },
      ])}
      {choice("whenBusy", "When a run is still going on", [
        { value: "queue_one", label: "One waits for its end" },
        { value: "queue_all", label: "Each waits in turn" },
        { value: "skip", label: "The new one is left out" },
        { value: "cancel_running", label: "The old one is cancelled" },
        { value: "allow", label: "Both run" },
      ])}
      {choice("gap", "An hour the clocks leave out", [
        { value: "shift", label: "Run right after it" },
        { value: "skip", label: "Not on that day" },
      ])}
      {choice("overlap", "An hour that comes twice", [
        { value: "first", label: "Run the first time" },
        { value: "last", label: "Run the second time" },
        { value: "both", label: "Run both times" },
      ])}
    </details>
  );
}
