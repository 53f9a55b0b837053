import type { GraphColumn } from "@granary/protocol";
import { ExpressionField } from "../expression/expression-field.tsx";
import { Field } from "./field.tsx";
import classes from "./fields.module.css";
import { Rows } from "./rows.tsx";
import { TextField } from "./text-field.tsx";

export interface NamedExpression {
  readonly name: string;
  readonly expression: string;
}

interface NamedExpressionsProps {
  readonly path: string;
  readonly label: string;
  readonly text?: string;
  /** Of one of them, such as `measure`. */
  readonly name: string;
  readonly hint: string;
  /** What a new column is called. */
  readonly fresh: string;
  readonly kinds?: readonly ("scalar" | "aggregate" | "window")[];
  readonly columns: readonly GraphColumn[];
  readonly value: readonly NamedExpression[];
  readonly onChange: (value: NamedExpression[], going?: string) => void;
}

function freeName(wanted: string, taken: readonly NamedExpression[]): string {
  const names = new Set(taken.map(({ name }) => name));
  let number = 1;
  while (names.has(number === 1 ? wanted : `${wanted}_${number}`)) number += 1;
  return number === 1 ? wanted : `${wanted}_${number}`;
}

/** New columns, each with a name and what it is computed by. */
export function NamedExpressions({ path, label, text, name, hint, fresh, kinds, columns, value, onChange }: NamedExpressionsProps) {
  return (
    <Field path={path} label={label} {...(text === undefined ? {} : { text })}>
      <Rows name={name} isOrdered rows={value} onChange={(rows) => onChange(rows)} fresh={() => ({ name: freeName(fresh, value), expression: "" })}>
        {(row, _set, index) => {
          const change = (part: Partial<NamedExpression>, going: string) =>
            onChange(
              value.map((other, at) => (at === index ? { ...other, ...part } : other)),
              `${path}.${index}.${going}`,
            );
          return (
            <div className={classes.stack}>
              <TextField
                path={`${path}.${index}.name`}
                spoken={`Name of ${name} ${index + 1}`}
                placeholder="Name"
                value={row.name}
                onChange={(next) => change({ name: next }, "name")}
              />
              <ExpressionField
                path={`${path}.${index}.expression`}
                label={`Expression of ${row.name === "" ? `${name} ${index + 1}` : row.name}`}
                bare
                hint={hint}
                value={row.expression}
                onChange={(expression) => change({ expression }, "expression")}
                columns={columns}
                {...(kinds === undefined ? {} : { kinds })}
              />
            </div>
          );
        }}
      </Rows>
    </Field>
  );
}
