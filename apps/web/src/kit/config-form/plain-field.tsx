import type { JsonValue } from "@granary/protocol";
import { NumberInput, Radio, Select, Switch, Textarea, TextInput } from "@mantine/core";
import { useState } from "react";
import classes from "./config-form.module.css";
import { pathText } from "./config-values.ts";
import { type FieldProps, useFormState } from "./form-state.ts";

/** What all inputs share: the words around them, whether they are wrong, and when they were left. */
export function useInputProps({ title, schema, path, isRequired }: FieldProps) {
  const { messageAt, onTouch, disabled } = useFormState();
  const at = pathText(path);
  const error = messageAt(at);
  const [example] = schema.examples ?? [];
  return {
    label: title,
    disabled,
    error,
    "aria-invalid": error !== undefined,
    name: at,
    onBlur: () => onTouch(at),
    ...(schema.description !== undefined && { description: schema.description }),
    // The star alone: the browser's own check would keep a form from saying everything at once.
    ...(isRequired && { withAsterisk: true, "aria-required": true }),
    ...(example !== undefined && { placeholder: typeof example === "string" ? example : JSON.stringify(example) }),
  };
}

export function TextField(props: FieldProps) {
  const input = useInputProps(props);
  const { schema, value, onChange } = props;
  const text = typeof value === "string" ? value : "";
  const isLong = schema.multiline === true || schema.format === "json";
  const change = (next: string) => onChange(next === "" ? undefined : next);
  if (isLong)
    return (
      <Textarea
        {...input}
        autosize
        minRows={3}
        maxRows={14}
        value={text}
        onChange={(event) => change(event.currentTarget.value)}
        classNames={{ input: classes.code ?? "" }}
        spellCheck={false}
      />
    );
  return (
    <TextInput
      {...input}
      value={text}
      onChange={(event) => change(event.currentTarget.value)}
      spellCheck={false}
      autoComplete="off"
      {...(schema.format === "uri" && { inputMode: "url" as const })}
    />
  );
}

export function NumberField(props: FieldProps) {
  const input = useInputProps(props);
  const { schema, value, onChange } = props;
  return (
    <NumberInput
      {...input}
      value={typeof value === "number" ? value : ""}
      onChange={(next) => onChange(typeof next === "number" ? next : undefined)}
      allowDecimal={schema.type === "number"}
      allowNegative={(schema.minimum ?? -1) < 0}
      clampBehavior="none"
      hideControls
      className={classes.short}
    />
  );
}

export function YesNoField(props: FieldProps) {
  const { label, disabled, error, description, onBlur, name } = useInputProps(props);
  return (
    <Switch
      label={label}
      description={description}
      disabled={disabled}
      error={error}
      name={name}
      onBlur={onBlur}
      checked={props.value === true}
      onChange={(event) => props.onChange(event.currentTarget.checked)}
    />
  );
}

const keyOf = (value: JsonValue): string => (typeof value === "string" ? value : JSON.stringify(value));

export function EnumField(props: FieldProps) {
  const input = useInputProps(props);
  const { schema, value, onChange, isRequired } = props;
  const options = (schema.enum ?? []).map((item, index) => ({ value: keyOf(item), label: schema.enumTitles?.[index] ?? keyOf(item) }));
  const chosen = value === undefined ? null : keyOf(value);
  const choose = (key: string | null) => onChange((schema.enum ?? []).find((item) => keyOf(item) === key));
  if (schema.display === "radio") {
    const { placeholder: _, onBlur, ...group } = input;
    return (
      <Radio.Group {...group} value={chosen ?? ""} onChange={choose} onBlur={onBlur}>
        <div className={classes.choices}>
          {options.map((option) => (
            <Radio key={option.value} value={option.value} label={option.label} disabled={input.disabled} />
          ))}
        </div>
      </Radio.Group>
    );
  }
  return (
    <Select
      {...input}
      data={options}
      value={chosen}
      onChange={choose}
      allowDeselect={!isRequired && schema.default === undefined}
      searchable={options.length > 10}
      className={classes.medium}
    />
  );
}

/** Any JSON, for what no other field can ask: it is handed on once it can be read. */
export function JsonField(props: FieldProps) {
  const input = useInputProps(props);
  const [text, setText] = useState(() => (props.value === undefined ? "" : JSON.stringify(props.value, null, 2)));
  const [isBroken, setBroken] = useState(false);
  const change = (next: string) => {
    setText(next);
    if (next.trim() === "") {
      setBroken(false);
      return props.onChange(undefined);
    }
    try {
      props.onChange(JSON.parse(next) as JsonValue);
      setBroken(false);
    } catch {
      setBroken(true);
    }
  };
  const error = isBroken ? "This is not JSON yet. Look for a missing quote, comma or bracket." : input.error;
  return (
    <Textarea
      {...input}
      error={error}
      aria-invalid={error !== undefined}
      autosize
      minRows={3}
      maxRows={14}
      value={text}
      onChange={(event) => change(event.currentTarget.value)}
      classNames={{ input: classes.code ?? "" }}
      spellCheck={false}
    />
  );
}
