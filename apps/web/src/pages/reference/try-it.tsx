import { Button, Textarea, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { type JsonSchema, type Operation, tryOperation } from "../../api/reference.ts";
import { ErrorNote, SaidError } from "../../kit/error-note.tsx";
import { StatusBadge } from "../../kit/status-badge.tsx";
import classes from "./reference.module.css";
import { sampleBody } from "./sample.ts";

const LONGEST_SHOWN = 20_000;

function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), undefined, 2).slice(0, LONGEST_SHOWN);
  } catch {
    return text.slice(0, LONGEST_SHOWN);
  }
}

function addressOf(operation: Operation, values: Readonly<Record<string, string>>): string {
  const path = operation.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(values[name] ?? ""));
  const query = new URLSearchParams(
    operation.parameters.filter(({ in: place, name }) => place === "query" && (values[name] ?? "") !== "").map(({ name }) => [name, values[name] ?? ""]),
  );
  return `/api/v1${path}${query.size === 0 ? "" : `?${query}`}`;
}

/** Sends the request from this page, as whoever is signed in at this browser. */
export function TryIt({ operation, schemas }: { readonly operation: Operation; readonly schemas: Readonly<Record<string, JsonSchema>> }) {
  const [open, setOpen] = useState(false);
  const sendable = operation.requestBody === undefined || operation.requestBody.content?.["application/json"] !== undefined;
  if (!sendable) return null;
  if (!open) {
    return (
      <Button variant="default" size="xs" onClick={() => setOpen(true)}>
        Try it
      </Button>
    );
  }
  return <Trial operation={operation} schemas={schemas} />;
}

function Trial({ operation, schemas }: { readonly operation: Operation; readonly schemas: Readonly<Record<string, JsonSchema>> }) {
  const [values, setValues] = useState<Readonly<Record<string, string>>>({});
  const [body, setBody] = useState(() => sampleBody(operation, schemas));
  const headers = operation.parameters.filter((parameter) => parameter.in === "header" && (values[parameter.name] ?? "") !== "");
  const send = useMutation({
    mutationFn: () =>
      tryOperation(operation.method, addressOf(operation, values), Object.fromEntries(headers.map(({ name }) => [name, values[name] ?? ""])), body),
  });
  return (
    <form
      className={classes.trial}
      onSubmit={(event) => {
        event.preventDefault();
        send.mutate();
      }}
    >
      {operation.parameters.map((parameter) => (
        <TextInput
          key={`${parameter.in} ${parameter.name}`}
          size="xs"
          label={`${parameter.name} (${parameter.in})`}
          required={parameter.required}
          value={values[parameter.name] ?? ""}
          onChange={(event) => setValues({ ...values, [parameter.name]: event.currentTarget.value })}
        />
      ))}
      {body !== undefined && (
        <Textarea
          label="Body"
          autosize
          minRows={3}
          maxRows={16}
          value={body}
          onChange={(event) => setBody(event.currentTarget.value)}
          styles={{ input: { fontFamily: "var(--g-mono)", fontSize: "0.75rem" } }}
        />
      )}
      <Button type="submit" size="xs" color={operation.method === "DELETE" ? "red" : "wheat"} loading={send.isPending}>
        Send {operation.method}
      </Button>
      {send.error !== null && <ErrorNote error={new SaidError("The request could not be sent. Check the network and the headers.")} />}
      {send.data !== undefined && (
        <div>
          <p className={classes.outcome}>
            <StatusBadge tone={send.data.status < 400 ? "good" : "bad"}>{send.data.status}</StatusBadge>{" "}
            <span className="g-soft">{send.data.milliseconds} ms</span>
          </p>
          <pre className={classes.code} tabIndex={0} aria-label="Answer">
            {send.data.text === "" ? "no content" : pretty(send.data.text)}
          </pre>
        </div>
      )}
    </form>
  );
}
