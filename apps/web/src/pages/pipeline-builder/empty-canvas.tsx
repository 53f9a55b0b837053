import { Button } from "@mantine/core";
import Database from "lucide-react/icons/database";
import Plug from "lucide-react/icons/plug";
import { useBuilder } from "./builder-context.ts";
import classes from "./builder.module.css";
import { useNodeActions } from "./use-node-actions.ts";

/** How to begin. */
export function EmptyCanvas() {
  const { mayEdit } = useBuilder();
  const { add } = useNodeActions();
  return (
    <div className={classes.empty}>
      <p className={classes.emptyTitle}>Where do the rows come from?</p>
      <p>Begin with a source, add steps behind it, and end with a destination.</p>
      {mayEdit && (
        <div className={classes.emptyActions}>
          <Button variant="default" leftSection={<Database size={15} />} onClick={() => add("source_dataset")}>
            A dataset
          </Button>
          <Button variant="default" leftSection={<Plug size={15} />} onClick={() => add("source_stream")}>
            A connected system
          </Button>
        </div>
      )}
    </div>
  );
}
