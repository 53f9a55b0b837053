import { z } from "zod";

export type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue };

export const jsonValue: z.ZodType<JsonValue> = z.json() as z.ZodType<JsonValue>;

/** Settings as they travel: any JSON, secrets as `{"secret": true}` (kept) or as a new text. */
export const configValues = z.record(z.string().max(200), jsonValue);
export type ConfigValues = z.infer<typeof configValues>;

/**
 * The part of JSON Schema (2020-12) that settings are described in, with the annotations forms need.
 * A secret is `{"type": "string", "secret": true}`. Choices are `oneOf` of objects that share a property with a `const`.
 * `showWhen` names a sibling and the values for which a field is asked.
 */
export interface ConfigSchema {
  readonly type: "object" | "string" | "integer" | "number" | "boolean" | "array";
  readonly title?: string;
  readonly description?: string;
  readonly examples?: readonly JsonValue[];
  readonly default?: JsonValue;
  readonly const?: JsonValue;
  readonly enum?: readonly JsonValue[];
  /** Titles of the `enum` values, in order. */
  readonly enumTitles?: readonly string[];
  readonly pattern?: string;
  /** What the pattern wants, in words. */
  readonly patternText?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly format?: "uri" | "hostname" | "date" | "date-time" | "json";
  readonly secret?: boolean;
  readonly multiline?: boolean;
  /** Kept but not asked for. */
  readonly hidden?: boolean;
  /** Place within its object or group; those without come last. */
  readonly order?: number;
  readonly group?: string;
  /** Top level only: cards of the form, in order. */
  readonly groups?: readonly { readonly id: string; readonly title: string }[];
  /** Shown although it is optional. */
  readonly alwaysShow?: boolean;
  readonly showWhen?: { readonly field: string; readonly in: readonly JsonValue[] };
  readonly properties?: Readonly<Record<string, ConfigSchema>>;
  readonly required?: readonly string[];
  readonly items?: ConfigSchema;
  readonly oneOf?: readonly ConfigSchema[];
  readonly display?: "dropdown" | "radio";
}

export const configSchema = z
  .custom<ConfigSchema>((value) => typeof value === "object" && value !== null)
  .meta({ id: "ConfigSchema", type: "object", additionalProperties: true });

/** How a kept secret reads and is sent back. */
export const KEPT_SECRET = { secret: true } as const;
