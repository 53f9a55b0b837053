import type { RouteResult, Routes, TransformationDefinition } from "@granary/protocol";
import { ActionIcon, Button, TextInput } from "@mantine/core";
import Play from "lucide-react/icons/play";
import Plus from "lucide-react/icons/plus";
import Trash from "lucide-react/icons/trash-2";
import { useState } from "react";
import { useTryTransformation } from "../../api/functions.ts";
import { ErrorNote } from "../../kit/error-note.tsx";
import { useFormat } from "../../kit/format.tsx";
import { Panel } from "../../kit/panel.tsx";
import { StatusBadge } from "../../kit/status-badge.tsx";
import { fitted, type FunctionDraft } from "./function-draft.ts";
import classes from "./functions.module.css";

type Tried = RouteResult<Routes["transformations.try"]>;
type Test = TransformationDefinition["tests"][number];

interface TryPanelProps {
  readonly draft: FunctionDraft;
  readonly onTests: (tests: TransformationDefinition["tests"]) => void;
  readonly isReadOnly: boolean;
}

const asValue = (text: string): string | null => (text === "" ? null : text);

/** The function on a sample row and on its tests, before anything is kept. An empty field is null. */
export function TryPanel({ draft, onTests, isReadOnly }: TryPanelProps) {
  const { definition, language } = draft;
  const format = useFormat();
  const [sample, setSample] = useState<readonly (string | null)[]>([]);
  const attempt = useTryTransformation();
  const names = definition.arguments.map(({ name }) => name);
  const row = fitted(sample, names.length);
  const tests = definition.tests.map((test) => ({ ...test, inputs: fitted(test.inputs, names.length) }));
  const run = () => attempt.mutate({ language, definition: { ...definition, tests }, rows: [row] });
  const setTest = (index: number, part: Partial<Test>) => onTests(tests.map((test, at) => (at === index ? { ...test, ...part } : test)));
  return (
    <Panel
      title="Try it"
      text="Nothing is kept. An empty field is null."
      actions={
        <Button size="xs" leftSection={<Play size={13} />} loading={attempt.isPending} onClick={run}>
          Try
        </Button>
      }
    >
      <div className={classes.stack}>
        <div className={classes.sample}>
          {names.map((name, index) => (
            <TextInput
              key={name}
              size="xs"
              label={name}
              value={row[index] ?? ""}
              onChange={(event) => setSample(row.map((value, at) => (at === index ? asValue(event.currentTarget.value) : value)))}
            />
          ))}
        </div>
        {attempt.error !== null && <ErrorNote error={attempt.error} />}
        {attempt.data !== undefined && <Outcome tried={attempt.data} />}
        <h3 className={classes.subtitle}>Tests</h3>
        {tests.length === 0 && <p className={classes.note}>A test keeps an input and what must come of it; it is run each time the function is tried.</p>}
        <ul className={classes.tests}>
          {tests.map((test, index) => (
            <li key={index} className={classes.test}>
              <TextInput
                size="xs"
                label="Test"
                value={test.name}
                disabled={isReadOnly}
                onChange={(event) => setTest(index, { name: event.currentTarget.value })}
              />
              {names.map((name, place) => (
                <TextInput
                  key={name}
                  size="xs"
                  label={name}
                  value={test.inputs[place] ?? ""}
                  disabled={isReadOnly}
                  onChange={(event) => setTest(index, { inputs: test.inputs.map((value, at) => (at === place ? asValue(event.currentTarget.value) : value)) })}
                />
              ))}
              <TextInput
                size="xs"
                label="must give"
                value={test.expected ?? ""}
                disabled={isReadOnly}
                onChange={(event) => setTest(index, { expected: asValue(event.currentTarget.value) })}
              />
              <TestState tried={attempt.data} name={test.name} />
              <ActionIcon aria-label={`Take away test ${test.name}`} disabled={isReadOnly} onClick={() => onTests(tests.filter((_, at) => at !== index))}>
                <Trash size={14} />
              </ActionIcon>
            </li>
          ))}
        </ul>
        {!isReadOnly && (
          <div>
            <Button
              variant="default"
              size="compact-xs"
              leftSection={<Plus size={13} />}
              onClick={() => onTests([...tests, { name: `test ${tests.length + 1}`, inputs: row, expected: attempt.data?.results[0]?.value ?? null }])}
            >
              Keep the sample as a test
            </Button>
          </div>
        )}
        {attempt.data !== undefined && <p className={classes.note}>Took {format.duration(attempt.data.ms / 1_000)}.</p>}
      </div>
    </Panel>
  );
}

function Outcome({ tried }: { readonly tried: Tried }) {
  const [first] = tried.results;
  const fault = tried.fault ?? first?.fault ?? null;
  if (fault !== null)
    return (
      <p className={classes.fault} role="alert">
        {fault}
      </p>
    );
  return (
    <p className={classes.outcome} role="status">
      Gives <code>{first?.value ?? "null"}</code>
    </p>
  );
}

function TestState({ tried, name }: { readonly tried: Tried | undefined; readonly name: string }) {
  const found = tried?.tests.find((test) => test.name === name);
  if (found === undefined) return <StatusBadge tone="idle">not run</StatusBadge>;
  if (found.ok) return <StatusBadge tone="good">passed</StatusBadge>;
  return <StatusBadge tone="bad">{found.fault ?? `gave ${found.got ?? "null"}`}</StatusBadge>;
}
