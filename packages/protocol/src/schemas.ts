import { type Id, type IdKind, idPattern } from "@granary/kernel";
import { z } from "zod";

/** An identifier of one kind, such as `usr_01k...`. */
export function id<K extends IdKind>(kind: K) {
  return z.string().regex(idPattern(kind), `must be an identifier of the kind ${kind}`) as unknown as z.ZodType<Id<K>, string>;
}

/** An instant: RFC 3339 in UTC. */
export const instant = z.iso.datetime({ offset: false }).meta({ description: "An instant in UTC." });

/** A line of text a person typed: trimmed, not empty, no control characters. */
export function line(maxLength: number) {
  return (
    z
      .string()
      .trim()
      .min(1, "must not be empty")
      .max(maxLength)
      // biome-ignore lint/suspicious/noControlCharactersInRegex: refusing control characters is the point
      .regex(/^[^\u0000-\u001f\u007f]*$/, "must not contain control characters")
  );
}

/** Checked before the case is folded, which turns some letters of other alphabets into plain ones. */
export const email = z
  .string()
  .trim()
  .max(254)
  .regex(/^[\x21-\x7e]*$/, "must be written in plain letters: letters of other alphabets can look the same")
  .toLowerCase()
  .pipe(z.email("must be an e-mail address"));

/** The query of every list: an opaque cursor and a page size. */
export const pageQuery = z.strictObject({
  cursor: z.string().max(512).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});

/** One page of a list; `next` is the cursor of the following page, null at the end. */
export function page<T extends z.ZodType>(item: T) {
  return z.object({ items: z.array(item), next: z.string().nullable() });
}

/** What the caller may do with an object; every object that people act on carries it. */
export function can<const A extends readonly [string, ...string[]]>(...actions: A) {
  const shape = Object.fromEntries(actions.map((action) => [action, z.boolean()])) as Record<A[number], z.ZodBoolean>;
  return z.object(shape);
}

/** The body of every error answer (RFC 9457, application/problem+json). */
export const problemBody = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    detail: z.string(),
    code: z.string(),
    requestId: z.string(),
    retry: z.enum(["never", "reread", "later"]),
    errors: z.array(z.object({ path: z.string(), message: z.string() })),
    /** Where in the text of a query the error is: counted from 1, in characters. */
    place: z.object({ line: z.number().int(), column: z.number().int() }).optional(),
    /** On `edit.conflict`: the object as it is now, next to what was sent. */
    current: z.unknown().optional(),
  })
  .meta({ id: "Problem" });

export type ProblemBody = z.infer<typeof problemBody>;
