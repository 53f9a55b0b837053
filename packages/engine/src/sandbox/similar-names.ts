const MAX_SHOWN = 3;

function editDistance(left: string, right: string): number {
  let previous = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let row = 1; row <= left.length; row += 1) {
    const current = [row];
    for (let at = 1; at <= right.length; at += 1) {
      const change = (previous[at - 1] ?? 0) + (left[row - 1] === right[at - 1] ? 0 : 1);
      current.push(Math.min((previous[at] ?? 0) + 1, (current[at - 1] ?? 0) + 1, change));
    }
    previous = current;
  }
  return previous[right.length] ?? 0;
}

/** The names that a mistyped one may have meant, nearest first, as a sentence to end a message with; empty when none is near. */
export function similarNames(name: string, known: Iterable<string>): string {
  const wanted = name.toLowerCase().slice(0, 100);
  const near = [...known]
    .map((each) => ({ each, distance: editDistance(wanted, each.toLowerCase().slice(0, 100)) }))
    .filter(({ each, distance }) => distance <= Math.max(2, wanted.length / 3) || (wanted.length > 2 && each.toLowerCase().includes(wanted)))
    .toSorted((left, right) => left.distance - right.distance || left.each.localeCompare(right.each))
    .slice(0, MAX_SHOWN)
    .map(({ each }) => each);
  return near.length === 0 ? "" : ` Did you mean ${near.join(" or ")}?`;
}
