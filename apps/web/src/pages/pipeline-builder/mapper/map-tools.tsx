import type { GraphColumn } from "@granary/protocol";
import { Button, Menu, Modal, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import ChevronDown from "lucide-react/icons/chevron-down";
import { useState } from "react";
import { schemaQuery } from "../../../api/dataset-schema.ts";
import { toastDone, toastError } from "../../../kit/toast.tsx";
import { DatasetSelect } from "../fields/dataset-select.tsx";
import { graphColumnOf } from "../fields/graph-columns.ts";
import type { MapField } from "./map-field.ts";
import classes from "./mapper.module.css";
import { dropTemplate, keepTemplate, readTemplates } from "./templates.ts";

interface MapToolsProps {
  readonly columns: readonly GraphColumn[];
  readonly fields: readonly MapField[];
  readonly onFields: (fields: readonly MapField[]) => void;
}

/** Fields for a target's columns; those that are there keep where they come from. */
function fieldsFor(target: readonly GraphColumn[], fields: readonly MapField[]): MapField[] {
  return target.map(({ name, type }) => ({ ...fields.find(({ to }) => to === name), to: name, type }));
}

/** Where the fields come from: a dataset's columns, the input's, or a shape that was kept. */
export function MapTools({ columns, fields, onFields }: MapToolsProps) {
  const client = useQueryClient();
  const [templates, setTemplates] = useState(readTemplates);
  const [isChoosing, setChoosing] = useState(false);
  const [naming, setNaming] = useState<string>();
  const takeDataset = async (name: string) => {
    try {
      const { columns: target } = await client.fetchQuery(schemaQuery(name, undefined, 0));
      onFields(
        fieldsFor(
          target.map((column) => graphColumnOf(column)),
          fields,
        ),
      );
      setChoosing(false);
    } catch (error) {
      toastError(`The columns of ${name} could not be read`, error);
    }
  };
  return (
    <div className={classes.tools}>
      <Menu position="bottom-start">
        <Menu.Target>
          <Button variant="default" size="compact-xs" rightSection={<ChevronDown size={12} />}>
            Fields of …
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => setChoosing(true)}>a dataset …</Menu.Item>
          <Menu.Item disabled={columns.length === 0} onClick={() => onFields(columns.map(({ name, type }) => ({ to: name, type, from: name })))}>
            what comes in
          </Menu.Item>
          {templates.length > 0 && <Menu.Label>Templates in this browser</Menu.Label>}
          {templates.map(({ name, fields: kept }) => (
            <Menu.Item key={name} onClick={() => onFields(kept)}>
              {name}
            </Menu.Item>
          ))}
          {templates.length > 0 && <Menu.Divider />}
          {templates.map(({ name }) => (
            <Menu.Item key={`drop ${name}`} color="red" onClick={() => setTemplates(dropTemplate(name))}>
              Forget {name}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      {fields.length > 0 && (
        <Button variant="subtle" color="gray" fw={500} size="compact-xs" onClick={() => setNaming("")}>
          Keep as a template
        </Button>
      )}
      <Modal opened={isChoosing} onClose={() => setChoosing(false)} title="Take over the fields of a dataset">
        <DatasetSelect path="map.dataset" label="Dataset" value="" onChange={(name) => void takeDataset(name)} />
      </Modal>
      <Modal opened={naming !== undefined} onClose={() => setNaming(undefined)} title="Keep as a template">
        <form
          className={classes.form}
          onSubmit={(event) => {
            event.preventDefault();
            const name = naming?.trim() ?? "";
            if (name === "") return;
            setTemplates(keepTemplate({ name, fields: [...fields] }));
            toastDone(`${name} is kept in this browser`);
            setNaming(undefined);
          }}
        >
          <TextInput data-autofocus label="Name" value={naming ?? ""} onChange={(event) => setNaming(event.currentTarget.value)} />
          <Button type="submit">Keep</Button>
        </form>
      </Modal>
    </div>
  );
}
