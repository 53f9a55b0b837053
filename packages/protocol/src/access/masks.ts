import { z } from "zod";
import { problem } from "../errors.ts";

/** Shown in the place of a whole value. */
export const REDACTED = "********";
/** What a pattern's matches become unless a mask says otherwise. */
const DEFAULT_REPLACEMENT = "***";
const REPLACED_BY = " => ";

const DATE_UNITS = ["month", "quarter", "year"] as const;
const MAX_DIGITS = 15;
const MAX_PATTERN = 200;
const MAX_SHOWN = 200;

/** Masks without settings. */
const plain = <K extends string>(kind: K) => z.strictObject({ kind: z.literal(kind) });
const isPrintable = (text: string): boolean => text.isWellFormed() && !/\p{Cc}/u.test(text);
const shownText = (max: number) => z.string().max(max).refine(isPrintable, "must not hold control characters");

/** What is done to a value before somebody sees it. The order is the order of strictness: of two masks the later one shows less. */
export const mask = z
  .discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("date_truncate"), unit: z.enum(DATE_UNITS).meta({ description: "What a date is cut to the first day of." }) }),
    z.strictObject({
      kind: z.literal("numeric_round"),
      digits: z.number().int().min(1).max(MAX_DIGITS).meta({ description: "How many digits to the left of the point become zeros." }),
    }),
    plain("partial_text"),
    plain("email"),
    plain("phone"),
    plain("ssn"),
    plain("credit_card"),
    plain("ip"),
    plain("format_preserving"),
    plain("token"),
    plain("hash"),
    z.strictObject({
      kind: z.literal("regex"),
      pattern: shownText(MAX_PATTERN)
        .min(1)
        .meta({ description: "A regular expression (RE2). Its matches are replaced; a value without a match is redacted." }),
      replacement: shownText(MAX_SHOWN)
        .refine((text) => !text.includes(REPLACED_BY), `must not hold "${REPLACED_BY}"`)
        .meta({ description: "Stands for each match; `\\1` to `\\9` are the groups of the pattern." }),
    }),
    plain("redact"),
    z.strictObject({ kind: z.literal("constant"), value: shownText(MAX_SHOWN) }),
    plain("null"),
  ])
  .meta({ id: "Mask" });
export type Mask = z.infer<typeof mask>;
export type MaskKind = Mask["kind"];

/** From the one that shows most to the one that shows least. */
export const MASK_KINDS = mask.options.map((option) => option.shape.kind.value) as readonly MaskKind[];

const ALIASES: Readonly<Record<string, MaskKind>> = { name: "partial_text", partial_email: "email", custom: "regex" };

type WithSettings = Extract<MaskKind, "date_truncate" | "numeric_round" | "regex" | "constant">;

function readPattern(setting: string): Readonly<Record<string, unknown>> {
  const at = setting.lastIndexOf(REPLACED_BY);
  if (at < 0) return { pattern: setting, replacement: DEFAULT_REPLACEMENT };
  return { pattern: setting.slice(0, at), replacement: setting.slice(at + REPLACED_BY.length) };
}

/** How the part behind the colon is read; undefined stands for no colon. */
const SETTINGS: { readonly [K in WithSettings]: (setting: string | undefined) => Readonly<Record<string, unknown>> } = {
  date_truncate: (unit = "month") => ({ unit }),
  numeric_round: (digits = "2") => ({ digits: /^\d{1,2}$/.test(digits) ? Number(digits) : digits }),
  regex: (setting) => (setting === undefined ? {} : readPattern(setting)),
  constant: (value) => (value === undefined ? {} : { value }),
};

function readMask(text: string): unknown {
  const at = text.indexOf(":");
  const name = (at < 0 ? text : text.slice(0, at)).trim();
  const setting = at < 0 ? undefined : text.slice(at + 1);
  const kind = Object.hasOwn(ALIASES, name) ? ALIASES[name] : name;
  if (Object.hasOwn(SETTINGS, kind ?? "")) return { kind, ...SETTINGS[kind as WithSettings](setting) };
  return setting === undefined ? { kind } : { kind, setting };
}

const KNOWN = `must be one of ${MASK_KINDS.join(", ")}, or numeric_round:2, date_truncate:month, constant:TEXT, custom:PATTERN${REPLACED_BY}REPLACEMENT`;

/** A mask in JSON or YAML: its object, or its short text such as `email` or `numeric_round:2`. */
export const maskInput = z
  .unknown()
  .transform((input, context): Mask => {
    const read = mask.safeParse(typeof input === "string" ? readMask(input) : input);
    if (read.success) return read.data;
    for (const { path, message } of read.error.issues) {
      const isKind = path.length === 0 || path[0] === "kind";
      context.addIssue({ code: "custom", path, message: isKind ? KNOWN : message, input });
    }
    return z.NEVER;
  })
  .meta({ description: "A mask, or its short text such as `email`, `numeric_round:2` or `custom:\\d+`." });

/** Reads the short text of a mask. Throws `mask.invalid`. */
export function parseMask(text: string): Mask {
  const read = maskInput.safeParse(text);
  if (read.success) return read.data;
  throw problem("mask.invalid", { reason: read.error.issues.map(({ path, message }) => [...path, message].join(" ")).join("; ") });
}

const isLossless = (pattern: string, replacement: string): boolean => replacement === DEFAULT_REPLACEMENT && !pattern.includes(REPLACED_BY);

/** The short text of a mask; {@link parseMask} makes the same mask of it. */
export function maskText(of: Mask): string {
  if (of.kind === "date_truncate") return `date_truncate:${of.unit}`;
  if (of.kind === "numeric_round") return `numeric_round:${of.digits}`;
  if (of.kind === "constant") return `constant:${of.value}`;
  if (of.kind !== "regex") return of.kind;
  return `custom:${of.pattern}${isLossless(of.pattern, of.replacement) ? "" : `${REPLACED_BY}${of.replacement}`}`;
}
