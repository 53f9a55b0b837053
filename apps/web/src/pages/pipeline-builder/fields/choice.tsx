import { NativeSelect, SegmentedControl } from "@mantine/core";
import { useId } from "react";
import { useFaultText, usePanel } from "../panels/panel-context.ts";
import classes from "./fields.module.css";

interface ChoiceProps<V extends string> {
  readonly path: string;
  readonly label: string;
  readonly value: V;
  readonly options: readonly { readonly value: V; readonly label: string; readonly text?: string }[];
  readonly onChange: (value: V) => void;
}

/** One of a few ways, with what the chosen one means. */
export function Choice<V extends string>({ path, label, value, options, onChange }: ChoiceProps<V>) {
  const { mayEdit } = usePanel();
  const id = useId();
  const text = options.find((option) => option.value === value)?.text;
  return (
    <div className={classes.choice} data-path={path}>
      <span id={id} className={classes.label}>
        {label}
      </span>
      <SegmentedControl
        size="xs"
        fullWidth
        aria-labelledby={id}
        disabled={!mayEdit}
        data={options.map((option) => ({ value: option.value, label: option.label }))}
        value={value}
        onChange={(next) => onChange(next as V)}
      />
      {text !== undefined && <p className={classes.text}>{text}</p>}
    </div>
  );
}

interface PickProps<V extends string> extends ChoiceProps<V> {
  /** Drawn without its label. */
  readonly bare?: boolean;
}

/** One of several words. */
export function Pick<V extends string>({ path, label, value, options, onChange, bare = false }: PickProps<V>) {
  const { mayEdit } = usePanel();
  const error = useFaultText(path);
  const text = options.find((option) => option.value === value)?.text;
  return (
    <NativeSelect
      size="xs"
      data-path={path}
      disabled={!mayEdit}
      {...(bare ? { "aria-label": label } : { label })}
      {...(text === undefined || bare ? {} : { description: text, inputWrapperOrder: ["label", "input", "description", "error"] as const })}
      {...(error === undefined ? {} : { error })}
      data={options.map((option) => ({ value: option.value, label: option.label }))}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value as V)}
    />
  );
}
