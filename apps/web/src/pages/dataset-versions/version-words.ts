import type { DatasetVersion } from "@granary/protocol";

/** What made a version, as the head of its entry. */
export function whyText({ operation, batch, change, restoredFrom }: Pick<DatasetVersion, "operation" | "batch" | "change" | "restoredFrom">): string {
  const file = batch?.fileName ?? "a file";
  switch (operation) {
    case "loaded":
      return `Loaded ${file}`;
    case "batch_deleted":
      return `Took the rows of ${file} out`;
    case "batch_restored":
      return `Put the rows of ${file} back`;
    case "restored":
      return `Restored version ${restoredFrom ?? "before"}`;
    case "schema_changed":
      return "Changed columns";
    case "merged":
      return change === null ? "Merged a change request" : `Merged #${change.number} ${change.title}`;
    case "run":
      return "Published by a pipeline";
  }
}

/** How the rows of a version compare with those before, from what was counted; undefined when nothing changed. */
export function countsText(
  { added, removed, replaced }: Pick<DatasetVersion, "added" | "removed" | "replaced">,
  number: (value: number) => string,
): string | undefined {
  const parts = [
    [added, "added"],
    [removed, "removed"],
    [replaced, "changed"],
  ] as const;
  const said = parts.flatMap(([count, word]) => (count === null || count === 0 ? [] : `${number(count)} ${word}`));
  return said.length === 0 ? undefined : said.join(", ");
}

/** Both sides of a comparison in the address: `3..5`. */
export function readSides(text: string | undefined): readonly [from: string, to: string] | undefined {
  const [, from, to] = /^(\d{1,9})\.\.(\d{1,9})$/.exec(text ?? "") ?? [];
  return from === undefined || to === undefined ? undefined : [from, to];
}
