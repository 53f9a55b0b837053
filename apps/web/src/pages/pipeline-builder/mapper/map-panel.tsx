import type { GraphColumn } from "@granary/protocol";
import { ActionIcon, Button } from "@mantine/core";
import X from "lucide-react/icons/x";
import { useLayoutEffect, useRef, useState } from "react";
import { ExpressionField } from "../expression/expression-field.tsx";
import { Choice } from "../fields/choice.tsx";
import { ColumnSelect } from "../fields/column-select.tsx";
import { Field } from "../fields/field.tsx";
import fieldClasses from "../fields/fields.module.css";
import { TextField } from "../fields/text-field.tsx";
import { TypeSelect } from "../fields/type-select.tsx";
import { ON_FAULT } from "../panels/column-panels.tsx";
import { type PanelProps, useColumns, usePanel } from "../panels/panel-context.ts";
import classes from "./mapper.module.css";
import { fromColumn, fromExpression, type MapField } from "./map-field.ts";
import { MapText } from "./map-text.tsx";
import { MapTools } from "./map-tools.tsx";
import { Suggestions } from "./suggestions.tsx";
import { useDrawing } from "./use-drawing.ts";

/** Source columns at the left, the target's fields at the right; a line for each that comes from a column. */
export function MapPanel({ settings, set }: PanelProps<"map">) {
  const columns = useColumns();
  const { mayEdit } = usePanel();
  const { fields } = settings;
  const setFields = (next: readonly MapField[], going?: string) => set({ fields: [...next] }, going);
  const change = (index: number, field: MapField, going?: string) =>
    setFields(
      fields.map((other, at) => (at === index ? field : other)),
      going === undefined ? undefined : `fields.${index}.${going}`,
    );
  return (
    <>
      {mayEdit && <MapTools columns={columns} fields={fields} onFields={setFields} />}
      {mayEdit && <Suggestions columns={columns} fields={fields} onFields={setFields} />}
      <Field path="fields" label="Fields" text="Drag from a column at the left to the field it fills, or choose the column in the field.">
        <MapLists columns={columns} fields={fields} onFields={setFields} onField={change} />
      </Field>
      <Choice path="onFault" label="Values that do not fit their field" value={settings.onFault} options={ON_FAULT} onChange={(onFault) => set({ onFault })} />
      <MapText settings={settings} />
    </>
  );
}

interface MapListsProps {
  readonly columns: readonly GraphColumn[];
  readonly fields: readonly MapField[];
  readonly onFields: (fields: readonly MapField[]) => void;
  readonly onField: (index: number, field: MapField, going?: string) => void;
}

interface DrawnLine {
  readonly key: string;
  readonly path: string;
}

/** Lines from columns to fields, measured after every drawing. */
function useLines(area: React.RefObject<HTMLElement | null>, fields: readonly MapField[], columns: readonly GraphColumn[]): readonly DrawnLine[] {
  const [lines, setLines] = useState<readonly DrawnLine[]>([]);
  useLayoutEffect(() => {
    const root = area.current;
    if (root === null) return undefined;
    const measure = () => {
      const frame = root.getBoundingClientRect();
      const middle = (element: Element) => {
        const { left, right, top, height } = element.getBoundingClientRect();
        return { left: left - frame.left, right: right - frame.left, y: top - frame.top + height / 2 };
      };
      const next = fields.flatMap(({ from, to }, index) => {
        const start = from === undefined ? null : root.querySelector(`[data-column="${CSS.escape(from)}"]`);
        const end = root.querySelector(`[data-field="${index}"]`);
        if (start === null || end === null) return [];
        const [one, other] = [middle(start), middle(end)];
        const bend = (other.left - one.right) / 2;
        return [
          {
            key: `${from} ${to} ${index}`,
            path: `M${one.right},${one.y} C${one.right + bend},${one.y} ${other.left - bend},${other.y} ${other.left},${other.y}`,
          },
        ];
      });
      setLines((before) => (before.length === next.length && before.every(({ path }, index) => path === next[index]?.path) ? before : next));
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(root);
    return () => observer.disconnect();
  }, [area, fields, columns]);
  return lines;
}

function MapLists({ columns, fields, onFields, onField }: MapListsProps) {
  const { mayEdit } = usePanel();
  const area = useRef<HTMLDivElement>(null);
  const lines = useLines(area, fields, columns);
  const { drawn, begin } = useDrawing(area, (column, index) => {
    const field = fields[index];
    if (field !== undefined) onField(index, fromColumn(field, column));
  });
  const used = new Set(fields.map(({ from }) => from));
  return (
    <div className={classes.lists} ref={area}>
      <svg className={classes.lines} aria-hidden="true">
        {lines.map(({ key, path }) => (
          <path key={key} d={path} className={classes.line} />
        ))}
        {drawn !== undefined && <path d={drawn} className={classes.drawn} />}
      </svg>
      <ul className={classes.sources} aria-label="Columns that come in">
        {columns.map(({ name, type }) => (
          <li key={name}>
            <button
              type="button"
              className={classes.source}
              data-column={name}
              data-used={used.has(name) || undefined}
              title={mayEdit ? "Drag to a field; a click adds a field of this name" : type}
              disabled={!mayEdit}
              onPointerDown={(event) => begin(event, name)}
              onClick={() => !fields.some(({ to }) => to === name) && onFields([...fields, { to: name, type, from: name }])}
            >
              <span>{name}</span>
              <span className={classes.type}>{type}</span>
            </button>
          </li>
        ))}
        {columns.length === 0 && <li className={fieldClasses.text}>Nothing comes in yet.</li>}
      </ul>
      <ul className={classes.targets} aria-label="Fields">
        {fields.map((field, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a field's name changes while it is typed
          <li key={index} className={classes.target} data-field={index} data-empty={(field.from === undefined && (field.expression ?? "") === "") || undefined}>
            <TargetField field={field} index={index} columns={columns} onField={onField} />
            {mayEdit && (
              <ActionIcon size="sm" aria-label={`Remove ${field.to}`} onClick={() => onFields(fields.filter((_, at) => at !== index))}>
                <X size={13} />
              </ActionIcon>
            )}
          </li>
        ))}
        {mayEdit && (
          <li>
            <Button variant="default" size="compact-xs" onClick={() => onFields([...fields, { to: `field_${fields.length + 1}`, type: "text" }])}>
              Add a field
            </Button>
          </li>
        )}
      </ul>
    </div>
  );
}

interface TargetFieldProps extends Pick<MapListsProps, "columns" | "onField"> {
  readonly field: MapField;
  readonly index: number;
}

function TargetField({ field, index, columns, onField }: TargetFieldProps) {
  const { mayEdit } = usePanel();
  const path = `fields.${index}`;
  return (
    <div className={classes.targetBody}>
      <div className={fieldClasses.two}>
        <TextField path={`${path}.to`} spoken={`Name of field ${index + 1}`} value={field.to} onChange={(to) => onField(index, { ...field, to }, "to")} />
        <TypeSelect path={`${path}.type`} spoken={`Type of ${field.to}`} value={field.type} onChange={(type) => onField(index, { ...field, type })} />
      </div>
      {field.expression === undefined ? (
        <div className={classes.from}>
          <ColumnSelect
            path={`${path}.from`}
            spoken={`Column that fills ${field.to}`}
            placeholder="From a column"
            columns={columns}
            value={field.from}
            onChange={(from) => onField(index, fromColumn(field, from))}
          />
          {mayEdit && (
            <Button variant="subtle" color="gray" fw={500} size="compact-xs" onClick={() => onField(index, fromExpression(field))}>
              ƒ Formula
            </Button>
          )}
        </div>
      ) : (
        <>
          <ExpressionField
            path={`${path}.expression`}
            label={`Expression of ${field.to}`}
            bare
            hint="trim(name)"
            value={field.expression}
            onChange={(expression) => onField(index, { to: field.to, type: field.type, expression }, "expression")}
            columns={columns}
          />
          {mayEdit && (
            <Button
              className={classes.back ?? ""}
              variant="subtle"
              color="gray"
              size="compact-xs"
              onClick={() => onField(index, { to: field.to, type: field.type })}
            >
              From a column instead
            </Button>
          )}
        </>
      )}
    </div>
  );
}
