import type { Pipeline } from "@granary/protocol";
import { Button } from "@mantine/core";
import { useRotateHook } from "../../../api/pipelines.ts";
import { CopyId } from "../../../kit/copy-id.tsx";
import { ErrorNote } from "../../../kit/error-note.tsx";
import classes from "./settings.module.css";

/** Where another system asks for a run, and the secret it needs. */
export function WebhookFields({ pipeline }: { readonly pipeline: Pipeline | undefined }) {
  const rotate = useRotateHook();
  if (pipeline === undefined) return <p className={classes.text}>Its address is known when the pipeline is saved.</p>;
  const { hook, can } = pipeline;
  const made = rotate.data;
  return (
    <>
      <p className={classes.text}>POST to this address, with the secret in the header X-Granary-Hook-Secret.</p>
      <CopyId value={made?.url ?? `${location.origin}${hook.path}`} label="address" whole />
      {made !== undefined && (
        <div className={classes.secret} role="status">
          <p>The secret, shown this once:</p>
          <CopyId value={made.secret} label="secret" whole />
        </div>
      )}
      {rotate.error !== null && <ErrorNote error={rotate.error} />}
      {can.schedule && made === undefined && (
        <Button variant="default" size="compact-xs" loading={rotate.isPending} onClick={() => rotate.mutate(pipeline.id)}>
          {hook.hasSecret ? "Make a new secret; the old one stops working" : "Make the secret"}
        </Button>
      )}
    </>
  );
}
