import type { PolicyEffects } from "@granary/protocol";
import classes from "./policies.module.css";

type Change = PolicyEffects["changes"][number];
type Sight = Change["before"];

const LEVELS: Readonly<Record<Sight["level"], string>> = { none: "no access", viewer: "reads", contributor: "reads and adds", owner: "owns it" };

/** What somebody sees, in a few words. */
function sightText({ level, hidden, masked, filtered }: Sight): string {
  const parts = [
    LEVELS[level],
    ...(hidden.length === 0 ? [] : [`without ${hidden.join(", ")}`]),
    ...(masked.length === 0 ? [] : [`${masked.map(({ column, mask }) => `${column} as ${mask}`).join(", ")}`]),
    ...(filtered ? ["some rows"] : []),
  ];
  return parts.join("; ");
}

/** For whom something would change, before it does. */
export function EffectsList({ effects }: { readonly effects: PolicyEffects }) {
  const { changes, people, datasets, isComplete } = effects;
  if (changes.length === 0)
    return <p className="g-soft">{isComplete ? "Nobody sees anything differently." : "Nothing changes for the people and datasets that were looked at."}</p>;
  return (
    <div className={classes.effects}>
      <p>
        Changes what {people === 1 ? "1 person sees" : `${people} people see`} of {datasets === 1 ? "1 dataset" : `${datasets} datasets`}.
        {!isComplete && " Not all people, datasets and changes are listed."}
      </p>
      <ul className={classes.changes}>
        {changes.slice(0, 20).map(({ person, dataset, before, after }) => (
          <li key={`${person.id} ${dataset.id}`}>
            <strong>{person.name}</strong> <span className="g-soft">on {dataset.name}</span>
            <span className={classes.change}>
              <del>{sightText(before)}</del> <ins>{sightText(after)}</ins>
            </span>
          </li>
        ))}
      </ul>
      {changes.length > 20 && <p className="g-soft">and {changes.length - 20} more</p>}
    </div>
  );
}
