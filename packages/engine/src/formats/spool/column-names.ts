const MAX_NAME_LENGTH = 255;

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
 * (engines that read the table would mix them up).
 */
export function columnNames(header: readonly string[]): readonly string[] {
  const used = new Set<string>();
  return header.map((raw, index) => {
    const name = unusedName(cleanName(raw, index), used);
    used.add(name.toLowerCase());
    return name;
  });
}
