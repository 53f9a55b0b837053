import type { ConfigSchema, ConfigValues } from "@granary/protocol";
import { useId, useState } from "react";
import { checkConfig, type ConfigIssue } from "./check-config.ts";
import classes from "./config-form.module.css";
import { askedFields, type FieldGroup, groupedFields } from "./field-order.ts";
import { FormStateProvider } from "./form-state.ts";
import { ObjectFields } from "./object-fields.tsx";
import { placeConfigIssues } from "./place-issues.ts";

interface ConfigFormProps {
  /** Describes an object. */
  readonly schema: ConfigSchema;
  /** From `startValues`, so that defaults are filled in. */
  readonly values: ConfigValues;
  readonly onChange: (values: ConfigValues) => void;
  /** What the server found wrong, from `configIssues`; each goes away when its field is changed. */
  readonly issues?: readonly ConfigIssue[];
  /** Shows every fault, also of fields nobody has touched: after somebody tried to save. */
  readonly isTried?: boolean;
  readonly disabled?: boolean;
}

const NO_ISSUES: readonly ConfigIssue[] = [];

/** Settings of any kind as a form, drawn from their schema: the one way connections, streams, nodes and templates are filled in. */
export function ConfigForm({ schema, values, onChange, issues = NO_ISSUES, isTried = false, disabled = false }: ConfigFormProps) {
  const [touched, setTouched] = useState<ReadonlySet<string>>(new Set());
  // What the fields held when the server spoke: a message stands until its field holds something else.
  const [spoken, setSpoken] = useState({ issues, values });
  if (spoken.issues !== issues) setSpoken({ issues, values });
  const own = placeConfigIssues(schema, values, checkConfig(schema, values)).byPath;
  const theirs = placeConfigIssues(schema, spoken.values, issues);
  const messageAt = (path: string): string | undefined => {
    const found = isTried || touched.has(path) ? own.get(path) : undefined;
    return found ?? (isSameAt(path, spoken.values, values) ? theirs.byPath.get(path) : undefined);
  };
  const state = {
    messageAt,
    hasMessageBelow: (path: string) => [...own.keys(), ...theirs.byPath.keys()].some((at) => isWithin(at, path) && messageAt(at) !== undefined),
    onTouch: (path: string) => setTouched((before) => (before.has(path) ? before : new Set([...before, path]))),
    disabled,
  };
  const groups = groupedFields(schema, askedFields(schema, values));
  return (
    <FormStateProvider value={state}>
      <div className={classes.form}>
        {theirs.rest.length > 0 && <Rest issues={theirs.rest} />}
        {groups.map((group) => (
          <Group key={group.id ?? ""} group={group} values={values} onChange={onChange} />
        ))}
      </div>
    </FormStateProvider>
  );
}

const isWithin = (path: string, parent: string): boolean => path === parent || path.startsWith(`${parent}.`);

const valueAt = (values: unknown, path: string): unknown =>
  path.split(".").reduce<unknown>((node, part) => (typeof node === "object" && node !== null ? (node as Record<string, unknown>)[part] : undefined), values);

const isSameAt = (path: string, before: ConfigValues, now: ConfigValues): boolean =>
  JSON.stringify(valueAt(before, path)) === JSON.stringify(valueAt(now, path));

interface GroupProps {
  readonly group: FieldGroup;
  readonly values: ConfigValues;
  readonly onChange: (values: ConfigValues) => void;
}

function Group({ group, values, onChange }: GroupProps) {
  const id = useId();
  const fields = <ObjectFields fields={group.fields} values={values} path={[]} onChange={onChange} />;
  if (group.title === undefined) return <div className={classes.fields}>{fields}</div>;
  return (
    <section className={classes.group} aria-labelledby={id}>
      <h3 id={id} className={classes.groupTitle}>
        {group.title}
      </h3>
      <div className={classes.fields}>{fields}</div>
    </section>
  );
}

/** What the server found wrong that no field of this form asks for. */
function Rest({ issues }: { readonly issues: readonly ConfigIssue[] }) {
  return (
    <div className={classes.rest} role="alert">
      <ul>
        {issues.map(({ path, message }) => (
          <li key={`${path} ${message}`}>
            {path !== "" && <span className="g-mono">{path}</span>} {message}
          </li>
        ))}
      </ul>
    </div>
  );
}
