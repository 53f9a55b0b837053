import type { FormatDamage } from "@granary/protocol";
import { DAMAGE_WORDS } from "../changes/change-words.ts";
import classes from "./diff.module.css";
import type { DiffRow, DiffShape } from "./diff-rows.ts";

/** A value, or the word for none. */
export function Value({ text }: { readonly text: string | null | undefined }) {
  if (text === null || text === undefined) return <span className={classes.none}>null</span>;
  return text === "" ? <span className={classes.none}>empty text</span> : text;
}

/** What was proposed, why it does not count, and what is kept. */
export const damageText = (damage: FormatDamage, proposed: string | null | undefined, kept: string | null | undefined): string =>
  `${DAMAGE_WORDS[damage]}: ${proposed ?? "null"} was proposed, ${kept ?? "null"} is kept`;

/** The content of a cell of a changed row: the old value above the new one, or the value that is kept and why. Undefined for plain cells. */
export function diffCell(row: DiffRow, column: number, { order }: DiffShape) {
  const { change, side } = row;
  const place = order[column];
  if (place === undefined || change.kind !== "modified") return undefined;
  const [before, after] = [change.old?.[place], change.new?.[place]];
  const damage = change.damage[place];
  if (change.changed[place] !== true && damage != null)
    return (
      <span className={classes.damaged} title={damageText(damage, after, before)}>
        <Value text={before} />
        <span className={classes.damageMark} aria-hidden="true">
          F
        </span>
        <span className="g-hidden">, {damageText(damage, after, before)}</span>
      </span>
    );
  if (change.changed[place] !== true || side !== "both") return undefined;
  return (
    <span className={classes.pair}>
      <del>
        <Value text={before} />
      </del>
      <ins>
        <Value text={after} />
      </ins>
    </span>
  );
}
