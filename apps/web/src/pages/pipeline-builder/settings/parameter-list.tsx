import { decimalOf, GRAPH_TYPES, type GraphType, type PipelineDocument } from "@granary/protocol";
import { ActionIcon, Button, NativeSelect, TextInput } from "@mantine/core";
import Plus from "lucide-react/icons/plus";
import X from "lucide-react/icons/x";
import { EmptyState } from "../../../kit/empty-state.tsx";
import { useBuilder } from "../builder-context.ts";
import { freeId } from "../pieces.ts";
import classes from "./settings.module.css";

type Parameter = PipelineDocument["parameters"][number];

/** Values a run is given; expressions name them with a `$` before. */
export function ParameterList() {
  const { document, edit, mayEdit } = useBuilder();
  const { parameters } = document;
  const set = (next: Parameter[], going?: string) => edit({ edit: "change-head", change: { parameters: next } }, going);
  const change = (index: number, part: Partial<Parameter>, going: string) =>
    set(
      parameters.map((other, at) => (at === index ? { ...other, ...part } : other)),
      `parameter.${index}.${going}`,
    );
  return (
    <>
      {parameters.length === 0 && (
        <EmptyState small title="No parameters" text="A parameter is a value that each run is given. Expressions write it as $name." />
      )}
      {parameters.map(({ name, type, default: value, description }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a parameter's name changes while it is typed
        <fieldset key={index} className={classes.item}>
          <legend className="g-hidden">{name}</legend>
          <div className={classes.two}>
            <TextInput
              size="xs"
              label="Name"
              readOnly={!mayEdit}
              value={name}
              onChange={(event) => change(index, { name: event.currentTarget.value.toLowerCase().replaceAll(/[^a-z0-9_]/g, "_") }, "name")}
            />
            <NativeSelect
              size="xs"
              label="Type"
              disabled={!mayEdit}
              data={[...GRAPH_TYPES, ...(decimalOf(type) === undefined ? ["decimal(18,2)"] : [type])]}
              value={type}
              onChange={(event) => change(index, { type: event.currentTarget.value as GraphType }, "type")}
            />
          </div>
          <TextInput
            size="xs"
            label="When nothing is given"
            placeholder="A value has to be given"
            readOnly={!mayEdit}
            value={value ?? ""}
            onChange={(event) => change(index, { default: event.currentTarget.value === "" ? null : event.currentTarget.value }, "default")}
          />
          <TextInput
            size="xs"
            label="Description"
            readOnly={!mayEdit}
            value={description}
            onChange={(event) => change(index, { description: event.currentTarget.value }, "description")}
          />
          {mayEdit && (
            <ActionIcon className={classes.remove ?? ""} aria-label={`Remove ${name}`} onClick={() => set(parameters.filter((_, at) => at !== index))}>
              <X size={14} />
            </ActionIcon>
          )}
        </fieldset>
      ))}
      {mayEdit && (
        <Button
          variant="default"
          size="xs"
          leftSection={<Plus size={13} />}
          onClick={() =>
            set([...parameters, { name: freeId("parameter", new Set(parameters.map(({ name }) => name))), type: "text", default: null, description: "" }])
          }
        >
          Add a parameter
        </Button>
      )}
    </>
  );
}
