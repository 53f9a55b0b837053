/** One measured figure beside its goal. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** The figure must not be above (`max`) or below (`min`) it; without a goal it is told for information. */
  readonly goal?: { readonly max: number } | { readonly min: number };
  readonly note?: string;
}

function isMet(figure: Figure): boolean {
  if (figure.goal === undefined) return true;
  return "max" in figure.goal ? figure.value <= figure.goal.max : figure.value >= figure.goal.min;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

function round(value: number): string {
  return Math.abs(value) >= 100 ? value.toFixed(0) : value.toFixed(2).replace(/\.?0+$/, "");
}

function goalText(figure: Figure): string {
  if (figure.goal === undefined) return "";
  return "max" in figure.goal ? `<= ${round(figure.goal.max)}` : `>= ${round(figure.goal.min)}`;
}

/** Prints the figures as a table; returns whether every goal was met. */
export function report(figures: readonly Figure[]): boolean {
  const rows = figures.map((figure) => [
    figure.name,
    `${round(figure.value)} ${figure.unit}`,
    goalText(figure),
    isMet(figure) ? (figure.goal === undefined ? "" : "met") : "MISSED",
    figure.note ?? "",
  ]);
  const head = ["figure", "measured", "goal", "", ""];
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0)));
  for (const row of [head, ...rows])
    console.log(
      row
        .map((text, column) => text.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    );
  return figures.every(isMet);
}
