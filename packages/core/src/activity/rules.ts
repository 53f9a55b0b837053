import { type ActivityArea, type ActivityFilters, EVENTS, type EventType, problem } from "@granary/protocol";

const TYPES = Object.keys(EVENTS) as EventType[];

const isEventType = (name: string): name is EventType => name in EVENTS;

/** The group of the activity log an event belongs to; what a newer program recorded counts as `system`. */
export function areaOf(type: string): ActivityArea {
  return isEventType(type) ? EVENTS[type].area : "system";
}

/** A sentence for people about an event. */
export function describeEvent(type: string, actor: string, subject: string): string {
  const text = isEventType(type) ? EVENTS[type].text : `{actor}: ${type} {subject}`;
  return text.replace(/\{(actor|subject)\}/g, (_, name: string) => (name === "actor" ? actor : subject));
}

/** The event types that filters ask for; undefined for all. */
export function typesAsked(filters: Pick<ActivityFilters, "type" | "area">): EventType[] | undefined {
  const { type, area } = filters;
  if (type === undefined && area === undefined) return undefined;
  return TYPES.filter((name) => (type === undefined || type.includes(name)) && (area === undefined || area.includes(EVENTS[name].area)));
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Default and longest span by size of bucket: a chart has some hundred points, not thousands. */
const SPANS = { hour: { usual: 2 * DAY_MS, longest: 31 * DAY_MS }, day: { usual: 30 * DAY_MS, longest: 400 * DAY_MS } } as const;

export interface Span {
  readonly from: Date;
  readonly to: Date;
}

/** The span a chart covers, ending now unless told otherwise. Throws `request.invalid` when it is empty or too long. */
export function chartSpan(asked: { readonly from?: string | undefined; readonly to?: string | undefined }, bucket: keyof typeof SPANS, now: Date): Span {
  const { usual, longest } = SPANS[bucket];
  const to = asked.to === undefined ? now : new Date(asked.to);
  const from = asked.from === undefined ? new Date(to.getTime() - usual) : new Date(asked.from);
  const length = to.getTime() - from.getTime();
  const refuse = (message: string) => problem("request.invalid", {}, { issues: [{ path: "query.from", message }] });
  if (length <= 0) throw refuse("must be before `to`");
  if (length > longest) throw refuse(`must be at most ${longest / DAY_MS} days before \`to\` when counting by ${bucket}`);
  return { from, to };
}

/** Characters by which spreadsheet programs recognise a formula. */
const FORMULA_START = /^[=+\-@\t\r]/;

/** A CSV cell (RFC 4180) that no spreadsheet program takes for a formula. */
export function csvCell(value: string | number | null): string {
  if (value === null) return "";
  const text = String(value);
  const safe = typeof value === "string" && FORMULA_START.test(text) ? `'${text}` : text;
  return /["\n\r,;]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
