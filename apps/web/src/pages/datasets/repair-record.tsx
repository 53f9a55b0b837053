import type { Batch, Reject, RejectRepair } from "@granary/protocol";
import { Button, SegmentedControl, Textarea, TextInput } from "@mantine/core";
import { useState } from "react";
import { useRepairReject } from "../../api/rejects.ts";
import { FormProblem, placeIssues } from "../../kit/form.tsx";
import { toastDone } from "../../kit/toast.tsx";
import own from "./datasets.module.css";

interface RepairRecordProps {
  readonly place: { readonly dataset: string; readonly batch: Batch["id"] };
  readonly record: Reject;
  readonly columns: readonly string[];
  readonly format: "delimited" | "json";
  readonly onRepaired: () => void;
}

/** One rejected record: why, as it is in the file, and as it should be. */
export function RepairRecord({ place, record, columns, format, onRepaired }: RepairRecordProps) {
  const fields = record.repaired?.fields ?? record.fields;
  const byValue = fields !== null || format === "delimited";
  const [way, setWay] = useState<"values" | "text">(byValue && record.repaired?.raw == null ? "values" : "text");
  return (
    <section aria-label="The record that is open" className={own.record}>
      <p className={own.reason}>
        Line {record.line}: {record.reason}
      </p>
      <pre className={own.raw}>{record.raw}</pre>
      {record.status === "resubmitted" ? (
        <p className="g-soft">It was loaded again as it was repaired.</p>
      ) : (
        <>
          {byValue && (
            <SegmentedControl
              size="xs"
              aria-label="Repair"
              value={way}
              onChange={(value) => setWay(value as "values" | "text")}
              data={[
                { value: "values", label: "By value" },
                { value: "text", label: "As text" },
              ]}
            />
          )}
          <RepairForm key={way} place={place} record={record} columns={way === "values" ? columns : []} onRepaired={onRepaired} />
        </>
      )}
    </section>
  );
}

function RepairForm({ place, record, columns, onRepaired }: Omit<RepairRecordProps, "format">) {
  const before = record.repaired?.fields ?? record.fields;
  const [values, setValues] = useState<Readonly<Record<string, string>>>(() => Object.fromEntries(columns.map((name, index) => [name, before?.[index] ?? ""])));
  const [raw, setRaw] = useState(record.repaired?.raw ?? record.raw);
  const repair = useRepairReject(place);
  const { byField, fault } = placeIssues(repair.error, new Set(["raw"]));
  const body: RejectRepair =
    columns.length > 0 ? { values: Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value === "" ? null : value])) } : { raw };
  const save = () =>
    repair.mutate(
      { record, repair: body },
      {
        onSuccess: () => {
          toastDone(`Line ${record.line} is repaired`, "Load the repaired records when you are done.");
          onRepaired();
        },
      },
    );
  return (
    <form
      className={own.repair}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      {repair.error !== null && <FormProblem problem={fault} />}
      {columns.map((name) => (
        <TextInput
          key={name}
          size="xs"
          label={name}
          value={values[name] ?? ""}
          onChange={(event) => setValues({ ...values, [name]: event.currentTarget.value })}
        />
      ))}
      {columns.length === 0 && (
        <Textarea
          label="The record"
          error={byField["raw"]}
          autosize
          minRows={2}
          maxRows={12}
          value={raw}
          onChange={(event) => setRaw(event.currentTarget.value)}
        />
      )}
      <Button type="submit" size="xs" loading={repair.isPending}>
        Save the repair
      </Button>
    </form>
  );
}
