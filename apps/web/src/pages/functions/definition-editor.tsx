import type { TransformationDefinition } from "@granary/protocol";
import { ActionIcon, Button, Select, TextInput } from "@mantine/core";
import Plus from "lucide-react/icons/plus";
import Trash from "lucide-react/icons/trash-2";
import { Panel } from "../../kit/panel.tsx";
import { CodeEditor } from "./code-editor.tsx";
import { type FunctionDraft, TYPES } from "./function-draft.ts";
import classes from "./functions.module.css";

interface DefinitionEditorProps {
  readonly language: FunctionDraft["language"];
  readonly definition: TransformationDefinition;
  readonly onChange: (definition: TransformationDefinition) => void;
  readonly isReadOnly: boolean;
}

const HINTS = {
  sql: "An expression over the arguments, by their names. It runs at the engine's speed.",
  javascript: "The body of (row) => …; arguments are row.name, texts or null. It runs in a box of its own, without network and files.",
} as const;

/** What goes in, what comes out, and how. */
export function DefinitionEditor({ language, definition, onChange, isReadOnly }: DefinitionEditorProps) {
  const set = (part: Partial<TransformationDefinition>) => onChange({ ...definition, ...part });
  const list = definition.arguments;
  const setArgument = (index: number, part: Partial<(typeof list)[number]>) =>
    set({ arguments: list.map((item, at) => (at === index ? { ...item, ...part } : item)) });
  return (
    <Panel title="Definition" text={HINTS[language]}>
      <div className={classes.stack}>
        <fieldset className={classes.arguments}>
          <legend className={classes.legend}>Arguments</legend>
          {list.map((argument, index) => (
            <div key={index} className={classes.argument}>
              <TextInput
                size="xs"
                aria-label={`Name of argument ${index + 1}`}
                value={argument.name}
                disabled={isReadOnly}
                onChange={(event) => setArgument(index, { name: event.currentTarget.value })}
              />
              <Select
                size="xs"
                aria-label={`Type of argument ${index + 1}`}
                data={[...TYPES]}
                value={argument.type}
                disabled={isReadOnly}
                allowDeselect={false}
                onChange={(type) => setArgument(index, { type: type ?? "text" })}
              />
              <TextInput
                size="xs"
                aria-label={`What argument ${index + 1} is`}
                placeholder="What it is"
                value={argument.description}
                disabled={isReadOnly}
                onChange={(event) => setArgument(index, { description: event.currentTarget.value })}
              />
              <ActionIcon
                aria-label={`Take away argument ${argument.name}`}
                disabled={isReadOnly}
                onClick={() => set({ arguments: list.filter((_, at) => at !== index) })}
              >
                <Trash size={14} />
              </ActionIcon>
            </div>
          ))}
          <div>
            <Button
              variant="default"
              size="compact-xs"
              leftSection={<Plus size={13} />}
              disabled={isReadOnly}
              onClick={() => set({ arguments: [...list, { name: `argument_${list.length + 1}`, type: "text", description: "" }] })}
            >
              Add an argument
            </Button>
          </div>
        </fieldset>
        <Select
          label="Comes out"
          size="xs"
          data={[...TYPES]}
          value={definition.returns}
          disabled={isReadOnly}
          allowDeselect={false}
          onChange={(returns) => set({ returns: returns ?? "text" })}
          className={classes.short}
        />
        <CodeEditor label="Body" language={language} value={definition.body} onChange={(body) => set({ body })} isReadOnly={isReadOnly} />
      </div>
    </Panel>
  );
}
