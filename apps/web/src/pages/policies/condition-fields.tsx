import { Chip, TagsInput, TextInput } from "@mantine/core";
import type { Draft } from "./policy-draft.ts";
import classes from "./policies.module.css";

const DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

interface ConditionFieldsProps {
  readonly draft: Draft;
  readonly onChange: (change: Partial<Draft>) => void;
}

/** When a policy holds; always, with everything left empty. */
export function ConditionFields({ draft, onChange }: ConditionFieldsProps) {
  const isInWeek = draft.days.length > 0 || draft.from !== "" || draft.until !== "";
  return (
    <fieldset className={classes.part}>
      <legend>When</legend>
      <p className={classes.hint}>Always, unless you say otherwise.</p>
      <TagsInput
        label={draft.effect === "allow" ? "Only for these purposes" : "Except for these purposes"}
        description="As readers state them in X-Purpose, such as research"
        size="xs"
        value={[...draft.purposes]}
        onChange={(purposes) => onChange({ purposes })}
      />
      <div className={classes.row}>
        <TextInput
          label="From (UTC)"
          type="datetime-local"
          size="xs"
          value={draft.validFrom}
          onChange={(event) => onChange({ validFrom: event.currentTarget.value })}
        />
        <TextInput
          label="Until (UTC)"
          type="datetime-local"
          size="xs"
          value={draft.validUntil}
          onChange={(event) => onChange({ validUntil: event.currentTarget.value })}
        />
      </div>
      <Chip.Group multiple value={[...draft.days]} onChange={(days) => onChange({ days })}>
        <div className={classes.pills} role="group" aria-label="Days of the week">
          {DAYS.map((day, index) => (
            <Chip key={day} value={String(index + 1)} size="xs">
              {day}
            </Chip>
          ))}
        </div>
      </Chip.Group>
      <div className={classes.row}>
        <TextInput label="Between" type="time" size="xs" value={draft.from} onChange={(event) => onChange({ from: event.currentTarget.value })} />
        <TextInput label="and" type="time" size="xs" value={draft.until} onChange={(event) => onChange({ until: event.currentTarget.value })} />
        {isInWeek && <TextInput label="Time zone" size="xs" value={draft.timeZone} onChange={(event) => onChange({ timeZone: event.currentTarget.value })} />}
      </div>
    </fieldset>
  );
}
