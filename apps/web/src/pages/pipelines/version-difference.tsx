import type { PipelineDifference } from "@granary/protocol";
import classes from "./pipelines.module.css";

const LETTERS = { added: "A", removed: "R", changed: "C", moved: "M" } as const;

type Change = keyof typeof LETTERS;
type Setting = PipelineDifference["settings"][number];

/** What is other between two versions, in the words of pipelines: steps, arrows, triggers, settings. */
export function VersionDifference({ difference }: { readonly difference: PipelineDifference }) {
  const { nodes, edges, triggers, settings } = difference;
  const isSame = nodes.length + edges.length + triggers.length + settings.length === 0;
  if (isSame) return <p className={classes.note}>Nothing differs.</p>;
  return (
    <ul className={classes.changes}>
      {nodes.map((node) => (
        <li key={`node ${node.id}`}>
          <Letter change={node.change} />
          <span className={classes.changeWords}>
            <span>
              Step <strong>{node.title === "" ? node.id : node.title}</strong> <span className="g-soft">{node.kind.replaceAll("_", " ")}</span>
            </span>
            <Settings items={node.settings} />
          </span>
        </li>
      ))}
      {edges.map(({ from, to, change }) => (
        <li key={`edge ${from} ${to} ${change}`}>
          <Letter change={change} />
          <span>
            Arrow <span className="g-mono">{from}</span> → <span className="g-mono">{to}</span>
          </span>
        </li>
      ))}
      {triggers.map(({ id, change, from, to }) => (
        <li key={`trigger ${id}`}>
          <Letter change={change} />
          <span className={classes.changeWords}>
            <span>
              Trigger <strong>{id}</strong>
            </span>
            <Sides from={from} to={to} />
          </span>
        </li>
      ))}
      {settings.length > 0 && (
        <li>
          <Letter change="changed" />
          <span className={classes.changeWords}>
            Settings of the pipeline
            <Settings items={settings} />
          </span>
        </li>
      )}
    </ul>
  );
}

function Letter({ change }: { readonly change: Change }) {
  return (
    <span className={classes.letter} data-change={change} role="img" aria-label={change}>
      {LETTERS[change]}
    </span>
  );
}

function Settings({ items }: { readonly items: readonly Setting[] }) {
  return items.map(({ path, from, to }) => (
    <span key={path} className={classes.setting}>
      <span className="g-mono">{path}</span>
      <Sides from={from} to={to} />
    </span>
  ));
}

function Sides({ from, to }: { readonly from: string | null; readonly to: string | null }) {
  return (
    <span className={classes.sides}>
      {from !== null && <del>{from === "" ? "empty" : from}</del>}
      {to !== null && <ins>{to === "" ? "empty" : to}</ins>}
    </span>
  );
}
