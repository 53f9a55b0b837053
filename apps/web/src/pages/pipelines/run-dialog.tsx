import type { ConfigValues, PipelineDocument } from "@granary/protocol";
import { Button, Checkbox, Modal } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { pipelineQuery, useRunPipeline } from "../../api/pipelines.ts";
import { checkConfig, ConfigForm, configIssues, sentValues, startValues } from "../../kit/config-form/index.ts";
import { ErrorNote } from "../../kit/error-note.tsx";
import { Line } from "../../kit/skeleton.tsx";
import { toastDone } from "../../kit/toast.tsx";
import { useOpenRun } from "../runs/use-run-actions.tsx";
import { parameterSchema } from "./parameter-schema.ts";
import classes from "./pipelines.module.css";

interface RunDialogProps {
  readonly pipeline: { readonly id: string; readonly name: string };
  readonly onClose: () => void;
}

/** Runs a pipeline now: with these parameters, for real or only to see what would come of it. */
export function RunDialog({ pipeline, onClose }: RunDialogProps) {
  const query = useQuery(pipelineQuery(pipeline.id));
  return (
    <Modal opened onClose={onClose} title={`Run ${pipeline.name}`}>
      {query.error !== null && query.data === undefined && <ErrorNote error={query.error} onRetry={() => void query.refetch()} />}
      {query.isPending && (
        <div className={classes.stack} role="status" aria-label="Loading">
          <Line width="70%" />
          <Line width="50%" />
        </div>
      )}
      {query.data !== undefined && <RunForm id={pipeline.id} document={query.data.document} onClose={onClose} />}
    </Modal>
  );
}

interface RunFormProps {
  readonly id: string;
  readonly document: PipelineDocument;
  readonly onClose: () => void;
}

function RunForm({ id, document, onClose }: RunFormProps) {
  const schema = useMemo(() => parameterSchema(document.parameters), [document]);
  const [values, setValues] = useState<ConfigValues>(() => startValues(schema));
  const [isTried, setTried] = useState(false);
  const [isDry, setDry] = useState(false);
  const [isFull, setFull] = useState(false);
  const run = useRunPipeline();
  const open = useOpenRun();
  const issues = useMemo(() => configIssues(run.error, "parameters"), [run.error]);
  const incremental = document.nodes.filter((node) => node.kind === "source_stream" && node.settings.mode === "incremental").map((node) => node.id);
  const send = () => {
    setTried(true);
    if (checkConfig(schema, values).length > 0) return;
    run.mutate(
      { pipeline: id, body: { parameters: sentValues(schema, values), dryRun: isDry, fullRefresh: isFull ? incremental : [] } },
      {
        onSuccess: (after) => {
          onClose();
          toastDone(`Run ${after.number} has begun`);
          void open(after.id);
        },
      },
    );
  };
  return (
    <form
      className={classes.stack}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      {run.error !== null && <ErrorNote error={run.error} />}
      {document.parameters.length > 0 && <ConfigForm schema={schema} values={values} onChange={setValues} issues={issues} isTried={isTried} />}
      <Checkbox
        checked={isDry}
        onChange={(event) => setDry(event.currentTarget.checked)}
        label="Dry run"
        description="Works on samples of the sources and writes nothing: shows columns, counts and what would change."
      />
      {incremental.length > 0 && (
        <Checkbox
          checked={isFull}
          onChange={(event) => setFull(event.currentTarget.checked)}
          label="Read everything again"
          description={`Otherwise only what is new since the last run is read at ${incremental.join(", ")}.`}
        />
      )}
      <div className={classes.buttons}>
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button type="submit" loading={run.isPending}>
          {isDry ? "Try it" : "Run"}
        </Button>
      </div>
    </form>
  );
}
