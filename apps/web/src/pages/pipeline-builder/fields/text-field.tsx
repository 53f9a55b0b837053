import { NumberInput, TextInput } from "@mantine/core";
import { useFaultText, usePanel } from "../panels/panel-context.ts";

interface TextFieldProps {
  readonly path: string;
  readonly label?: string;
  readonly spoken?: string;
  readonly description?: string;
  readonly placeholder?: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly isCode?: boolean;
}

/** A short text of a node's settings. */
export function TextField({ path, label, spoken, value, onChange, isCode = false, ...rest }: TextFieldProps) {
  const { mayEdit } = usePanel();
  const error = useFaultText(path);
  return (
    <TextInput
      {...rest}
      size="xs"
      data-path={path}
      readOnly={!mayEdit}
      {...(label === undefined ? { "aria-label": spoken ?? path } : { label })}
      {...(error === undefined ? {} : { error })}
      {...(isCode ? { styles: { input: { fontFamily: "var(--g-mono)" } } } : {})}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}

interface NumberFieldProps {
  readonly path: string;
  readonly label: string;
  readonly description?: string;
  readonly value: number | undefined;
  readonly onChange: (value: number | undefined) => void;
  readonly min?: number;
  readonly max?: number;
  readonly suffix?: string;
  readonly placeholder?: string;
}

/** A number of a node's settings; empty is undefined. */
export function NumberField({ path, value, onChange, ...rest }: NumberFieldProps) {
  const { mayEdit } = usePanel();
  const error = useFaultText(path);
  return (
    <NumberInput
      {...rest}
      size="xs"
      data-path={path}
      readOnly={!mayEdit}
      allowDecimal={false}
      {...(error === undefined ? {} : { error })}
      value={value ?? ""}
      onChange={(next) => onChange(typeof next === "number" ? next : undefined)}
    />
  );
}
