import type { PipelineDocument, PipelineNode } from "@granary/protocol";
import { Button, Group, Modal, SegmentedControl } from "@mantine/core";
import { useState } from "react";
import { titleOf } from "../graph-view/summary.ts";
import { disputedNodes, mergeByChoice, type Side } from "./merge-choice.ts";
import classes from "./saving.module.css";
import type { Conflict } from "./use-saving.ts";

interface ConflictDialogProps {
  readonly conflict: Conflict;
  readonly onResolve: (document: PipelineDocument) => void;
  readonly onClose: () => void;
}

const SIDES = [
  { value: "mine", label: "Mine" },
  { value: "theirs", label: "Theirs" },
];

function Version({ title, node }: { readonly title: string; readonly node: PipelineNode | undefined }) {
  return (
    <div className={classes.version}>
      <h4>{title}</h4>
      {node === undefined ? (
        <p>Deleted</p>
      ) : (
        <pre>
          {JSON.stringify(
            { ...(node.title === "" ? {} : { title: node.title }), ...(node.note === "" ? {} : { note: node.note }), ...node.settings },
            undefined,
            2,
          )}
        </pre>
      )}
    </div>
  );
}

/** Both versions of what two people changed at once, node by node. Nothing is lost: what is not chosen stays in the other version. */
export function ConflictDialog({ conflict, onResolve, onClose }: ConflictDialogProps) {
  const { base, mine, theirs, version } = conflict;
  const disputed = disputedNodes(base, mine, theirs);
  const [choice, setChoice] = useState<Readonly<Record<string, Side>>>({});
  const [rest, setRest] = useState<Side>("mine");
  return (
    <Modal opened onClose={onClose} title="Somebody else changed the same parts" size="xl">
      <div className={classes.conflict}>
        <p>Version {version} was saved meanwhile. Everything else is put together by itself; choose which one counts here. The other stays in the history.</p>
        {disputed.map(({ id, mine: own, theirs: other }) => (
          <section key={id} className={classes.disputed} aria-label={id}>
            <div className={classes.disputedHead}>
              <h3>{titleOf((own ?? other) as PipelineNode)}</h3>
              <SegmentedControl
                size="xs"
                aria-label={`Which ${id} counts`}
                data={SIDES}
                value={choice[id] ?? rest}
                onChange={(side) => setChoice({ ...choice, [id]: side as Side })}
              />
            </div>
            <div className={classes.versions}>
              <Version title="Mine" node={own} />
              <Version title="Theirs" node={other} />
            </div>
          </section>
        ))}
        <div className={classes.disputedHead}>
          <p>Name, triggers and other settings that both changed</p>
          <SegmentedControl size="xs" aria-label="Which settings count" data={SIDES} value={rest} onChange={(side) => setRest(side as Side)} />
        </div>
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Go on drawing
          </Button>
          <Button onClick={() => onResolve(mergeByChoice({ base, mine, theirs }, choice, rest))}>Save this</Button>
        </Group>
      </div>
    </Modal>
  );
}
