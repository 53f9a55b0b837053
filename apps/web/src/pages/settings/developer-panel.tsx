import { Button, Select, TextInput } from "@mantine/core";
import { useSuspenseQuery } from "@tanstack/react-query";
import { safeguardQuery, useSetSafeguard } from "../../api/settings.ts";
import { FormProblem, useApiForm } from "../../kit/form.tsx";
import { KeyValue } from "../../kit/key-value.tsx";
import { Panel } from "../../kit/panel.tsx";
import { RelativeTime } from "../../kit/relative-time.tsx";
import { StatusBadge } from "../../kit/status-badge.tsx";
import { toastDone, toastError } from "../../kit/toast.tsx";
import classes from "../people/people.module.css";

const HOUR_MS = 3_600_000;
const HOURS = ["1", "4", "8", "24"];

/** The safeguard of the developer role in production: off by itself, on for a limited time and with a reason. */
export function DeveloperPanel() {
  const { data: safeguard } = useSuspenseQuery(safeguardQuery());
  const set = useSetSafeguard();
  const form = useApiForm({
    initial: { hours: "1", reason: "" },
    send: async ({ hours, reason }) => {
      await set.mutateAsync({ enabled: true, until: new Date(Date.now() + Number(hours) * HOUR_MS).toISOString(), reason });
      toastDone("Developers have their full power", "Everybody sees a banner until it ends.");
    },
  });
  const takeBack = () => set.mutate({ enabled: false }, { onSuccess: () => toastDone("Taken back"), onError: (error) => toastError("Not changed", error) });
  return (
    <Panel
      title="Developers in production"
      text="In production the developer role is limited to building. For an emergency it can get its full power back, for a limited time and with a reason that is written down."
    >
      <div className={classes.stack}>
        <KeyValue
          items={[
            ["This installation", safeguard.mode === "production" ? "Production" : "Development: the safeguard has no effect"],
            [
              "Full power",
              safeguard.enabled ? (
                <StatusBadge key="on" tone="warn">
                  On
                </StatusBadge>
              ) : (
                <StatusBadge key="off" tone="good">
                  Off
                </StatusBadge>
              ),
            ],
            ...(safeguard.until === null ? [] : ([["Ends", <RelativeTime key="until" at={safeguard.until} />]] as const)),
            ...(safeguard.reason === null ? [] : ([["Reason", safeguard.reason]] as const)),
            ...(safeguard.changedBy === null ? [] : ([["Changed by", safeguard.changedBy]] as const)),
          ]}
        />
        {safeguard.can.change && safeguard.enabled && (
          <div className={classes.buttons}>
            <Button loading={set.isPending} onClick={takeBack}>
              Take it back now
            </Button>
          </div>
        )}
        {safeguard.can.change && !safeguard.enabled && (
          <form className={classes.stack} onSubmit={form.onSubmit} noValidate>
            <FormProblem problem={form.problem} />
            <TextInput label="Reason" placeholder="Repair of the failed nightly load" {...form.fields.getInputProps("reason")} />
            <Select
              label="For"
              data={HOURS.filter((hours) => Number(hours) <= safeguard.maxHours).map((hours) => ({
                value: hours,
                label: hours === "1" ? "1 hour" : `${hours} hours`,
              }))}
              allowDeselect={false}
              {...form.fields.getInputProps("hours")}
            />
            <div className={classes.buttons}>
              <Button type="submit" color="red" loading={form.sending}>
                Give developers their full power
              </Button>
            </div>
          </form>
        )}
      </div>
    </Panel>
  );
}
