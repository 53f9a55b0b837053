import type { ConfigSchema, JsonValue } from "@granary/protocol";
import { ActionIcon, Button, Input, MultiSelect, TextInput } from "@mantine/core";
import Plus from "lucide-react/icons/plus";
import Trash from "lucide-react/icons/trash-2";
import { type ReactNode, useId } from "react";
import classes from "./config-form.module.css";
import { isObject, pathText, startValue } from "./config-values.ts";
import { type FieldProps, useFormState } from "./form-state.ts";
import { useInputProps } from "./plain-field.tsx";

interface ListFieldProps extends FieldProps {
  /** Draws the fields of an item that is an object. */
  readonly renderItem: (item: Omit<FieldProps, "title" | "isRequired">) => ReactNode;
}

const listOf = (value: JsonValue | undefined): readonly JsonValue[] => (Array.isArray(value) ? (value as readonly JsonValue[]) : []);

/** A list: choices of an enum, texts one below the other, or a card for each object. */
export function ListField(props: ListFieldProps) {
  if (props.schema.items?.enum !== undefined) return <EnumList {...props} />;
  return <Items {...props} />;
}

function EnumList(props: FieldProps) {
  const { placeholder: _, ...input } = useInputProps(props);
  const items = props.schema.items?.enum ?? [];
  const titles = props.schema.items?.enumTitles ?? [];
  return (
    <MultiSelect
      {...input}
      data={items.map((item, index) => ({ value: String(item), label: titles[index] ?? String(item) }))}
      value={listOf(props.value).map(String)}
      onChange={(next) => props.onChange(items.filter((item) => next.includes(String(item))))}
      clearable
      clearButtonProps={{ "aria-label": `Clear ${props.title}` }}
    />
  );
}

/** The first text of an object in a list: what its card is called. */
function nameOf(item: JsonValue, place: number): string {
  const text = isObject(item) ? Object.values(item).find((value) => typeof value === "string" && value !== "") : undefined;
  return typeof text === "string" ? text : `${place + 1}`;
}

function Items({ renderItem, ...props }: ListFieldProps) {
  const { title, schema, value, path, onChange, isRequired } = props;
  const { disabled, error } = useInputProps(props);
  const id = useId();
  const list = listOf(value);
  const items: ConfigSchema = schema.items ?? { type: "string" };
  const isFull = schema.maxItems !== undefined && list.length >= schema.maxItems;
  const set = (next: readonly JsonValue[]) => onChange(next.length === 0 ? undefined : next);
  const change = (index: number, item: JsonValue | undefined) => set(list.map((before, at) => (at === index ? (item ?? "") : before)));
  return (
    <Input.Wrapper label={title} labelElement="div" labelProps={{ id }} description={schema.description} error={error} withAsterisk={isRequired}>
      <ul className={classes.items} aria-labelledby={id}>
        {list.map((item, index) => (
          <li key={index} className={items.type === "object" ? classes.card : classes.item}>
            {items.type === "object" ? (
              <>
                <div className={classes.cardHead}>
                  <span className={classes.cardTitle}>{nameOf(item, index)}</span>
                  <Remove name={`${title} ${nameOf(item, index)}`} disabled={disabled} onClick={() => set(list.filter((_, at) => at !== index))} />
                </div>
                {renderItem({ schema: items, value: item, path: [...path, index], onChange: (next) => change(index, next) })}
              </>
            ) : (
              <>
                <PlainItem title={title} index={index} schema={items} value={item} path={[...path, index]} onChange={(next) => change(index, next)} />
                <Remove name={`${title} ${index + 1}`} disabled={disabled} onClick={() => set(list.filter((_, at) => at !== index))} />
              </>
            )}
          </li>
        ))}
      </ul>
      <Button
        variant="default"
        size="compact-xs"
        leftSection={<Plus size={13} />}
        disabled={disabled || isFull}
        onClick={() => set([...list, startValue(items) ?? (items.type === "object" ? {} : "")])}
        aria-label={`Add to ${title}`}
      >
        Add
      </Button>
    </Input.Wrapper>
  );
}

function Remove({ name, disabled, onClick }: { readonly name: string; readonly disabled: boolean; readonly onClick: () => void }) {
  return (
    <ActionIcon variant="subtle" color="gray" size="sm" aria-label={`Take away ${name}`} disabled={disabled} onClick={onClick}>
      <Trash size={14} />
    </ActionIcon>
  );
}

interface PlainItemProps extends Omit<FieldProps, "isRequired"> {
  readonly index: number;
}

function PlainItem({ title, index, schema, value, path, onChange }: PlainItemProps) {
  const { messageAt, onTouch, disabled } = useFormState();
  const at = pathText(path);
  const isNumber = schema.type === "integer" || schema.type === "number";
  const text = typeof value === "string" || typeof value === "number" ? String(value) : "";
  const [example] = schema.examples ?? [];
  return (
    <TextInput
      className={classes.grow}
      aria-label={`${title} ${index + 1}`}
      disabled={disabled}
      error={messageAt(at)}
      value={text}
      {...(typeof example === "string" && { placeholder: example })}
      {...(isNumber && { inputMode: "decimal" as const })}
      onBlur={() => onTouch(at)}
      onChange={(event) => {
        const next = event.currentTarget.value;
        onChange(isNumber && next.trim() !== "" && Number.isFinite(Number(next)) ? Number(next) : next);
      }}
    />
  );
}
