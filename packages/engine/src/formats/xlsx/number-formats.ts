/** What a number format makes of a number. */
export type CellKind = "number" | "date" | "timestamp" | "time";

/** The formats that Excel does not write into the file, by its numbering. */
const BUILT_IN: Readonly<Record<number, CellKind>> = {
  14: "date",
  15: "date",
  16: "date",
  17: "date",
  18: "time",
  19: "time",
  20: "time",
  21: "time",
  22: "timestamp",
  45: "time",
  46: "time",
  47: "time",
};

/** 27-36 and 50-58 are dates in East Asian editions. */
const isEastAsianDate = (id: number): boolean => (id >= 27 && id <= 36 && id !== 32 && id !== 33) || (id >= 50 && id <= 58);

/** Reads a format code such as `dd/mm/yyyy hh:mm;@`: its letters, quoted texts and colours left out, say what it shows. */
function kindOfCode(code: string): CellKind {
  const bare = (code.split(";")[0] ?? "")
    .replaceAll(/"[^"]*"|\\.|_.|\*./g, "")
    .replaceAll(/\[(?!h+\]|m+\]|s+\])[^\]]*\]/gi, "")
    .toLowerCase();
  if (/general/.test(bare)) return "number";
  const hasDay = /[yd]/.test(bare) || /m{3,}/.test(bare);
  const hasClock = /[hs]/.test(bare);
  if (hasDay || (/m/.test(bare) && !hasClock)) return hasClock ? "timestamp" : "date";
  return hasClock ? "time" : "number";
}

/** What a cell of this format holds. `code` is the file's own definition of it, if there is one. */
export function kindOfFormat(id: number, code: string | undefined): CellKind {
  if (code !== undefined) return kindOfCode(code);
  return BUILT_IN[id] ?? (isEastAsianDate(id) ? "date" : "number");
}
