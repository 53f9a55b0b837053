/** Steps to turn one word into the other, at most `most + 1`. */
export function editDistance(from: string, to: string, most: number): number {
  if (Math.abs(from.length - to.length) > most) return most + 1;
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= to.length; j += 1) {
      const change = (row[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    if (Math.min(...next) > most) return most + 1;
    row = next;
  }
  return row[to.length] ?? most + 1;
}

/** The name somebody may have meant, or undefined. */
function similarName(name: string, names: Iterable<string>): string | undefined {
  const wanted = name.toLowerCase();
  const most = Math.min(3, Math.floor(wanted.length / 3));
  let best: string | undefined;
  let least = most + 1;
  for (const each of names) {
    const distance = editDistance(wanted, each.toLowerCase(), most);
    if (distance < least) [best, least] = [each, distance];
  }
  return best;
}

/** ` Did you mean x?`, or nothing. */
export function didYouMean(name: string, names: Iterable<string>): string {
  const similar = similarName(name, names);
  return similar === undefined ? "" : ` Did you mean ${similar}?`;
}
