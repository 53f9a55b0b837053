import { Button } from "@mantine/core";
import { useCopy } from "../../../kit/copy-id.tsx";
import { useBuilder } from "../builder-context.ts";
import classes from "./bottom.module.css";

/** The statement the chosen node is computed by. */
export function SqlTab() {
  const { node, checked } = useBuilder();
  const { copied, copy } = useCopy();
  const sql = node === undefined ? undefined : checked.sql[node.id];
  if (node === undefined) return <p className={classes.hint}>Choose a node to see the SQL it is computed by.</p>;
  if (sql === undefined) return <p className={classes.hint}>Its SQL is known when the node and what comes before it have no faults.</p>;
  return (
    <div className={classes.sql}>
      <Button className={classes.copy ?? ""} variant="default" size="compact-xs" onClick={() => copy(sql)}>
        {copied ? "Copied" : "Copy"}
      </Button>
      <pre>{sql}</pre>
    </div>
  );
}
