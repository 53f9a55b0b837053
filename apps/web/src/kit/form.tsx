import { ApiError } from "@granary/client";
import { useForm, type UseFormReturnType } from "@mantine/form";
import { type FormEvent, type ReactNode, useState } from "react";
import { flushSync } from "react-dom";
import classes from "./error-note.module.css";
import { ErrorNote, messageOf } from "./error-note.tsx";

type Values = Record<string, unknown>;

export interface ApiForm<V extends Values> {
  readonly fields: UseFormReturnType<V>;
  /** What went wrong as a whole, beside the fields' own messages. */
  readonly problem: FormFault | undefined;
  readonly onSubmit: (event: FormEvent<HTMLFormElement>) => void;
  readonly sending: boolean;
  readonly reset: () => void;
}

export interface FormFault {
  readonly error: unknown;
  /** Issues that belong to no field of the form. */
  readonly rest: readonly { readonly path: string; readonly message: string }[];
  /** Whether every issue stands at its field, so that the sentence on top can be short. */
  readonly placed: boolean;
}

/** `body.session.idleTimeout` finds the field `session.idleTimeout`, or its nearest parent that the form has. */
function fieldFor(path: string, names: ReadonlySet<string>): string | undefined {
  const parts = path.replace(/^(body|query|params)\./, "").split(".");
  for (let length = parts.length; length > 0; length -= 1) {
    const name = parts.slice(0, length).join(".");
    if (names.has(name)) return name;
  }
  return undefined;
}

function sentence(message: string): string {
  return `${message.charAt(0).toUpperCase()}${message.slice(1)}`;
}

/** Sorts an error's issues into messages by field and those without one; several for one field are all kept. */
export function placeIssues(error: unknown, names: ReadonlySet<string>): { readonly byField: Record<string, string>; readonly fault: FormFault } {
  const byField: Record<string, string> = {};
  const rest: { path: string; message: string }[] = [];
  for (const issue of error instanceof ApiError ? error.issues : []) {
    const field = fieldFor(issue.path, names);
    if (field === undefined) rest.push(issue);
    else byField[field] = byField[field] === undefined ? sentence(issue.message) : `${byField[field]}. ${sentence(issue.message)}`;
  }
  return { byField, fault: { error, rest, placed: Object.keys(byField).length > 0 && rest.length === 0 } };
}

interface ApiFormOptions<V extends Values> {
  readonly initial: V;
  readonly send: (values: V) => Promise<unknown>;
  /** Checked before sending: only what the server cannot know, such as a repeated password. */
  readonly check?: (values: V) => Partial<Record<keyof V & string, string>>;
}

/** A form whose rules are the server's: every issue of a refusal is shown at once, each at its field, and nothing typed is lost. */
export function useApiForm<V extends Values>({ initial, send, check }: ApiFormOptions<V>): ApiForm<V> {
  const fields = useForm<V>({
    initialValues: initial,
    // Mantine's password field marks an error by a data attribute alone, which no screen reader hears.
    enhanceGetInputProps: ({ form, field }) => (form.errors[String(field)] === undefined ? {} : { "aria-invalid": true }),
  });
  const [problem, setProblem] = useState<FormFault>();
  const [sending, setSending] = useState(false);
  const submit = async (values: V) => {
    const own = Object.entries(check?.(values) ?? {}).filter(([, message]) => message !== undefined);
    if (own.length > 0) return fields.setErrors(Object.fromEntries(own) as Record<string, ReactNode>);
    setSending(true);
    setProblem(undefined);
    try {
      await send(values);
    } catch (error) {
      const { byField, fault } = placeIssues(error, new Set(Object.keys(values)));
      // The field to go to is known when the messages are on the page.
      flushSync(() => {
        fields.setErrors(byField);
        setProblem(fault);
      });
      document.querySelector<HTMLElement>("form [aria-invalid=true]")?.focus();
    } finally {
      setSending(false);
    }
  };
  return {
    fields,
    problem,
    sending,
    onSubmit: (event) => {
      event.preventDefault();
      if (!sending) void submit(fields.getValues());
    },
    reset: () => {
      setProblem(undefined);
      fields.reset();
    },
  };
}

/** What a form says above its fields after a refusal. */
export function FormProblem({ problem }: { readonly problem: FormFault | undefined }) {
  if (problem === undefined) return null;
  if (problem.placed) return null;
  if (problem.rest.length === 0) return <ErrorNote error={problem.error} />;
  return (
    <div className={classes.note} role="alert">
      <div className={classes.words}>
        <p className={classes.text}>{messageOf(problem.error)}</p>
        <ul className={classes.list}>
          {problem.rest.map(({ path, message }) => (
            <li key={`${path} ${message}`}>
              <span className="g-mono">{path.replace(/^body\./, "")}</span> {message}
            </li>
          ))}
        </ul>
      </div>
    </div>
  );
}
