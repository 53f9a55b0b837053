import { useId } from "react";
import { TypeIcon } from "../datasets/type-icon.tsx";
import classes from "./analytics.module.css";
import type { TypeCount } from "./figures.ts";

interface ShareBarProps {
  /** 0 to 1. */
  readonly share: number;
}

/** A share as a bar; what it says stands beside it as text. */
export function ShareBar({ share }: ShareBarProps) {
  return (
    <svg className={classes.share} viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
      <rect className={classes.rest} width="100" height="8" />
      <rect className={classes.part} width={share === 0 ? 0 : Math.max(1, share * 100)} height="8" />
    </svg>
  );
}

/** How many columns there are of each type. Screen readers get the same numbers as a table. */
export function TypeChart({ types }: { readonly types: readonly TypeCount[] }) {
  const title = useId();
  const all = types.reduce((sum, { count }) => sum + count, 0);
  return (
    <figure className={classes.figure} aria-labelledby={title}>
      <figcaption id={title} className="g-hidden">
        Columns by type
      </figcaption>
      <div className={classes.types} aria-hidden="true">
        {types.map(({ type, count }) => (
          <div key={type} className={classes.type}>
            <span className={classes.typeName}>
              <TypeIcon type={type} /> {type}
            </span>
            <ShareBar share={count / all} />
            <span className={classes.number}>{count}</span>
          </div>
        ))}
      </div>
      <table className="g-hidden">
        <caption>Columns by type</caption>
        <thead>
          <tr>
            <th scope="col">Type</th>
            <th scope="col">Columns</th>
          </tr>
        </thead>
        <tbody>
          {types.map(({ type, count }) => (
            <tr key={type}>
              <th scope="row">{type}</th>
              <td>{count}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </figure>
  );
}
