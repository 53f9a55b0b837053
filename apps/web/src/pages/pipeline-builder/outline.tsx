import { checkDocument } from "@granary/graph";
import { Button } from "@mantine/core";
import { useMemo, useState } from "react";
import { Label, StatusBadge } from "../../kit/status-badge.tsx";
import { useBuilder } from "./builder-context.ts";
import classes from "./builder.module.css";
import { ConnectDialog } from "./connect-dialog.tsx";
import { infoOf } from "./graph-view/node-catalog.ts";
import { edgeId, inputsOf, nodeOf, outputsOf } from "./graph-view/ports.ts";
import { summaryOf, titleOf } from "./graph-view/summary.ts";
import { useNodeActions } from "./use-node-actions.ts";

/** The graph as a list in the order rows go through it: for phones, screen readers and those who like lists. */
export function Outline({ isDesk }: { readonly isDesk: boolean }) {
  const { document, selection, select, goTo, checked, mayEdit } = useBuilder();
  const { removeEdge } = useNodeActions();
  const [connecting, setConnecting] = useState<string>();
  const order = useMemo(() => checkDocument(document).order, [document]);
  const sorted = [...document.nodes].toSorted(
    (one, other) => (order.includes(one.id) ? order.indexOf(one.id) : 1e6) - (order.includes(other.id) ? order.indexOf(other.id) : 1e6),
  );
  return (
    <div className={classes.outline}>
      {!isDesk && <p className={classes.desk}>Building needs a desk: here you can read the pipeline, run it and look at its rows.</p>}
      {document.comments.map(
        ({ id, text }) =>
          text !== "" && (
            <p key={id} className={classes.outlineNote}>
              {text}
            </p>
          ),
      )}
      <ol className={classes.steps} aria-label="Nodes">
        {sorted.map((node) => {
          const { icon: Icon, category, title: kind } = infoOf(node.kind);
          const faults = checked.faults.filter((fault) => fault.node === node.id);
          const errors = faults.filter(({ severity }) => severity === "error").length;
          const into = document.edges.filter(({ to }) => to === node.id);
          const columns = Object.values(checked.columns[node.id] ?? {})[0];
          return (
            <li key={node.id} className={classes.step} data-selected={selection.has(node.id) || undefined}>
              <button
                type="button"
                className={classes.stepButton}
                aria-pressed={selection.has(node.id)}
                onClick={() => (isDesk ? goTo(node.id) : select([node.id]))}
              >
                <span className={classes.stepIcon} data-category={category}>
                  <Icon size={16} aria-hidden="true" />
                </span>
                <span className={classes.stepWords}>
                  <strong>{titleOf(node)}</strong>
                  <span>
                    {kind}
                    {summaryOf(node) === "" ? "" : ` · ${summaryOf(node)}`}
                  </span>
                </span>
                {errors > 0 && <StatusBadge tone="bad">{errors === 1 ? "1 fault" : `${errors} faults`}</StatusBadge>}
                {columns !== undefined && <Label>{columns.length} columns</Label>}
              </button>
              {into.length > 0 && (
                <ul className={classes.from}>
                  {into.map((edge) => (
                    <li key={edgeId(edge)}>
                      from {titleOf(nodeOf(document, edge.from) ?? node)}
                      {edge.fromPort === "out" ? "" : `, ${edge.fromPort}`}
                      {inputsOf(node).length > 1 ? ` into ${edge.toPort}` : ""}
                      {mayEdit && (
                        <Button variant="subtle" color="gray" fw={500} size="compact-xs" onClick={() => removeEdge(edgeId(edge))}>
                          Disconnect
                        </Button>
                      )}
                    </li>
                  ))}
                </ul>
              )}
              {mayEdit && outputsOf(node).length > 0 && (
                <Button className={classes.connect ?? ""} variant="subtle" size="compact-xs" onClick={() => setConnecting(node.id)}>
                  Connect to …
                </Button>
              )}
            </li>
          );
        })}
      </ol>
      {sorted.length === 0 && <p className={classes.desk}>Nothing is drawn yet.</p>}
      {connecting !== undefined && <ConnectDialog from={connecting} onClose={() => setConnecting(undefined)} />}
    </div>
  );
}
