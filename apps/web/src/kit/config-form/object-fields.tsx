import type { ConfigSchema, ConfigValues, JsonValue } from "@granary/protocol";
import { Button } from "@mantine/core";
import ChevronDown from "lucide-react/icons/chevron-down";
import ChevronRight from "lucide-react/icons/chevron-right";
import { type ReactNode, useId, useState } from "react";
import { ChoiceField } from "./choice-field.tsx";
import classes from "./config-form.module.css";
import { isObject, type Path, pathText, startValue, withValue } from "./config-values.ts";
import { type AskedField, askedFields, splitFields, titleOf } from "./field-order.ts";
import { type FieldProps, useFormState } from "./form-state.ts";
import { ListField } from "./list-field.tsx";
import { EnumField, JsonField, NumberField, TextField, YesNoField } from "./plain-field.tsx";
import { SecretField } from "./secret-field.tsx";

interface ObjectFieldsProps {
  readonly fields: readonly AskedField[];
  readonly values: ConfigValues;
  readonly path: Path;
  readonly onChange: (values: ConfigValues) => void;
}

const isDefault = (field: AskedField, value: JsonValue | undefined): boolean =>
  value === undefined || JSON.stringify(value) === JSON.stringify(startValue(field.schema));

/** Fields below each other; optional ones wait behind "More settings" until one of them says something. */
export function ObjectFields({ fields, values, path, onChange }: ObjectFieldsProps) {
  const { hasMessageBelow } = useFormState();
  const { shown, more } = splitFields(fields);
  const [wanted, setWanted] = useState<boolean>();
  const [isUsed] = useState(() => more.some((field) => !isDefault(field, values[field.name])));
  const id = useId();
  const isOpen = (wanted ?? isUsed) || more.some(({ name }) => hasMessageBelow(pathText([...path, name])));
  const row = ({ name, schema, isRequired }: AskedField) => (
    <Field
      key={name}
      title={titleOf(name, schema)}
      schema={schema}
      isRequired={isRequired}
      value={values[name]}
      path={[...path, name]}
      onChange={(value) => onChange(withValue(values, [name], value))}
    />
  );
  return (
    <>
      {shown.map(row)}
      {more.length > 0 && (
        <>
          <div>
            <Button
              variant="subtle"
              color="gray"
              size="compact-sm"
              leftSection={isOpen ? <ChevronDown size={14} /> : <ChevronRight size={14} />}
              aria-expanded={isOpen}
              aria-controls={id}
              onClick={() => setWanted(!isOpen)}
            >
              {isOpen ? "Fewer settings" : `More settings (${more.length})`}
            </Button>
          </div>
          <div id={id} className={classes.fields} hidden={!isOpen}>
            {isOpen && more.map(row)}
          </div>
        </>
      )}
    </>
  );
}

/** One field of any kind. */
function Field(props: FieldProps): ReactNode {
  const { schema } = props;
  if (schema.secret === true) return <SecretField {...props} />;
  if (schema.enum !== undefined) return <EnumField {...props} />;
  switch (schema.type) {
    case "object":
      return <ObjectField {...props} />;
    case "array":
      return (
        <ListField {...props} renderItem={({ schema: item, value, path, onChange }) => <Inner schema={item} value={value} path={path} onChange={onChange} />} />
      );
    case "boolean":
      return <YesNoField {...props} />;
    case "integer":
    case "number":
      return <NumberField {...props} />;
    default:
      return <TextField {...props} />;
  }
}

function ObjectField(props: FieldProps) {
  const { schema, title, value, path, onChange } = props;
  const { messageAt } = useFormState();
  const message = messageAt(pathText(path));
  if (schema.oneOf !== undefined)
    return (
      <>
        <ChoiceField {...props} renderFields={(values) => <Inner schema={schema} value={values} path={path} onChange={onChange} />} />
        <Message text={message} />
      </>
    );
  if (schema.properties === undefined) return <JsonField {...props} />;
  return (
    <fieldset className={classes.nested}>
      <legend className={classes.legend}>{title}</legend>
      {schema.description !== undefined && <p className={classes.hint}>{schema.description}</p>}
      <Message text={message} />
      <Inner schema={schema} value={value} path={path} onChange={onChange} />
    </fieldset>
  );
}

function Message({ text }: { readonly text: string | undefined }) {
  return text === undefined ? null : (
    <p className={classes.fault} role="alert">
      {text}
    </p>
  );
}

interface InnerProps {
  readonly schema: ConfigSchema;
  readonly value: JsonValue | undefined;
  readonly path: Path;
  readonly onChange: (value: JsonValue | undefined) => void;
}

function Inner({ schema, value, path, onChange }: InnerProps) {
  const values = isObject(value) ? value : {};
  return <ObjectFields fields={askedFields(schema, values)} values={values} path={path} onChange={onChange} />;
}
