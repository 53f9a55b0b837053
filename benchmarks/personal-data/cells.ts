import type { Entity } from "@granary/protocol";
import { type Random, two } from "./random.ts";
import { type Half, type Locale, OTHER_TEXTS as T, WORDS } from "./words.ts";

/** A column of the corpus: what it is called, what it holds, and how its cells are made. */
export interface MadeColumn {
  readonly name: string;
  readonly label: readonly Entity[];
  readonly cell: (random: Random, row: number) => string;
}

export interface MadeTable {
  readonly file: string;
  readonly columns: readonly MadeColumn[];
}

type Cell = MadeColumn["cell"];
export const is = (name: string, entity: Entity | readonly Entity[], cell: Cell): MadeColumn => ({
  name,
  label: typeof entity === "string" ? [entity] : entity,
  cell,
});
export const not = (name: string, cell: Cell): MadeColumn => ({ name, label: [], cell });
export const of =
  (items: readonly string[]): Cell =>
  (random) =>
    random.pick(items);

const ascii = (text: string): string =>
  text
    .normalize("NFKD")
    .replace(/\p{Mn}/gu, "")
    .replace(/[łŁ]/g, "l")
    .replace(/[øØ]/g, "o")
    .replace(/ /g, "")
    .toLowerCase();

/** What is told of people of a place. */
export function peopleOf(half: Half, locale: Locale) {
  const { given, family, streets, towns } = WORDS[half];
  const givenName: Cell = of(given[locale]);
  const familyName: Cell = of(family[locale]);
  return {
    givenName,
    familyName,
    fullName: ((random, row) => `${givenName(random, row)} ${familyName(random, row)}`) as Cell,
    reversed: ((random, row) => `${familyName(random, row)}, ${givenName(random, row)}`) as Cell,
    email: ((random, row) =>
      `${ascii(givenName(random, row))}.${ascii(familyName(random, row))}${random.below(90)}@${random.pick(["example.com", "example.org", "mail.example.net"])}`) as Cell,
    street: ((random) =>
      locale === "en" || locale === "fr" || locale === "in"
        ? `${random.between(1, 250)} ${random.pick(streets[locale])}`
        : `${random.pick(streets[locale])} ${random.between(1, 120)}`) as Cell,
    fullAddress: ((random) => `${random.pick(streets[locale])} ${random.between(1, 120)}, ${random.digits(5)} ${random.pick(towns)}`) as Cell,
  };
}

export const ip: Cell = (random) => `${random.pick([10, 172, 192, 203, 81, 93])}.${random.below(256)}.${random.below(256)}.${random.between(1, 254)}`;
export const ipv6: Cell = (random) => `2001:db8:${random.between(1, 9999).toString(16)}::${random.between(1, 65_000).toString(16)}`;
export const mac: Cell = (random) =>
  Array.from({ length: 6 }, () => two(random.below(100)))
    .join(":")
    .replace(/9/g, "e");
export const uuid: Cell = (random) =>
  `${random.letters(8, "0123456789abcdef")}-${random.letters(4, "0123456789abcdef")}-4${random.letters(3, "0123456789abcdef")}-a${random.letters(3, "0123456789abcdef")}-${random.letters(12, "0123456789abcdef")}`;
export const hex =
  (size: number): Cell =>
  (random) =>
    random.letters(size, "0123456789abcdef");
export const amount: Cell = (random) => `${random.between(1, 9_000)}.${random.digits(2)}`;
export const flag: Cell = of(["true", "false"]);
export const epoch: Cell = (random) => String(1_500_000_000 + random.below(250_000_000));
export const epochMs: Cell = (random) => String(1_500_000_000_000 + random.below(2_000_000_000) * 100);
export const germanDay: Cell = (random) => `${two(random.between(1, 28))}.${two(random.between(1, 12))}.${random.between(1945, 2004)}`;
export const birthday: Cell = (random) => random.day(1940, 2006);
export const recent: Cell = (random) => random.day(2020, 2025);
export const us: Cell = (random) => random.pattern(`(${random.pick(["212", "415", "312", "617"])}) ${random.between(220, 989)}-####`);
export const usBare: Cell = (random) => random.pattern(`${random.pick(["212", "415", "312", "617"])}${random.between(220, 989)}####`);
export const german: Cell = (random) => random.pattern(`+49 ${random.pick(["30", "89", "40", "221"])} %######`);
export const germanMobile: Cell = (random) => random.pattern("0151 %#######");
export const british: Cell = (random) => random.pattern("07700 9#####").replace("07700", random.pick(["07400", "07711", "07891"]));
export const french: Cell = (random) => random.pattern("06 %# ## ## ##");
export const mixed =
  (share: number, some: Cell, others: Cell): Cell =>
  (random, row) =>
    (random.below(100) < share ? some : others)(random, row);

export const serial =
  (start: number): Cell =>
  (_, row) =>
    String(start + row);
export const sku: Cell = (random) => random.pattern("??-####-?");
export const version: Cell = (random) => `${random.below(12)}.${random.below(30)}.${random.below(20)}.${random.below(50)}`;

export function note(random: Random): string {
  return `${random.pick(T.sentence)}. ${random.pick(T.sentence)}.`;
}
