import { Handle, type NodeProps, Position } from "@xyflow/react";
import Ban from "lucide-react/icons/ban";
import Check from "lucide-react/icons/check";
import CircleDashed from "lucide-react/icons/circle-dashed";
import Clock from "lucide-react/icons/clock";
import LoaderCircle from "lucide-react/icons/loader-circle";
import Recycle from "lucide-react/icons/recycle";
import TriangleAlert from "lucide-react/icons/triangle-alert";
import X from "lucide-react/icons/x";
import type { StepState } from "@granary/protocol";
import type { Tone } from "../../../kit/status-badge.tsx";
import { type CardNode, type NodeState, portTop } from "./flow-parts.ts";
import classes from "./graph.module.css";
import { infoOf } from "./node-catalog.ts";
import { inputsOf, outputsOf } from "./ports.ts";

/** What a state of a step is called, with its colour and sign. */
const STEP_WORDS = {
  pending: ["idle", "Waiting for others", CircleDashed],
  ready: ["idle", "Ready", CircleDashed],
  running: ["busy", "Running", LoaderCircle],
  retry_wait: ["warn", "Tries again soon", Clock],
  waiting: ["warn", "Waiting", Clock],
  succeeded: ["good", "Done", Check],
  warned: ["warn", "Done with warnings", TriangleAlert],
  failed: ["bad", "Failed", X],
  cancelled: ["off", "Cancelled", Ban],
  skipped: ["off", "Skipped", Ban],
  upstream_failed: ["off", "Not reached", Ban],
  reused: ["good", "Taken from an earlier run", Recycle],
} as const satisfies Readonly<Record<StepState, readonly [Tone, string, typeof Check]>>;

function StateMark({ state: { state, progress } }: { readonly state: NodeState }) {
  const [tone, words, Icon] = STEP_WORDS[state];
  const share = progress === null ? "" : ` ${Math.round(progress * 100)} %`;
  return (
    <span className={classes.mark} data-tone={tone} data-moving={state === "running" || undefined} title={words + share}>
      <Icon size={13} strokeWidth={2.5} aria-hidden="true" />
      <span className="g-hidden">{words + share}</span>
    </span>
  );
}

function FaultMark({ errors, warnings }: { readonly errors: number; readonly warnings: number }) {
  const count = errors > 0 ? errors : warnings;
  if (count === 0) return null;
  return (
    <span className={classes.mark} data-tone={errors > 0 ? "bad" : "warn"} title={errors > 0 ? "Has faults" : "Has warnings"} aria-hidden="true">
      <TriangleAlert size={12} strokeWidth={2.5} />
      {count}
    </span>
  );
}

/** A node as it stands on the canvas. */
export function Card({ data, selected }: NodeProps<CardNode>) {
  const { node, title, summary, state, isEditable } = data;
  const { icon: Icon, category, title: kind } = infoOf(node.kind);
  const inputs = inputsOf(node);
  const outputs = outputsOf(node);
  return (
    <div className={classes.card} data-category={category} data-selected={selected || undefined} data-state={state?.state}>
      <div className={classes.head}>
        <span className={classes.icon}>
          <Icon size={16} strokeWidth={1.75} aria-hidden="true" />
        </span>
        <span className={classes.words}>
          <span className={classes.title}>{title}</span>
          <span className={classes.summary}>{summary === "" ? (title === kind ? "Not set up yet" : kind) : summary}</span>
        </span>
        {state === undefined ? <FaultMark errors={data.errors} warnings={data.warnings} /> : <StateMark state={state} />}
      </div>
      {inputs.map(({ name }, index) => (
        <Handle
          key={name}
          id={name}
          type="target"
          position={Position.Left}
          className={classes.port}
          style={{ top: portTop(index, inputs.length) }}
          isConnectable={isEditable}
        />
      ))}
      {inputs.length > 1 &&
        inputs.map(({ name }, index) => (
          <span key={name} className={classes.portName} data-side="in" style={{ top: portTop(index, inputs.length) - 8 }}>
            {name}
          </span>
        ))}
      {outputs.map((name, index) => (
        <Handle
          key={name}
          id={name}
          type="source"
          position={Position.Right}
          className={classes.port}
          style={{ top: portTop(index, outputs.length) }}
          isConnectable={isEditable}
        />
      ))}
      {outputs.length > 1 &&
        outputs.map((name, index) => (
          <span key={name} className={classes.portName} data-side="out" style={{ top: portTop(index, outputs.length) - 8 }}>
            {name}
          </span>
        ))}
      {state?.progress != null && state.state === "running" && <span className={classes.progress} style={{ width: `${state.progress * 100}%` }} />}
    </div>
  );
}
