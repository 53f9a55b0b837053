import type { NodeKind } from "@granary/protocol";
import { TextInput } from "@mantine/core";
import Search from "lucide-react/icons/search";
import StickyNote from "lucide-react/icons/sticky-note";
import { useState } from "react";
import { useBuilder } from "./builder-context.ts";
import classes from "./builder.module.css";
import { findKinds, infoOf, NODE_CATEGORIES } from "./graph-view/node-catalog.ts";
import { titleOf } from "./graph-view/summary.ts";
import { useNodeActions } from "./use-node-actions.ts";

/** What dragged kinds travel as. */
export const DRAGGED_KIND = "application/x-granary-node";

/** Every kind of node by category; drag one to the canvas, or click to add it behind what is chosen. */
export function Palette() {
  const { node, edge } = useBuilder();
  const { add, comment } = useNodeActions();
  const [search, setSearch] = useState("");
  const groups = findKinds(search);
  const first = groups[0]?.kinds[0];
  const where = edge !== undefined ? "into the chosen edge" : node !== undefined ? `behind ${titleOf(node)}` : "to the canvas";
  const put = (kind: NodeKind) => {
    add(kind);
    setSearch("");
  };
  return (
    <section className={classes.palette} aria-label="Nodes to add">
      <div className={classes.paletteHead}>
        <TextInput
          type="search"
          size="xs"
          aria-label="Search nodes"
          placeholder="Search nodes"
          leftSection={<Search size={13} />}
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === "Enter" && search.trim() !== "" && first !== undefined) put(first);
          }}
        />
        <p className={classes.where}>Adds {where}</p>
      </div>
      <div className={classes.kinds}>
        {groups.length === 0 && <p className={classes.where}>No node does this. SQL can do most things.</p>}
        {groups.map(({ category, kinds }) => (
          <section key={category}>
            <h3 className={classes.category}>{NODE_CATEGORIES[category]}</h3>
            <ul>
              {kinds.map((kind) => {
                const { title, text, icon: Icon } = infoOf(kind);
                return (
                  <li key={kind}>
                    <button
                      type="button"
                      className={classes.kind}
                      data-category={category}
                      title={text}
                      draggable
                      onDragStart={(event) => {
                        event.dataTransfer.setData(DRAGGED_KIND, kind);
                        event.dataTransfer.effectAllowed = "copy";
                      }}
                      onClick={() => put(kind)}
                    >
                      <Icon size={15} strokeWidth={1.75} aria-hidden="true" />
                      <span>{title}</span>
                    </button>
                  </li>
                );
              })}
            </ul>
          </section>
        ))}
        {search === "" && (
          <section>
            <h3 className={classes.category}>Notes</h3>
            <button type="button" className={classes.kind} onClick={() => comment()}>
              <StickyNote size={15} strokeWidth={1.75} aria-hidden="true" />
              <span>Comment</span>
            </button>
          </section>
        )}
      </div>
    </section>
  );
}
