/** Wall clocks are kept as milliseconds of the same reading in UTC: 02:30 on a day is one number, whatever the zone. */
export type WallMs = number;

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  let format = formats.get(zone);
  if (format === undefined) {
    const fields = { year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric" } as const;
    format = new Intl.DateTimeFormat("en-US", { timeZone: zone, hourCycle: "h23", era: "short", ...fields });
    formats.set(zone, format);
  }
  return format;
}

/** What clocks of a zone show at an instant. */
export function wallOf(zone: string, instant: number): WallMs {
  const parts = new Map(
    formatOf(zone)
      .formatToParts(instant)
      .map(({ type, value }) => [type, value]),
  );
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = ["year", "month", "day", "hour", "minute", "second"].map((name) =>
    Number(parts.get(name as "year")),
  );
  return Date.UTC(year, month - 1, day, hour, minute, second) + (((instant % 1_000) + 1_000) % 1_000);
}

const offsetAt = (zone: string, instant: number): number => wallOf(zone, instant) - instant;

/** More than any zone ever moved its clocks at once: a whole day, when a country changed sides of the date line. */
const FAR_MS = 36 * 3_600_000;

/** When clocks show something: at no instant where they were put forward over it, at two where they were put back. */
export type Moments =
  | { readonly kind: "once"; readonly at: number }
  | { readonly kind: "gap" /** The first instant after the gap. */; readonly end: number }
  | { readonly kind: "twice"; readonly first: number; readonly last: number };

/** The first instant at which clocks show `wall` or later; between the two given ones the clocks are only put forward. */
function firstAtOrAfter(zone: string, wall: WallMs, from: number, until: number): number {
  let low = from;
  let high = until;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (wallOf(zone, middle) >= wall) high = middle;
    else low = middle;
  }
  return wallOf(zone, low) >= wall ? low : high;
}

export function momentsOf(zone: string, wall: WallMs): Moments {
  const offsets = [...new Set([wall - FAR_MS, wall, wall + FAR_MS].map((instant) => offsetAt(zone, instant)))];
  const instants = offsets
    .map((offset) => wall - offset)
    .filter((instant) => wallOf(zone, instant) === wall)
    .toSorted((a, b) => a - b);
  const [first, last] = instants;
  if (first === undefined) return { kind: "gap", end: firstAtOrAfter(zone, wall, wall - Math.max(...offsets), wall - Math.min(...offsets)) };
  return last === undefined ? { kind: "once", at: first } : { kind: "twice", first, last };
}
