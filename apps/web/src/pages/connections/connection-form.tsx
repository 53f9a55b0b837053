import { ApiError, isApiError } from "@granary/client";
import type { ConfigValues, ConnectionCheck, ConnectorSpec } from "@granary/protocol";
import { Button, Textarea, TextInput } from "@mantine/core";
import { type FormEvent, type ReactNode, useMemo, useState } from "react";
import { useTryConnection } from "../../api/connections.ts";
import { checkConfig, ConfigForm, configIssues, sentValues } from "../../kit/config-form/index.ts";
import { ErrorNote, messageOf } from "../../kit/error-note.tsx";
import type { ApiForm } from "../../kit/form.tsx";
import { Panel } from "../../kit/panel.tsx";
import { CheckReport, CheckUnderway } from "./check-report.tsx";
import classes from "./connections.module.css";

export interface ConnectionValues extends Record<string, unknown> {
  readonly name: string;
  readonly description: string;
  readonly config: ConfigValues;
}

interface ConnectionFormProps {
  readonly spec: ConnectorSpec;
  readonly form: ApiForm<ConnectionValues>;
  /** Whose secrets are meant where they are kept. */
  readonly connection?: string;
  readonly action: string;
  /** Stands above the fields, such as a conflict. */
  readonly above?: ReactNode;
  readonly isReadOnly?: boolean;
  readonly onCancel?: () => void;
}

const focusFirstFault = () => requestAnimationFrame(() => document.querySelector<HTMLElement>("form [aria-invalid=true]")?.focus());

/** Name, settings, a test of both, and saving: the same for a new connection and for one that is changed. */
export function ConnectionForm({ spec, form, connection, action, above, isReadOnly = false, onCancel }: ConnectionFormProps) {
  const { values } = form.fields;
  const [isTried, setTried] = useState(false);
  const test = useTryConnection();
  const [tested, setTested] = useState<ConfigValues>();
  const fault = form.problem?.error ?? test.error;
  const issues = useMemo(() => configIssues(fault).filter(({ path }) => path !== "name" && path !== "description"), [fault]);
  const isRight = () => {
    setTried(true);
    const isGood = checkConfig(spec.config, values.config).length === 0;
    if (!isGood) focusFirstFault();
    return isGood;
  };
  const runTest = () => {
    if (!isRight()) return;
    const config = sentValues(spec.config, values.config);
    setTested(values.config);
    test.mutate({ kind: spec.kind, config, ...(connection !== undefined && { connection: connection as never }) }, { onError: focusFirstFault });
  };
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (isRight()) form.onSubmit(event);
  };
  const isNameTaken = isApiError(form.problem?.error, "connection.name_taken");
  return (
    <form className={classes.form} onSubmit={submit} noValidate>
      {above}
      {form.problem !== undefined && !isNameTaken && <ErrorNote error={form.problem.error} />}
      <div className={classes.about}>
        <TextInput
          label="Name"
          description="What people and pipelines call it"
          withAsterisk
          required
          maxLength={200}
          disabled={isReadOnly}
          {...form.fields.getInputProps("name")}
          error={isNameTaken ? messageOf(form.problem?.error) : form.fields.errors["name"]}
        />
        <Textarea label="Description" autosize minRows={1} maxRows={5} maxLength={5_000} disabled={isReadOnly} {...form.fields.getInputProps("description")} />
      </div>
      <ConfigForm
        schema={spec.config}
        values={values.config}
        onChange={(config) => form.fields.setFieldValue("config", config as never)}
        issues={issues}
        isTried={isTried}
        disabled={isReadOnly}
      />
      {!isReadOnly && (
        <>
          <TestResult check={test.data} isPending={test.isPending} error={test.error} isOld={tested !== values.config} />
          <div className={classes.buttons}>
            {onCancel !== undefined && (
              <Button variant="subtle" color="gray" onClick={onCancel}>
                Cancel
              </Button>
            )}
            <Button variant="default" onClick={runTest} loading={test.isPending}>
              Test
            </Button>
            <Button type="submit" loading={form.sending}>
              {action}
            </Button>
          </div>
        </>
      )}
    </form>
  );
}

interface TestResultProps {
  readonly check: ConnectionCheck | undefined;
  readonly isPending: boolean;
  readonly error: unknown;
  readonly isOld: boolean;
}

function TestResult({ check, isPending, error, isOld }: TestResultProps) {
  if (isPending)
    return (
      <Panel title="Test">
        <CheckUnderway />
      </Panel>
    );
  // What concerns a field stands there.
  if (error !== null) return error instanceof ApiError && error.issues.length > 0 ? null : <ErrorNote error={error} />;
  if (check === undefined) return null;
  const text = isOld ? "The settings were changed since; test again to be sure." : check.ok ? "The connection works." : "The connection does not work yet.";
  return (
    <div role="status">
      <Panel title="Test" text={text}>
        <CheckReport check={check} />
      </Panel>
    </div>
  );
}
