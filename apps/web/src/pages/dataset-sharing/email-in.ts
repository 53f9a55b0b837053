/** The address in what a field of people holds: `Ada (ada@example.org)` once somebody was chosen, otherwise what was typed. */
export function emailIn(text: string): string {
  return /\(([^()\s]+@[^()\s]+)\)$/.exec(text.trim())?.[1] ?? text.trim();
}
