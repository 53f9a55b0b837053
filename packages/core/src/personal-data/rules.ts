import type { Evidence } from "./recognise/index.ts";

/** So much more of a column has to match than when it was refused. */
const ROSE_BY = 0.25;

const shareOf = ({ looked, matched }: Pick<Evidence, "looked" | "matched">): number => (looked === 0 ? 0 : matched / looked);

/** Whether a refusal no longer says anything, because the values are others than those it was about. */
export function changedALot(refused: Pick<Evidence, "looked" | "matched">, now: Pick<Evidence, "looked" | "matched">): boolean {
  return shareOf(now) - shareOf(refused) >= ROSE_BY;
}
