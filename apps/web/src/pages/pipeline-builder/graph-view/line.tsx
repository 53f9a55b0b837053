import { BaseEdge, EdgeLabelRenderer, type EdgeProps, getBezierPath } from "@xyflow/react";
import { useFormat } from "../../../kit/format.tsx";
import type { LineEdge } from "./flow-parts.ts";
import classes from "./graph.module.css";

const MOST_NAMED = 24;

function columnsText(columns: readonly { readonly name: string; readonly type: string }[]): string {
  const named = columns.slice(0, MOST_NAMED).map(({ name, type }) => `${name}  ${type}`);
  return [...named, ...(columns.length > MOST_NAMED ? [`and ${columns.length - MOST_NAMED} more`] : [])].join("\n");
}

/** An edge with the rows that went over it, or the columns that go. */
export function Line({ id, data, selected, markerEnd, source, target, ...ends }: EdgeProps<LineEdge>) {
  const format = useFormat();
  const [path, x, y] = getBezierPath(ends);
  const { columns, rows, isMoving = false } = data ?? {};
  const label = rows === undefined ? undefined : format.number(rows);
  return (
    <>
      <BaseEdge
        id={id}
        path={path}
        {...(markerEnd === undefined ? {} : { markerEnd })}
        className={classes.line ?? ""}
        data-selected={selected || undefined}
        data-moving={isMoving || undefined}
        interactionWidth={18}
      />
      <EdgeLabelRenderer>
        {label !== undefined && (
          <span
            className={classes.count}
            style={{ transform: `translate(-50%, -50%) translate(${x}px, ${y}px)` }}
            title={`${label} rows from ${source} to ${target}`}
          >
            {label}
          </span>
        )}
        {label === undefined && columns !== undefined && (
          <span
            className={`${classes.count} nodrag nopan`}
            data-selected={selected || undefined}
            data-soft=""
            style={{ transform: `translate(-50%, -50%) translate(${x}px, ${y}px)` }}
            title={columnsText(columns)}
            data-edge={id}
          >
            {columns.length} col
          </span>
        )}
      </EdgeLabelRenderer>
    </>
  );
}
