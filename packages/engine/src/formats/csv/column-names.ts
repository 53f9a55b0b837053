const MAX_NAME_LENGTH = 255;

/** A column whose name in the file could not be kept. */
export interface RenamedColumn {
  /** Zero-based place in the file. */
  readonly index: number;
  readonly from: string;
  readonly to: string;
}

export interface ColumnNames {
  readonly names: readonly string[];
  readonly renamed: readonly RenamedColumn[];
}

function cleanName(raw: string, index: number): string {
  const cleaned = raw
    .normalize("NFC")
    .replaceAll(/[\p{Cc}\s]+/gu, " ")
    .trim()
    .slice(0, MAX_NAME_LENGTH);
  return cleaned === "" ? `column_${index + 1}` : cleaned;
}

function unusedName(name: string, used: ReadonlySet<string>): string {
  if (!used.has(name.toLowerCase())) return name;
  for (let count = 2; ; count += 1) {
    const candidate = `${name}_${count}`;
    if (!used.has(candidate.toLowerCase())) return candidate;
  }
}

/**
 * Makes a header usable as column names: no empty ones, no control characters, none that differ only by case
 * (engines that read the table would mix them up). Every change is listed.
 */
export function columnNames(header: readonly string[]): ColumnNames {
  const used = new Set<string>();
  const renamed: RenamedColumn[] = [];
  const names = header.map((raw, index) => {
    const name = unusedName(cleanName(raw, index), used);
    used.add(name.toLowerCase());
    if (name !== raw) renamed.push({ index, from: raw, to: name });
    return name;
  });
  return { names, renamed };
}
