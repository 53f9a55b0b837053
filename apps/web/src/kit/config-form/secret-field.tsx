import { Button, Input, PasswordInput, Textarea } from "@mantine/core";
import { KEPT_SECRET } from "@granary/protocol";
import LockKeyhole from "lucide-react/icons/lock-keyhole";
import { useState } from "react";
import classes from "./config-form.module.css";
import { isKept } from "./config-values.ts";
import type { FieldProps } from "./form-state.ts";
import { useInputProps } from "./plain-field.tsx";

/** A secret. One that is kept is never shown: it stays, is replaced by a new one, or is taken away. */
export function SecretField(props: FieldProps) {
  const { value, onChange, schema, title } = props;
  // What was kept when the form began: the way back from replacing it.
  const [wasKept] = useState(() => isKept(value));
  const { placeholder, ...input } = useInputProps(props);
  const name = title.charAt(0).toLowerCase() + title.slice(1);
  const back = wasKept && (
    <Button variant="subtle" color="gray" size="compact-xs" onClick={() => onChange(KEPT_SECRET)} disabled={input.disabled}>
      Keep the one before
    </Button>
  );
  if (isKept(value) || (wasKept && value === null))
    return (
      <Input.Wrapper label={title} description={schema.description} error={input.error} withAsterisk={props.isRequired} labelElement="div">
        <div className={classes.kept} role="group" aria-label={title}>
          <LockKeyhole size={14} aria-hidden="true" />
          <span className={classes.keptText}>{value === null ? "Taken away when you save" : "Kept, encrypted"}</span>
          <Button variant="default" size="compact-xs" onClick={() => onChange("")} disabled={input.disabled} aria-label={`Replace the ${name}`}>
            Replace
          </Button>
          {value === null
            ? back
            : !props.isRequired && (
                <Button
                  variant="subtle"
                  color="gray"
                  size="compact-xs"
                  onClick={() => onChange(null)}
                  disabled={input.disabled}
                  aria-label={`Clear the ${name}`}
                >
                  Clear
                </Button>
              )}
        </div>
      </Input.Wrapper>
    );
  const text = typeof value === "string" ? value : "";
  const hint = placeholder === undefined ? {} : { placeholder };
  return (
    <div className={classes.secret}>
      {schema.multiline === true ? (
        <Textarea
          {...input}
          {...hint}
          autosize
          minRows={3}
          maxRows={10}
          value={text}
          onChange={(event) => onChange(event.currentTarget.value)}
          classNames={{ input: classes.code ?? "" }}
          spellCheck={false}
          autoComplete="off"
        />
      ) : (
        <PasswordInput
          {...input}
          {...hint}
          value={text}
          onChange={(event) => onChange(event.currentTarget.value)}
          autoComplete="new-password"
          visibilityToggleButtonProps={{ "aria-label": `Show the ${name}` }}
        />
      )}
      {back}
    </div>
  );
}
