import { call, caseWhen, cast, type Expression, isNull, listTransform, literal, parameter, type SqlType, structField, structPack } from "@granary/engine";
import { type Mask, type MaskKind, REDACTED } from "@granary/protocol";
import { hashOf, sameForm, tokenOf } from "./keyed-masks.ts";
import { maskSecret } from "./keys.ts";
import { cardMask, emailMask, ipMask, partialText, patternMask, phoneMask, ssnMask } from "./text-masks.ts";
import { roundNumber, truncateDate } from "./value-masks.ts";

/** A mask and what it is put on. */
export interface MaskInput {
  readonly mask: Mask;
  /** The stored value. The answer names nothing else. */
  readonly value: Expression;
  readonly type: SqlType;
  /** The workspace's, from {@link workspaceMaskKey}. */
  readonly key: Buffer;
  /** Within a scope equal values have equal tokens and hashes; the empty one is the whole workspace. */
  readonly scope: string;
}

/** A value inside a column that may be nested. */
interface Part<M extends Mask = Mask> extends MaskInput {
  readonly mask: M;
  /** Parameters of list functions inside each other have different names. */
  readonly depth: number;
}

/** Undefined where the mask does not fit the type. */
type Masking<K extends MaskKind> = (part: Part<Extract<Mask, { kind: K }>>) => Expression | undefined;

const isWhole = (type: SqlType): boolean => type.kind === "integer" || type.kind === "bigint" || (type.kind === "decimal" && type.scale === 0);
const isText = (type: SqlType): boolean => type.kind === "text";
const isDigits = (type: SqlType): boolean => isText(type) || isWhole(type);
const hasForm = (type: SqlType): boolean => isText(type) || isWhole(type) || type.kind === "decimal";
/** Two values are no secret, whatever the key. */
const isSecret = (type: SqlType): boolean => type.kind !== "boolean";
const hasCharacters = (type: SqlType): boolean => isSecret(type) && type.kind !== "binary";

/** The text of a value: of a number the same as of the text of that number. */
function textOf({ value, type }: Part): Expression {
  if (type.kind === "text") return value;
  return type.kind === "binary" ? call("encode_hex", value) : cast(value, { kind: "text" });
}

const onText =
  (fits: (type: SqlType) => boolean, show: (text: Expression) => Expression) =>
  (part: Part): Expression | undefined =>
    fits(part.type) ? show(textOf(part)) : undefined;

const keyed =
  (fits: (type: SqlType) => boolean, show: (text: Expression, secret: string, depth: number) => Expression) =>
  (part: Part): Expression | undefined =>
    fits(part.type) ? show(textOf(part), maskSecret(part.key, part.mask.kind, part.scope), part.depth) : undefined;

const always = (value: Expression, text: string): Expression => caseWhen([{ when: isNull(value), then: literal(null) }], literal(text));

const MASKINGS: { readonly [K in MaskKind]: Masking<K> } = {
  date_truncate: ({ value, type, mask }) => truncateDate(value, type, mask.unit),
  numeric_round: ({ value, type, mask }) => roundNumber(value, type, mask.digits),
  partial_text: onText(isText, partialText),
  email: onText(isText, emailMask),
  phone: onText(isDigits, phoneMask),
  ssn: onText(isDigits, ssnMask),
  credit_card: onText(isDigits, cardMask),
  ip: onText(isText, ipMask),
  format_preserving: keyed(hasForm, sameForm),
  token: keyed(isSecret, tokenOf),
  hash: keyed(isSecret, hashOf),
  regex: (part) => (hasCharacters(part.type) ? patternMask(textOf(part), part.mask) : undefined),
  redact: () => undefined,
  constant: ({ value, mask }) => always(value, mask.value),
  null: ({ type }) => cast(literal(null), type),
};

const ofOne = (part: Part): Expression => (MASKINGS[part.mask.kind] as Masking<MaskKind>)(part as never) ?? always(part.value, REDACTED);

const orNull = (value: Expression, shown: Expression): Expression => caseWhen([{ when: isNull(value), then: literal(null) }], shown);

function ofEach(part: Part, list: Expression, body: (entry: Expression, depth: number) => Expression): Expression {
  const name = `part_${part.depth}`;
  return listTransform(list, name, body(parameter(name), part.depth + 1));
}

/** A map becomes a list of its entries: keys hold people's data too, and masked they are not always different. */
function ofEntries(part: Part, type: Extract<SqlType, { kind: "map" }>): Expression {
  return ofEach(part, call("map_entries", part.value), (entry, depth) => {
    const side = (name: "key" | "value"): Expression => ofPart({ ...part, value: structField(entry, name), type: type[name], depth });
    return structPack([
      { name: "key", value: side("key") },
      { name: "value", value: side("value") },
    ]);
  });
}

function ofPart(part: Part): Expression {
  const { type, value, mask } = part;
  if (mask.kind === "null") return ofOne(part);
  if (type.kind === "list") return ofEach(part, value, (element, depth) => ofPart({ ...part, value: element, type: type.element, depth }));
  if (type.kind === "map") return ofEntries(part, type);
  if (type.kind !== "struct") return ofOne(part);
  const fields = type.fields.map((field) => ({ name: field.name, value: ofPart({ ...part, value: structField(value, field.name), type: field.type }) }));
  return orNull(value, structPack(fields));
}

/**
 * What somebody sees in the place of a stored value: computed from it alone, for every value whatever it is, and never the
 * value itself because it has an unexpected form. Lists, structs and maps are masked inside; a map becomes a list of
 * entries. The answer is text, except that `date_truncate`, `numeric_round` and `null` keep the type they fit. A mask that
 * does not fit the type redacts. What is missing stays missing.
 */
export const maskExpression = (input: MaskInput): Expression => ofPart({ ...input, depth: 0 });
