import type { Pipeline } from "@granary/protocol";
import { Button, Modal, Switch } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import Download from "lucide-react/icons/download";
import { useState } from "react";
import { exportPipeline, useDeletePipeline, useEnablePipeline, useRotateHook } from "../../api/pipelines.ts";
import { useConfirm } from "../../kit/confirm.tsx";
import { CopyId } from "../../kit/copy-id.tsx";
import { Panel } from "../../kit/panel.tsx";
import { toastDone, toastError } from "../../kit/toast.tsx";
import { useSlug } from "../../shell/index.ts";
import classes from "./pipelines.module.css";

/** Whether it runs by itself, its hook, its file, and its end. */
export function SettingsTab({ pipeline }: { readonly pipeline: Pipeline }) {
  return (
    <div className={classes.narrow}>
      <ByItself pipeline={pipeline} />
      <Hook pipeline={pipeline} />
      <File pipeline={pipeline} />
      {pipeline.can.delete && <Removal pipeline={pipeline} />}
    </div>
  );
}

function ByItself({ pipeline }: { readonly pipeline: Pipeline }) {
  const enable = useEnablePipeline();
  return (
    <Panel title="Running by itself">
      <Switch
        label="Triggers start it"
        description={
          pipeline.triggers.length === 0
            ? "It has no trigger yet; set one on the canvas."
            : "While this is off it runs by hand only. Runs that are going on go on."
        }
        checked={pipeline.enabled}
        disabled={!pipeline.can.schedule || enable.isPending}
        onChange={(event) =>
          enable.mutate({ pipeline: pipeline.id, enabled: event.currentTarget.checked }, { onError: (error) => toastError("Not changed", error) })
        }
      />
    </Panel>
  );
}

function Hook({ pipeline }: { readonly pipeline: Pipeline }) {
  const confirm = useConfirm();
  const rotate = useRotateHook();
  const [made, setMade] = useState<{ readonly url: string; readonly secret: string }>();
  const { hasSecret, path } = pipeline.hook;
  const make = () => rotate.mutate(pipeline.id, { onSuccess: setMade, onError: (error) => toastError("No secret was made", error) });
  const ask = () =>
    confirm({
      title: "Make a new secret",
      text: "The secret before stops working at once. Whoever calls the hook needs the new one.",
      action: "Make a new secret",
      danger: true,
      run: async () => setMade(await rotate.mutateAsync(pipeline.id)),
    });
  return (
    <Panel title="Hook" text="Other systems start it by a POST to this address with the secret in X-Granary-Hook-Secret. It needs a webhook trigger.">
      <div className={classes.stack}>
        <CopyId value={path} label="address" whole />
        <p className={classes.note}>{hasSecret ? "A secret is kept; it cannot be shown again." : "It has no secret yet, so nobody can call it."}</p>
        {pipeline.can.schedule && (
          <div>
            <Button variant="default" size="xs" loading={rotate.isPending} onClick={hasSecret ? ask : make}>
              {hasSecret ? "Make a new secret" : "Make a secret"}
            </Button>
          </div>
        )}
      </div>
      <Modal opened={made !== undefined} onClose={() => setMade(undefined)} title="The hook’s secret" closeOnClickOutside={false}>
        {made !== undefined && (
          <div className={classes.stack}>
            <p className={classes.note}>It is shown this once. Copy it now; a lost one is replaced by a new one.</p>
            <CopyId value={made.secret} label="secret" whole />
            <CopyId value={made.url} label="address" whole />
            <div className={classes.buttons}>
              <Button onClick={() => setMade(undefined)}>I have it</Button>
            </div>
          </div>
        )}
      </Modal>
    </Panel>
  );
}

function File({ pipeline }: { readonly pipeline: Pipeline }) {
  const save = (format: "yaml" | "json") =>
    void exportPipeline(pipeline.id, pipeline.name, format).catch((error: unknown) => toastError("Not downloaded", error));
  return (
    <Panel title="As a file" text="The whole pipeline, for git or for another workspace. Secrets are never in it.">
      <div className={classes.bar}>
        {(["yaml", "json"] as const).map((format) => (
          <Button key={format} variant="default" size="xs" leftSection={<Download size={13} />} onClick={() => save(format)}>
            {format.toUpperCase()}
          </Button>
        ))}
      </div>
    </Panel>
  );
}

function Removal({ pipeline }: { readonly pipeline: Pipeline }) {
  const confirm = useConfirm();
  const remove = useDeletePipeline();
  const navigate = useNavigate();
  const slug = useSlug();
  const ask = () =>
    confirm({
      title: `Delete ${pipeline.name}`,
      text: "It does not run any more. Its runs stay in the history, and every dataset it wrote stays as it is.",
      action: "Delete",
      danger: true,
      typed: pipeline.name,
      run: async () => {
        await remove.mutateAsync(pipeline.id);
        toastDone(`${pipeline.name} is deleted`);
        await navigate({ to: `/w/${slug}/pipelines` as "/" });
      },
    });
  return (
    <Panel title="Delete" text="Runs and what they made are kept.">
      <Button color="red" variant="default" size="xs" onClick={ask}>
        Delete the pipeline
      </Button>
    </Panel>
  );
}
