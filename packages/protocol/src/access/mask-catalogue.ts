import type { Column } from "../routes/datasets.ts";
import { type Mask, type MaskKind, REDACTED } from "./masks.ts";

/** A value and what a mask shows in its place. */
export interface MaskExample {
  readonly mask: Mask;
  readonly value: string;
  readonly shown: string;
}

/** What people are told about a kind of mask. */
export interface MaskInfo {
  readonly title: string;
  /** What it does, in one sentence. */
  readonly text: string;
  /** What somebody who sees the masked value still learns. */
  readonly keeps: string;
  /** What it does not protect against. */
  readonly limits: string;
  /** Types of columns it is made for; columns of other types are redacted. */
  readonly fits: readonly Column["type"][];
  readonly example: MaskExample;
}

const TEXT = ["text"] as const;
const NUMBERS = ["integer", "decimal", "number"] as const;
const NUMBERED = ["text", "integer", "decimal"] as const;
const EVERY = ["text", "integer", "decimal", "number", "date", "timestamp"] as const;
const ALL = ["boolean", ...EVERY] as const;

const example = (mask: Mask, value: string, shown: string): MaskExample => ({ mask, value, shown });

/**
 * Every kind of mask, from the one that shows most to the one that shows least. The keyed ones (`format_preserving`, `token`,
 * `hash`) show something else in every installation and workspace: their examples are of a key of 32 zero bytes.
 */
export const MASKS = {
  date_truncate: {
    title: "Cut a date",
    text: "Cuts a date or time to the first day of its month, quarter or year.",
    keeps: "The month, quarter or year, and the order of values that lie in different ones.",
    limits: "A rare month or year still points to few people.",
    fits: ["date", "timestamp"],
    example: example({ kind: "date_truncate", unit: "month" }, "1984-03-17", "1984-03-01"),
  },
  numeric_round: {
    title: "Round a number",
    text: "Rounds a number so that its last digits before the point become zeros.",
    keeps: "The size of the number; sums and averages stay close.",
    limits: "Extreme values stay extreme: the highest salary is still the highest.",
    fits: NUMBERS,
    example: example({ kind: "numeric_round", digits: 2 }, "12345", "12300"),
  },
  partial_text: {
    title: "First letters",
    text: "Shows the first letter of each word.",
    keeps: "The initials and the number of words. A word of one letter is hidden.",
    limits: "Initials beside other columns often tell who it is.",
    fits: TEXT,
    example: example({ kind: "partial_text" }, "John Doe", "J*** D***"),
  },
  email: {
    title: "E-mail address",
    text: "Shows the first letters of an address and its domain.",
    keeps: "Two letters (one of a short name, none of a name of one letter) and the whole domain.",
    limits: "The domain of a person or a small firm tells who it is.",
    fits: TEXT,
    example: example({ kind: "email" }, "john.doe@example.com", "jo***@example.com"),
  },
  phone: {
    title: "Phone number",
    text: "Shows the last four digits.",
    keeps: "Four digits, which many services take as proof of identity.",
    limits: "Somebody who knows a person's number finds the row.",
    fits: NUMBERED,
    example: example({ kind: "phone" }, "(555) 123-4567", "***-***-4567"),
  },
  ssn: {
    title: "Social security number",
    text: "Shows the last four digits of a number with nine.",
    keeps: "Four digits.",
    limits: "Of an older number the hidden digits follow from the place and time of birth.",
    fits: NUMBERED,
    example: example({ kind: "ssn" }, "123-45-6789", "***-**-6789"),
  },
  credit_card: {
    title: "Card number",
    text: "Shows the last four digits of a number with 13 to 19.",
    keeps: "Four digits, as on a receipt.",
    limits: "Together with the bank few numbers remain.",
    fits: NUMBERED,
    example: example({ kind: "credit_card" }, "1234 5678 1234 9010", "****-****-****-9010"),
  },
  ip: {
    title: "IP address",
    text: "Shows the first two groups of an address, of version 4 or 6.",
    keeps: "The network, and with it most often the provider and the country.",
    limits: "A firm with a network of its own is still known.",
    fits: TEXT,
    example: example({ kind: "ip" }, "192.168.17.42", "192.168.***.**"),
  },
  format_preserving: {
    title: "Same form, other letters",
    text: "Replaces each digit by a digit and each letter by a letter of the same case; blanks and punctuation stay.",
    keeps: "The form, the length, and that equal values are equal.",
    limits: "A form that only one value has tells it. Different values are rarely shown alike: count people by tokens instead.",
    fits: NUMBERED,
    example: example({ kind: "format_preserving" }, "AB-1234-xy", "NN-4052-tv"),
  },
  token: {
    title: "Token",
    text: "Replaces a value by a token that is the same wherever the value is, so joins and counts stay right.",
    keeps: "That equal values are equal, in every dataset of the workspace.",
    limits: "How often each value occurs can give the frequent ones away.",
    fits: EVERY,
    example: example({ kind: "token" }, "john.doe@example.com", "tok_680325897afb7da1"),
  },
  hash: {
    title: "Keyed hash",
    text: "Replaces a value by the first 12 hexadecimal digits of a hash with a secret key of the workspace.",
    keeps: "That equal values are equal.",
    limits:
      "A hash without a key would be no mask: all phone, card and social security numbers can be tried in minutes. With the key that needs the key, but how often each value occurs still shows.",
    fits: EVERY,
    example: example({ kind: "hash" }, "123-45-6789", "b7f857886542"),
  },
  regex: {
    title: "Custom pattern",
    text: "Replaces what a regular expression (RE2) matches, and redacts a value that it does not match.",
    keeps: "Everything outside of the matches.",
    limits: "What the pattern overlooks beside a match is shown. Write it so that it matches the whole value.",
    fits: EVERY,
    example: example({ kind: "regex", pattern: "^(..).*$", replacement: "\\1***" }, "DE4401", "DE***"),
  },
  redact: {
    title: "Redact",
    text: "Shows eight asterisks, however long the value is.",
    keeps: "Whether there is a value, and how many elements a list has.",
    limits: "Missing values can be told from others.",
    fits: ALL,
    example: example({ kind: "redact" }, "anything at all", REDACTED),
  },
  constant: {
    title: "Fixed text",
    text: "Shows the same text in the place of every value.",
    keeps: "Whether there is a value.",
    limits: "Missing values can be told from others.",
    fits: ALL,
    example: example({ kind: "constant", value: "withheld" }, "anything at all", "withheld"),
  },
  null: {
    title: "Nothing",
    text: "Shows the column empty.",
    keeps: "That there is such a column.",
    limits: "Other columns of the row may tell the same.",
    fits: ALL,
    example: example({ kind: "null" }, "anything at all", ""),
  },
} as const satisfies Readonly<Record<MaskKind, MaskInfo>>;
