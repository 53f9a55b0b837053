import type { PipelineDocument, PipelineNode, PipelineTest } from "@granary/protocol";
import { Button, TextInput } from "@mantine/core";
import { useState } from "react";
import { useTestDocument } from "../../../api/pipeline-builder.ts";
import { ErrorNote } from "../../../kit/error-note.tsx";
import { StatusBadge } from "../../../kit/status-badge.tsx";
import { useBuilder } from "../builder-context.ts";
import { inputsOf, nodeOf, outputsOf } from "../graph-view/ports.ts";
import { titleOf } from "../graph-view/summary.ts";
import classes from "./bottom.module.css";
import { useSample } from "./use-sample.ts";

const MOST_ROWS = 20;

/** Rows by name of column, as tests have them. */
function recordsOf(sample: { readonly columns: readonly { readonly name: string }[]; readonly rows: readonly (readonly (string | null)[])[] }) {
  return sample.rows.slice(0, MOST_ROWS).map((row) => Object.fromEntries(sample.columns.map(({ name }, index) => [name, row[index] ?? null])));
}

/** Tests of the pipeline: rows that stand in for the sources, and the rows that must come out. */
export function TestsTab() {
  const { document, edit, mayEdit } = useBuilder();
  const run = useTestDocument();
  const { tests } = document;
  const results = new Map(run.data?.items.map((item) => [item.name, item]));
  const set = (next: PipelineTest[]) => edit({ edit: "change-head", change: { tests: next } });
  return (
    <div className={classes.tests}>
      <div className={classes.sampleHead}>
        <span>Tests run with the pipeline’s own rows instead of its sources, and are kept with it.</span>
        {tests.length > 0 && (
          <Button size="compact-xs" loading={run.isPending} onClick={() => run.mutate({ document, names: [] })}>
            Run {tests.length === 1 ? "the test" : `all ${tests.length}`}
          </Button>
        )}
        {mayEdit && <FromSample onMade={(test) => set([...tests, test])} />}
      </div>
      {run.error !== null && <ErrorNote error={run.error} />}
      <ul className={classes.testList}>
        {tests.map((test, index) => {
          const result = results.get(test.name);
          return (
            <li key={test.name}>
              <TextInput
                size="xs"
                aria-label={`Name of test ${index + 1}`}
                readOnly={!mayEdit}
                value={test.name}
                onChange={(event) =>
                  edit(
                    {
                      edit: "change-head",
                      change: { tests: tests.map((other, at) => (at === index ? { ...other, name: event.currentTarget.value } : other)) },
                    },
                    `test.${index}`,
                  )
                }
              />
              <span className={classes.soft}>
                {Object.entries(test.inputs)
                  .map(([node, rows]) => `${rows.length} rows into ${node}`)
                  .join(", ")}
                {" → "}
                {Object.entries(test.expected)
                  .map(([node, rows]) => `${rows.length} out of ${node}`)
                  .join(", ")}
              </span>
              {result !== undefined && <StatusBadge tone={result.ok ? "good" : "bad"}>{result.ok ? "Passed" : "Failed"}</StatusBadge>}
              {result !== undefined && !result.ok && (
                <span className={classes.fault}>
                  {result.fault ??
                    result.nodes
                      .filter(({ ok }) => !ok)
                      .map(({ node, missing, unexpected }) => `${node}: ${missing.length} rows missing, ${unexpected.length} not expected`)
                      .join("; ")}
                </span>
              )}
              {mayEdit && (
                <Button variant="subtle" color="gray" fw={500} size="compact-xs" onClick={() => set(tests.filter((_, at) => at !== index))}>
                  Remove
                </Button>
              )}
            </li>
          );
        })}
      </ul>
      {tests.length === 0 && <p className={classes.hint}>No test yet. Choose a node behind a source, and keep what comes out now as what must come out.</p>}
    </div>
  );
}

interface Testable {
  readonly source: string;
  readonly target: PipelineNode;
}

/** The chosen node, when it stands right behind a source: then a test can be made of their samples. */
function testableOf(document: PipelineDocument, node: PipelineNode | undefined): Testable | undefined {
  if (node === undefined || outputsOf(node).length === 0) return undefined;
  const into = document.edges.filter(({ to }) => to === node.id);
  const source = into.length === 1 ? nodeOf(document, into[0]?.from) : undefined;
  return source !== undefined && inputsOf(source).length === 0 ? { source: source.id, target: node } : undefined;
}

/** Offers to make a test of the chosen node. */
function FromSample({ onMade }: { readonly onMade: (test: PipelineTest) => void }) {
  const { document, node } = useBuilder();
  const found = testableOf(document, node);
  return found === undefined ? null : <MakeTest key={found.target.id} {...found} name={`Test ${document.tests.length + 1}`} onMade={onMade} />;
}

interface MakeTestProps extends Testable {
  readonly name: string;
  readonly onMade: (test: PipelineTest) => void;
}

/** Keeps the source's sampled rows, and what comes out of the node for them, as a test. */
function MakeTest({ source, target, name, onMade }: MakeTestProps) {
  const [isAsked, setAsked] = useState(false);
  const inputs = useSample(isAsked ? source : undefined).items?.[0];
  const expected = useSample(isAsked ? target.id : undefined).items?.[0];
  if (!isAsked)
    return (
      <Button variant="default" size="compact-xs" onClick={() => setAsked(true)}>
        Make a test of {titleOf(target)}
      </Button>
    );
  if (inputs === undefined || expected === undefined)
    return (
      <Button variant="default" size="compact-xs" loading>
        Keep what comes out now
      </Button>
    );
  if (inputs.rows.length > MOST_ROWS)
    return <span className={classes.soft}>The source has more than {MOST_ROWS} rows: try it with typed rows, or put a Limit behind it.</span>;
  const made = { name, inputs: { [source]: recordsOf(inputs) }, expected: { [target.id]: recordsOf(expected) }, ordered: false, parameters: {} };
  return (
    <Button
      variant="default"
      size="compact-xs"
      onClick={() => {
        onMade(made);
        setAsked(false);
      }}
    >
      Keep what comes out now
    </Button>
  );
}
