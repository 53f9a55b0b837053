import { Checkbox, NativeSelect, NumberInput } from "@mantine/core";
import { useBuilder } from "../builder-context.ts";
import classes from "./settings.module.css";

type NumberKey = "maxConcurrent" | "timeoutS" | "priority";
type RetryKey = "maxAttempts" | "baseS" | "factor" | "maxS";

const HOUR_S = 3_600;

/** How long the waits between attempts are, in words. */
export function retryText({
  maxAttempts,
  baseS,
  factor,
  maxS,
}: {
  readonly maxAttempts: number;
  readonly baseS: number;
  readonly factor: number;
  readonly maxS: number;
}): string {
  if (maxAttempts === 1) return "A step that fails is not tried again.";
  const waits = Array.from({ length: Math.min(maxAttempts - 1, 6) }, (_, index) => Math.min(maxS, Math.round(baseS * factor ** index)));
  return `Waits about ${waits.join(", ")}${maxAttempts - 1 > waits.length ? " …" : ""} seconds between attempts.`;
}

/** Attempts, limits and what is kept of a run. */
export function RunningFields() {
  const { document, edit, mayEdit } = useBuilder();
  const { settings } = document;
  const set = (change: Partial<typeof settings>, going: string) =>
    edit({ edit: "change-head", change: { settings: { ...settings, ...change } } }, `settings.${going}`);
  const number = (key: NumberKey, label: string, limits: { readonly min: number; readonly max: number; readonly description?: string }) => (
    <NumberInput
      label={label}
      {...limits}
      readOnly={!mayEdit}
      allowDecimal={false}
      value={settings[key]}
      onChange={(value) => typeof value === "number" && set({ [key]: value }, key)}
    />
  );
  const retry = (key: RetryKey, label: string, limits: { readonly min: number; readonly max: number }) => (
    <NumberInput
      label={label}
      {...limits}
      readOnly={!mayEdit}
      value={settings.retry[key]}
      onChange={(value) => typeof value === "number" && set({ retry: { ...settings.retry, [key]: value } }, `retry.${key}`)}
    />
  );
  return (
    <>
      <fieldset className={classes.group}>
        <legend>When a step fails for a reason that may pass</legend>
        <div className={classes.two}>
          {retry("maxAttempts", "Attempts", { min: 1, max: 20 })}
          {retry("baseS", "First wait, seconds", { min: 0.1, max: HOUR_S })}
          {retry("factor", "Each wait longer by", { min: 1, max: 10 })}
          {retry("maxS", "Longest wait, seconds", { min: 1, max: 86_400 })}
        </div>
        <p className={classes.text}>{retryText(settings.retry)}</p>
      </fieldset>
      <div className={classes.two}>
        {number("timeoutS", "A run may take, seconds", { min: 1, max: 604_800 })}
        {number("maxConcurrent", "Runs at the same time", { min: 1, max: 20 })}
      </div>
      {number("priority", "Priority", { min: -10, max: 10, description: "Runs of a higher one go first when all workers are busy." })}
      <NativeSelect
        label="When one destination fails"
        disabled={!mayEdit}
        data={[
          { value: "none", label: "Publish nothing" },
          { value: "publish", label: "Publish those that succeeded" },
        ]}
        value={settings.partial}
        onChange={(event) => set({ partial: event.currentTarget.value as "none" }, "partial")}
      />
      <NativeSelect
        label="Rows kept of every run"
        description="To look at, and to go on from the step that failed."
        disabled={!mayEdit}
        data={[
          { value: "needed", label: "What is needed to go on (faster)" },
          { value: "all", label: "The output of every node" },
        ]}
        value={settings.keepOutputs}
        onChange={(event) => set({ keepOutputs: event.currentTarget.value as "all" }, "keepOutputs")}
      />
      <Checkbox
        label="Tell the owner of runs that succeeded too"
        disabled={!mayEdit}
        checked={settings.notifySuccess}
        onChange={(event) => set({ notifySuccess: event.currentTarget.checked }, "notifySuccess")}
      />
    </>
  );
}
