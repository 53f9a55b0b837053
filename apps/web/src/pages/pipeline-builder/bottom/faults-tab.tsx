import CircleCheck from "lucide-react/icons/circle-check";
import CircleX from "lucide-react/icons/circle-x";
import TriangleAlert from "lucide-react/icons/triangle-alert";
import { useBuilder } from "../builder-context.ts";
import { nodeOf } from "../graph-view/ports.ts";
import { titleOf } from "../graph-view/summary.ts";
import classes from "./bottom.module.css";

/** Everything wrong with the pipeline; a click goes to the setting. */
export function FaultsTab() {
  const { document, checked, goTo } = useBuilder();
  const sorted = [...checked.faults].toSorted((one, other) => Number(one.severity === "warning") - Number(other.severity === "warning"));
  if (sorted.length === 0)
    return (
      <p className={classes.fine}>
        <CircleCheck size={16} aria-hidden="true" /> {document.nodes.length === 0 ? "Nothing is drawn yet." : "No faults: the pipeline can run."}
      </p>
    );
  return (
    <ul className={classes.faults} aria-label="Faults">
      {sorted.map(({ severity, node, path, message, code }) => {
        const found = nodeOf(document, node ?? undefined);
        const Icon = severity === "error" ? CircleX : TriangleAlert;
        return (
          <li key={`${node} ${path} ${code} ${message}`}>
            <button type="button" className={classes.faultButton} disabled={found === undefined} onClick={() => found !== undefined && goTo(found.id, path)}>
              <Icon size={14} data-severity={severity} aria-label={severity === "error" ? "Error" : "Warning"} />
              {found !== undefined && <strong>{titleOf(found)}</strong>}
              <span>{message}</span>
            </button>
          </li>
        );
      })}
    </ul>
  );
}
