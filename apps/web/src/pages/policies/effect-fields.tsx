import { FILTER_OPERATORS, FILTER_WORDS, type FilterCondition, type FilterOperator } from "@granary/protocol";
import { Button, Select, Textarea, TextInput } from "@mantine/core";
import { MaskField } from "./mask-field.tsx";
import { conditionWith, type Draft, valuesText } from "./policy-draft.ts";
import classes from "./policies.module.css";

interface EffectFieldsProps {
  readonly draft: Draft;
  readonly onChange: (change: Partial<Draft>) => void;
}

/** What the effect needs to be complete: a level, a mask, or which rows stay. */
export function EffectFields({ draft, onChange }: EffectFieldsProps) {
  if (draft.effect === "deny") return null;
  if (draft.effect === "allow")
    return (
      <Select
        label="As"
        allowDeselect={false}
        data={[
          { value: "viewer", label: "Viewer: may read" },
          { value: "contributor", label: "Contributor: may load and edit" },
        ]}
        value={draft.level}
        onChange={(level) => onChange({ level: (level ?? draft.level) as Draft["level"] })}
      />
    );
  return draft.effect === "mask" ? (
    <MaskField value={draft.mask} onChange={(mask) => onChange({ mask })} />
  ) : (
    <FilterFields draft={draft} onChange={onChange} />
  );
}

function FilterFields({ draft, onChange }: EffectFieldsProps) {
  const { conditions, filterText } = draft;
  if (filterText !== "")
    return (
      <Textarea
        label="Rows that stay"
        description="This filter has more than conditions that all hold, so it is shown as JSON."
        autosize
        minRows={4}
        value={filterText}
        onChange={(event) => onChange({ filterText: event.currentTarget.value })}
        classNames={{ input: classes.code ?? "" }}
      />
    );
  const set = (index: number, condition: FilterCondition) => onChange({ conditions: conditions.map((item, at) => (at === index ? condition : item)) });
  return (
    <fieldset className={classes.part}>
      <legend>Rows that stay</legend>
      <p className={classes.hint}>
        {"All conditions hold. Values may hold {{user.email}}, {{user.id}} and {{attribute.NAME}}; where one is not known of the reader, no row is shown."}
      </p>
      {conditions.map((condition, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a condition has nothing else that tells it apart while it is typed
        <ConditionRow key={index} number={index + 1} condition={condition} onChange={(next) => set(index, next)} />
      ))}
      <div className={classes.pills}>
        <Button variant="default" size="compact-xs" onClick={() => onChange({ conditions: [...conditions, { column: "", op: "eq", value: "" }] })}>
          Add a condition
        </Button>
        {conditions.length > 1 && (
          <Button variant="subtle" color="gray" size="compact-xs" onClick={() => onChange({ conditions: conditions.slice(0, -1) })}>
            Remove the last
          </Button>
        )}
      </div>
    </fieldset>
  );
}

interface ConditionRowProps {
  readonly number: number;
  readonly condition: FilterCondition;
  readonly onChange: (condition: FilterCondition) => void;
}

function ConditionRow({ number, condition, onChange }: ConditionRowProps) {
  const { column, op } = condition;
  const text = valuesText(condition);
  return (
    <div className={classes.row}>
      <TextInput
        aria-label={`Condition ${number}: column`}
        placeholder="Column"
        size="xs"
        value={column}
        onChange={(event) => onChange(conditionWith(event.currentTarget.value, op, text))}
      />
      <Select
        aria-label={`Condition ${number}: comparison`}
        size="xs"
        allowDeselect={false}
        data={Object.entries(FILTER_WORDS).map(([value, label]) => ({ value, label }))}
        value={op}
        onChange={(next) => onChange(conditionWith(column, (next ?? op) as FilterOperator, text))}
      />
      {FILTER_OPERATORS[op] !== "none" && (
        <TextInput
          aria-label={`Condition ${number}: value`}
          placeholder={FILTER_OPERATORS[op] === "one" ? "Value" : "Values with commas between"}
          size="xs"
          value={text}
          onChange={(event) => onChange(conditionWith(column, op, event.currentTarget.value))}
        />
      )}
    </div>
  );
}
