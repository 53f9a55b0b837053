import type { ImportedPolicies } from "@granary/protocol";
import { Button, Checkbox, FileButton, Modal, Textarea } from "@mantine/core";
import { useState } from "react";
import { useImportPolicies } from "../../api/policies.ts";
import { ErrorNote } from "../../kit/error-note.tsx";
import { toastDone } from "../../kit/toast.tsx";
import people from "../people/people.module.css";
import { EffectsList } from "./effects-list.tsx";
import classes from "./policies.module.css";

const ACTIONS = { create: "New", update: "Changed", delete: "Deleted", unchanged: "Unchanged" } as const;

/** Policies of a YAML file: first what they would change, then for good. */
export function ImportPolicies({ onClose }: { readonly onClose: () => void }) {
  const [yaml, setYaml] = useState("");
  const [replaces, setReplaces] = useState(false);
  const [planned, setPlanned] = useState<ImportedPolicies>();
  const run = useImportPolicies();
  const change = (text: string) => {
    setYaml(text);
    setPlanned(undefined);
  };
  const send = (dryRun: boolean) =>
    run.mutate(
      { yaml, mode: replaces ? "replace" : "merge", dryRun },
      {
        onSuccess: (answer) => {
          if (dryRun) return setPlanned(answer);
          toastDone("The policies are imported");
          onClose();
        },
      },
    );
  return (
    <Modal opened onClose={onClose} title="Import policies" size="xl">
      <div className={people.stack}>
        <Textarea
          label="YAML"
          description="As it was exported. Policies are matched by their names."
          autosize
          minRows={8}
          maxRows={18}
          value={yaml}
          onChange={(event) => change(event.currentTarget.value)}
          classNames={{ input: classes.code ?? "" }}
          data-autofocus
        />
        <FileButton accept=".yaml,.yml" onChange={(file) => void file?.text().then(change)}>
          {(props) => (
            <Button variant="default" size="xs" className={classes.file ?? ""} {...props}>
              Choose a file
            </Button>
          )}
        </FileButton>
        <Checkbox
          label="Delete policies that are not in the file"
          checked={replaces}
          onChange={(event) => {
            setReplaces(event.currentTarget.checked);
            setPlanned(undefined);
          }}
        />
        {run.error !== null && <ErrorNote error={run.error} />}
        {planned !== undefined && <Plan planned={planned} />}
        <div className={people.buttons}>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          {planned === undefined ? (
            <Button onClick={() => send(true)} loading={run.isPending} disabled={yaml.trim() === ""}>
              Show what would change
            </Button>
          ) : (
            <Button onClick={() => send(false)} loading={run.isPending}>
              Import
            </Button>
          )}
        </div>
      </div>
    </Modal>
  );
}

function Plan({ planned }: { readonly planned: ImportedPolicies }) {
  return (
    <section className={classes.plan} aria-label="What would change">
      <ul className={classes.changes}>
        {planned.steps.map(({ action, name, sentence }) => (
          <li key={name}>
            <strong>{ACTIONS[action]}:</strong> {name}
            <span className={classes.change}>{sentence}</span>
          </li>
        ))}
      </ul>
      <EffectsList effects={planned.effects} />
    </section>
  );
}
