import { PasswordInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import type { ComponentProps } from "react";
import { passwordStrengthQuery } from "../../api/auth.ts";
import classes from "./gate.module.css";

const TYPING_MS = 220;
const WORDS = ["Guessed at once", "Easy to guess", "Could be stronger", "Strong", "Very strong"] as const;
const STEPS = [1, 2, 3, 4] as const;

interface NewPasswordProps {
  readonly label?: string;
  readonly password: string;
  readonly email?: string;
  readonly name?: string;
  readonly input: ComponentProps<typeof PasswordInput>;
}

/** A field for a new password, rated while it is typed by the same rule that would refuse it. */
export function NewPassword({ label = "Password", password, email = "", name = "", input }: NewPasswordProps) {
  const [settled] = useDebouncedValue(password, TYPING_MS);
  const asked = { password: settled, ...(email === "" ? {} : { email }), ...(name === "" ? {} : { name }) };
  const { data } = useQuery({ ...passwordStrengthQuery(asked), placeholderData: keepPreviousData });
  const rated = password === "" ? undefined : data;
  const shown = rated === undefined ? 0 : Math.max(1, rated.acceptable ? rated.score : Math.min(2, rated.score));
  const advice =
    rated === undefined
      ? "At least 10 characters. Several unusual words are better than one with signs."
      : [WORDS[rated.acceptable ? rated.score : Math.min(2, rated.score)], rated.warning, ...(rated.acceptable ? [] : rated.suggestions.slice(0, 1))]
          .filter(Boolean)
          .join(". ");
  return (
    <div>
      <PasswordInput label={label} autoComplete="new-password" required withAsterisk={false} aria-describedby="password-advice" {...input} />
      <div className={classes.meter} data-score={shown} aria-hidden="true">
        {STEPS.map((step) => (
          <span key={step} className={classes.step} data-on={step <= shown || undefined} />
        ))}
      </div>
      <p className={classes.advice} id="password-advice" role="status">
        {advice}
      </p>
    </div>
  );
}
