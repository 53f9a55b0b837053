import type { JsonSchema } from "../../api/reference.ts";
import classes from "./reference.module.css";

type Schemas = Readonly<Record<string, JsonSchema>>;

const DEEPEST = 4;
const MOST_VALUES = 12;

/** The schema a reference names, and its name. */
export function resolveSchema(schema: JsonSchema, schemas: Schemas): { readonly schema: JsonSchema; readonly name: string | undefined } {
  const name = schema.$ref?.split("/").at(-1);
  return name === undefined ? { schema, name } : { schema: schemas[name] ?? {}, name };
}

/** A type in a few words: `string, date-time`, `User[]`, `"a" or "b"`. */
function typeText(schema: JsonSchema): string {
  if (schema.$ref !== undefined) return schema.$ref.split("/").at(-1) ?? "";
  if (schema.enum !== undefined) return enumText(schema.enum);
  return shapeText(schema);
}

function enumText(values: readonly unknown[]): string {
  const said = values.slice(0, MOST_VALUES).map((value) => JSON.stringify(value));
  return [...said, ...(values.length > MOST_VALUES ? [`${values.length - MOST_VALUES} more`] : [])].join(" or ");
}

function shapeText(schema: JsonSchema): string {
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined) return choices.map(typeText).join(" or ");
  if (schema.type === "array") return `${typeText(schema.items ?? {})}[]`;
  const type = Array.isArray(schema.type) ? schema.type.join(" or ") : (schema.type ?? "any");
  return schema.format === undefined ? String(type) : `${type}, ${schema.format}`;
}

interface SchemaViewProps {
  readonly schema: JsonSchema;
  readonly schemas: Schemas;
  readonly inline?: boolean;
  readonly depth?: number;
}

/** The schema of a list's items, or the schema itself. */
function innerOf(schema: JsonSchema, schemas: Schemas): JsonSchema {
  const { schema: real } = resolveSchema(schema, schemas);
  return real.type === "array" && real.items !== undefined ? resolveSchema(real.items, schemas).schema : real;
}

/** A schema as a tree of its properties; named schemas unfold in place. */
export function SchemaView({ schema, schemas, inline = false, depth = 0 }: SchemaViewProps) {
  const { name } = resolveSchema(schema, schemas);
  const inner = innerOf(schema, schemas);
  const choices = inner.anyOf ?? inner.oneOf;
  if (inline || (inner.properties === undefined && choices === undefined)) return <Type text={typeText(schema)} schema={schema} />;
  if (choices !== undefined) return <Choices choices={choices} schemas={schemas} depth={depth} />;
  return (
    <>
      {name !== undefined && depth === 0 && <p className={classes.schemaName}>{name}</p>}
      <dl className={classes.properties}>
        {Object.entries(inner.properties ?? {}).map(([key, property]) => (
          <Property key={key} name={key} required={inner.required?.includes(key) === true} schema={property} schemas={schemas} depth={depth} />
        ))}
      </dl>
    </>
  );
}

function Choices({ choices, schemas, depth }: { readonly choices: readonly JsonSchema[]; readonly schemas: Schemas; readonly depth: number }) {
  return (
    <div className={classes.choices}>
      {choices.map((choice, index) => (
        <div key={`${index} ${typeText(choice)}`}>
          <span className="g-soft">{index === 0 ? "either" : "or"}</span> <SchemaView schema={choice} schemas={schemas} depth={depth + 1} />
        </div>
      ))}
    </div>
  );
}

function Type({ text, schema }: { readonly text: string; readonly schema: JsonSchema }) {
  return (
    <span className={classes.type}>
      {text}
      {schema.default !== undefined && <span className="g-soft"> = {JSON.stringify(schema.default)}</span>}
    </span>
  );
}

function isDeep(schema: JsonSchema, schemas: Schemas): boolean {
  const { schema: real } = resolveSchema(schema, schemas);
  if (real.type === "array") return real.items !== undefined && isDeep(real.items, schemas);
  return real.properties !== undefined || (real.anyOf ?? real.oneOf ?? []).some((choice) => isDeep(choice, schemas));
}

function Property({
  name,
  required,
  schema,
  schemas,
  depth,
}: {
  readonly name: string;
  readonly required: boolean;
  readonly schema: JsonSchema;
  readonly schemas: Schemas;
  readonly depth: number;
}) {
  const { schema: real } = resolveSchema(schema, schemas);
  const deep = depth < DEEPEST && isDeep(schema, schemas);
  const description = schema.description ?? real.description;
  return (
    <div className={classes.property}>
      <dt>
        <code>{name}</code> {required && <span className={classes.required}>required</span>}
      </dt>
      <dd>
        {deep ? (
          <details>
            <summary>
              <Type text={typeText(schema)} schema={schema} />
            </summary>
            <SchemaView schema={schema} schemas={schemas} depth={depth + 1} />
          </details>
        ) : (
          <Type text={typeText(schema)} schema={schema} />
        )}
        {description !== undefined && <span className={classes.note}>{description}</span>}
      </dd>
    </div>
  );
}
