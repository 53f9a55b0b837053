import type { AccessLevel } from "@granary/protocol";
import { Button, Textarea } from "@mantine/core";
import { useState } from "react";
import { useAskForAccess } from "../../api/dataset-sharing.ts";
import { FormProblem, useApiForm } from "../../kit/form.tsx";
import { StatusBadge } from "../../kit/status-badge.tsx";
import { LevelChoice } from "./level-choice.tsx";
import classes from "./sharing.module.css";

interface AskFormProps {
  readonly datasetId: string;
  /** What the person has already. */
  readonly above?: AccessLevel;
  readonly owner: string | undefined;
}

/** Asks the owner of a dataset for access, or for more of it. */
export function AskForm({ datasetId, above, owner }: AskFormProps) {
  const ask = useAskForAccess();
  const [isAsked, setAsked] = useState(false);
  const form = useApiForm<{ level: AccessLevel; reason: string }>({
    initial: { level: above === undefined ? "viewer" : above === "viewer" ? "contributor" : "owner", reason: "" },
    send: async (values) => {
      await ask.mutateAsync({ params: { dataset: datasetId }, body: values });
      setAsked(true);
    },
  });
  if (isAsked) return <StatusBadge tone="good">Asked {owner ?? "the owner"}. You will be told here and by the bell.</StatusBadge>;
  return (
    <form className={classes.ask} onSubmit={form.onSubmit} noValidate>
      <FormProblem problem={form.problem} />
      <LevelChoice
        isLabelled
        label="What you would like to be"
        value={form.fields.values.level}
        onChange={(level) => form.fields.setFieldValue("level", level)}
        {...(above === undefined ? {} : { above })}
      />
      <Textarea
        className={classes.wide ?? ""}
        label="Why"
        placeholder="What you need it for helps to decide"
        autosize
        minRows={2}
        {...form.fields.getInputProps("reason")}
      />
      <Button type="submit" loading={form.sending}>
        Ask for access
      </Button>
    </form>
  );
}
