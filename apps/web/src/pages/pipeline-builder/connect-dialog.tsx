import type { PipelineEdge } from "@granary/protocol";
import { Modal, TextInput } from "@mantine/core";
import { useState } from "react";
import { useBuilder } from "./builder-context.ts";
import classes from "./builder.module.css";
import { edgeId, inputsOf, nodeOf, outputsOf, whyNot } from "./graph-view/ports.ts";
import { titleOf } from "./graph-view/summary.ts";

interface Way {
  readonly edge: PipelineEdge;
  readonly label: string;
}

/** Draws an edge without a mouse: the places it can go to, in a list. */
export function ConnectDialog({ from, onClose }: { readonly from: string; readonly onClose: () => void }) {
  const { document, edit } = useBuilder();
  const [search, setSearch] = useState("");
  const start = nodeOf(document, from);
  if (start === undefined) return null;
  const outputs = outputsOf(start);
  const ways: Way[] = document.nodes.flatMap((node) =>
    inputsOf(node).flatMap(({ name: toPort }) =>
      outputs.map((fromPort) => ({
        edge: { from, fromPort, to: node.id, toPort },
        label: `${outputs.length > 1 ? `${fromPort} → ` : ""}${titleOf(node)}${inputsOf(node).length > 1 ? `, ${toPort}` : ""}`,
      })),
    ),
  );
  const possible = ways.filter(({ edge, label }) => whyNot(document, edge) === undefined && label.toLowerCase().includes(search.trim().toLowerCase()));
  const connect = (edge: PipelineEdge) => {
    edit({ edit: "connect", edge });
    onClose();
  };
  return (
    <Modal opened onClose={onClose} title={`Connect ${titleOf(start)} to`} size="sm">
      <TextInput
        data-autofocus
        aria-label="Search nodes to connect to"
        placeholder="Search"
        value={search}
        onChange={(event) => setSearch(event.currentTarget.value)}
        onKeyDown={(event) => event.key === "Enter" && possible[0] !== undefined && connect(possible[0].edge)}
      />
      {possible.length === 0 && (
        <p className={classes.where}>{outputs.length === 0 ? "Nothing comes out of a destination." : "No free input. Add a node, or disconnect one."}</p>
      )}
      <ul className={classes.ways}>
        {possible.map(({ edge, label }) => (
          <li key={edgeId(edge)}>
            <button type="button" className={classes.kind} onClick={() => connect(edge)}>
              {label}
            </button>
          </li>
        ))}
      </ul>
    </Modal>
  );
}
