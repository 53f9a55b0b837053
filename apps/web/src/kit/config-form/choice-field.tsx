import type { ConfigSchema, ConfigValues } from "@granary/protocol";
import { Radio, Select } from "@mantine/core";
import type { ReactNode } from "react";
import classes from "./config-form.module.css";
import { branchOf, chosen, discriminatorOf, isObject } from "./config-values.ts";
import { titleOf } from "./field-order.ts";
import { type FieldProps, useFormState } from "./form-state.ts";

interface ChoiceFieldProps extends FieldProps {
  /** Draws the fields of the chosen one. */
  readonly renderFields: (value: ConfigValues) => ReactNode;
}

/** One of several shapes, such as ways to sign in; the fields of the chosen one follow. */
export function ChoiceField({ title, schema, value, path, onChange, isRequired, renderFields }: ChoiceFieldProps) {
  const { disabled, onTouch } = useFormState();
  const discriminator = discriminatorOf(schema);
  const values = isObject(value) ? value : {};
  const options = (schema.oneOf ?? []).map((branch) => optionOf(branch, discriminator));
  const now = branchOf(schema, value);
  const current = now === undefined ? undefined : optionOf(now, discriminator).value;
  const choose = (key: string | null) => {
    const branch = schema.oneOf?.find((item) => optionOf(item, discriminator).value === key);
    if (branch !== undefined && key !== current) onChange(chosen(schema, branch, values));
  };
  const input = {
    label: title,
    ...(schema.description !== undefined && { description: schema.description }),
    ...(isRequired && { withAsterisk: true }),
  };
  return (
    <div className={classes.choice}>
      {schema.display === "radio" ? (
        <Radio.Group {...input} value={current ?? ""} onChange={choose}>
          <div className={classes.choices}>
            {options.map((option) => (
              <Radio key={option.value} value={option.value} label={option.label} description={option.text} disabled={disabled} />
            ))}
          </div>
        </Radio.Group>
      ) : (
        <Select
          {...input}
          data={options.map(({ value: key, label }) => ({ value: key, label }))}
          value={current ?? null}
          onChange={choose}
          allowDeselect={false}
          disabled={disabled}
          onBlur={() => onTouch(path.join("."))}
          className={classes.medium}
        />
      )}
      {schema.display !== "radio" && now?.description !== undefined && <p className={classes.hint}>{now.description}</p>}
      <div className={classes.branch}>{renderFields(values)}</div>
    </div>
  );
}

function optionOf(branch: ConfigSchema, discriminator: string | undefined) {
  const fixed = discriminator === undefined ? undefined : branch.properties?.[discriminator]?.const;
  const value = String(fixed ?? branch.title ?? "");
  return { value, label: branch.title ?? titleOf(value, { type: "string" }), text: branch.description };
}
