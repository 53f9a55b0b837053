import type { GraphColumn } from "@granary/protocol";
import { useBuilder } from "../builder-context.ts";
import { edgeId, nodeOf } from "../graph-view/ports.ts";
import { titleOf } from "../graph-view/summary.ts";
import classes from "./bottom.module.css";

function ColumnList({ title, columns }: { readonly title: string; readonly columns: readonly GraphColumn[] | undefined }) {
  return (
    <section className={classes.columns}>
      <h3>
        {title} <span className={classes.soft}>{columns === undefined ? "" : columns.length}</span>
      </h3>
      {columns === undefined ? (
        <p className={classes.soft}>Not known yet</p>
      ) : (
        <ul>
          {columns.map(({ name, type }) => (
            <li key={name}>
              <span>{name}</span>
              <span className={classes.soft}>{type}</span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

/** The columns that leave the chosen node, or go over the chosen edge. */
export function ColumnsTab() {
  const { document, checked, node, edge } = useBuilder();
  const chosen = document.edges.find((other) => edgeId(other) === edge);
  if (chosen !== undefined) {
    const [from, to] = [nodeOf(document, chosen.from), nodeOf(document, chosen.to)];
    const title = from === undefined || to === undefined ? "Edge" : `${titleOf(from)} → ${titleOf(to)}`;
    return (
      <div className={classes.columnLists}>
        <ColumnList title={title} columns={checked.columns[chosen.from]?.[chosen.fromPort]} />
      </div>
    );
  }
  if (node === undefined) return <p className={classes.hint}>Choose a node or an edge to see its columns.</p>;
  const ports = Object.entries(checked.columns[node.id] ?? {});
  const into = document.edges.filter(({ to }) => to === node.id);
  return (
    <div className={classes.columnLists}>
      {into.map((each) => (
        <ColumnList key={edgeId(each)} title={each.toPort === "in" ? "In" : `In at ${each.toPort}`} columns={checked.columns[each.from]?.[each.fromPort]} />
      ))}
      {ports.map(([port, columns]) => (
        <ColumnList key={port} title={port === "out" ? "Out" : `Out at ${port}`} columns={columns} />
      ))}
    </div>
  );
}
