/** Two letters for a name: of its first and last word, or the first two of its only one. */
export function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/);
  const first = words[0] ?? "";
  return `${first[0] ?? "?"}${words.length > 1 ? (words.at(-1)?.[0] ?? "") : (first[1] ?? "")}`.toUpperCase();
}
