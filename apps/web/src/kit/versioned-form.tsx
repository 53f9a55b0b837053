import { isApiError } from "@granary/client";
import { Button } from "@mantine/core";
import { useEffect, useEffectEvent, useState } from "react";
import { type ApiForm, FormProblem, useApiForm } from "./form.tsx";
import classes from "./versioned-form.module.css";

type Values = Record<string, unknown>;

/** What a field is called, and how its value is told when two versions stand beside each other. */
interface FieldWords<T> {
  readonly label: string;
  readonly say?: (value: T) => string;
}

interface VersionedFormOptions<V extends Values> {
  /** The object as it is stored now. It may change under the form at any time. */
  readonly version: number;
  readonly stored: V;
  readonly words: { readonly [K in keyof V]: FieldWords<V[K]> };
  /** Saves; the version is the one the values were edited from. */
  readonly send: (values: V, version: number) => Promise<unknown>;
}

/** One field that was changed both here and by somebody else. */
interface Difference {
  readonly name: string;
  readonly label: string;
  readonly yours: string;
  readonly now: string;
}

export interface Conflict {
  readonly differences: readonly Difference[];
  readonly keep: () => void;
  readonly take: () => void;
}

export interface VersionedForm<V extends Values> extends ApiForm<V> {
  readonly dirty: boolean;
  readonly conflict: Conflict | undefined;
}

/** The order of a list of choices says nothing. */
const plain = (value: unknown): string => JSON.stringify(Array.isArray(value) ? value.map(String).sort() : value);
const isSame = (one: Values, other: Values): boolean => Object.keys(one).every((name) => plain(one[name]) === plain(other[name]));

function differences<V extends Values>(yours: V, now: V, words: VersionedFormOptions<V>["words"]): Difference[] {
  const say = <K extends keyof V & string>(name: K, value: V[K]) => words[name].say?.(value) ?? String(value);
  return (Object.keys(now) as (keyof V & string)[])
    .filter((name) => plain(yours[name]) !== plain(now[name]))
    .map((name) => ({ name, label: words[name].label, yours: say(name, yours[name]), now: say(name, now[name]) }));
}

/**
 * A form over an object with a version. While nothing is typed it follows the stored object; what is typed is never
 * overwritten. When somebody else changed the same fields meanwhile, `conflict` holds both versions and the two ways out.
 */
export function useVersionedForm<V extends Values>({ version, stored, words, send }: VersionedFormOptions<V>): VersionedForm<V> {
  const [base, setBase] = useState({ version, values: stored, follows: false });
  const [saved, setSaved] = useState(false);
  const [refusedAt, setRefusedAt] = useState<number>();
  const form = useApiForm<V>({
    initial: stored,
    send: async (values) => {
      try {
        await send(values, base.version);
        setSaved(true);
      } catch (error) {
        if (isApiError(error, "edit.conflict")) setRefusedAt(base.version);
        throw error;
      }
    },
  });
  const values = form.fields.values;
  const dirty = !isSame(values, base.values);
  const adopt = (follows: boolean) => {
    setBase({ version, values: stored, follows });
    setSaved(false);
  };
  const step = form.sending || version === base.version ? "stay" : stepAfter({ values, base: base.values, stored, saved });
  if (step === "follow" || step === "rebase") adopt(step === "follow");
  const fill = useEffectEvent((now: V) => {
    form.fields.setValues(now);
    form.fields.clearErrors();
  });
  useEffect(() => {
    if (base.follows) fill(base.values);
  }, [base]);
  const found = step === "ask" ? differences(values, stored, words) : undefined;
  const isAnswered = isApiError(form.problem?.error, "edit.conflict") && (found !== undefined || refusedAt !== base.version);
  return {
    ...form,
    problem: isAnswered ? undefined : form.problem,
    dirty,
    conflict: found === undefined ? undefined : { differences: found, keep: () => adopt(false), take: () => adopt(true) },
  };
}

interface Versions {
  readonly values: Values;
  readonly base: Values;
  readonly stored: Values;
  readonly saved: boolean;
}

/** What a newer version means to a form: its values are taken over, they concern other fields, or the person is asked. */
function stepAfter({ values, base, stored, saved }: Versions): "follow" | "rebase" | "ask" {
  if (saved || isSame(values, base) || isSame(stored, values)) return "follow";
  return isSame(stored, base) ? "rebase" : "ask";
}

/** What a versioned form says above its fields: both versions after a change by somebody else, or why it was refused. */
export function VersionedProblem({ form }: { readonly form: Pick<VersionedForm<Values>, "problem" | "conflict"> }) {
  const { conflict, problem } = form;
  if (conflict === undefined) return <FormProblem problem={problem} />;
  return (
    <div className={classes.conflict} role="alert" aria-label="Changed by somebody else">
      <p className={classes.text}>Somebody else changed this while you were editing. Nothing of yours is lost; choose what to go on with.</p>
      <table className={classes.versions} aria-label="Both versions">
        <thead>
          <tr>
            <th scope="col">Field</th>
            <th scope="col">Yours</th>
            <th scope="col">Current</th>
          </tr>
        </thead>
        <tbody>
          {conflict.differences.map(({ name, label, yours, now }) => (
            <tr key={name}>
              <th scope="row">{label}</th>
              <td>{yours === "" ? "empty" : yours}</td>
              <td>{now === "" ? "empty" : now}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <div className={classes.buttons}>
        <Button variant="default" size="xs" onClick={conflict.keep}>
          Keep editing mine
        </Button>
        <Button variant="default" size="xs" onClick={conflict.take}>
          Take the current
        </Button>
      </div>
    </div>
  );
}
