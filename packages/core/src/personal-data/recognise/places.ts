import { ANY, AT, DASH, DIGIT, DOT, LETTER, SPACE } from "./cell-classes.ts";
import { plain } from "./people.ts";
import { FORMED, formedIf, type Match, NO, type Recogniser } from "./recogniser.ts";

const STREET_WORDS = new Set(
  (
    "street st avenue ave road rd boulevard blvd lane ln drive dr court ct way square sq terrace close crescent highway hwy parkway pkwy apt suite unit strasse str weg platz allee gasse ring ufer damm " +
    "rue avenue quai chemin impasse place cours calle avenida av plaza paseo camino carrer carretera via viale piazza corso vicolo rua travessa praca alameda ulica ul aleja al plac osiedle os straat laan plein gracht kade " +
    "vej gade alle gatan vagen gata vei veien katu tie kuja box postfach apartado"
  ).split(" "),
);
const STREET_ENDINGS = /(?:strasse|str|weg|platz|allee|gasse|ring|damm|ufer|straat|laan|plein|gracht|kade|vej|gade|gatan|vagen|gata|veien|katu|tie|kuja|utca)$/;

/** A street's word and a house number, in whichever order. */
function testAddress(text: string): Match {
  const words = plain(text)
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean);
  if (words.length < 2 || words.length > 16) return NO;
  const isStreet = words.some((word) => STREET_WORDS.has(word) || (word.length > 5 && STREET_ENDINGS.test(word)));
  return formedIf(isStreet && words.some((word) => /^\d{1,5}[a-z]?$/.test(word)));
}

const PAIR = /^[([]?\s*(-?\d{1,2}\.\d{3,})\s*[,; ]\s*(-?\d{1,3}\.\d{3,})\s*[)\]]?$/;
const SINGLE = /^-?\d{1,3}\.\d{2,}$/;

/** Decimal degrees: a pair is known by itself, one of the two by the column's name alone. */
function testPair(text: string): Match {
  const pair = PAIR.exec(text);
  return formedIf(pair !== null && Math.abs(Number(pair[1])) <= 90 && Math.abs(Number(pair[2])) <= 180);
}

const POSTCODE = /^(?=.*\d)[A-Z0-9]{2,5}(?:[ -]?[A-Z0-9]{2,4})?$/i;

const DAY_FORMS = [
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ]\d{2}:\d{2}.*)?$/,
  /^\d{1,2}([./-])\d{1,2}\1(\d{4})$/,
  /^(\d{4})(\d{2})(\d{2})$/,
  /^\d{1,2}([./-])\d{1,2}\1\d{2}$/,
];
const MONTH_NAMED = /^\d{1,2}\.?[ -]\p{L}{3,10}\.?[ -]\d{4}$|^\p{L}{3,10} \d{1,2},? \d{4}$/u;

/** Days on which somebody alive may have been born. */
function isBirthday(text: string): boolean {
  if (MONTH_NAMED.test(text)) return true;
  const form = DAY_FORMS.findIndex((pattern) => pattern.test(text));
  if (form < 0) return false;
  if (form === 3) return true;
  const year = Number(form === 1 ? text.slice(-4) : text.slice(0, 4));
  return year >= 1900 && year <= 2035;
}

export const placeRecognisers: readonly Recogniser[] = [
  {
    entity: "postal_address",
    strength: "checksum",
    bare: "name",
    enough: { named: 0.25, alone: 0.6 },
    length: [6, 160],
    allowed: ANY & ~AT,
    required: DIGIT,
    test: testAddress,
  },
  {
    entity: "postcode",
    strength: "shape",
    bare: "name",
    length: [3, 10],
    allowed: LETTER | DIGIT | SPACE | DASH,
    required: DIGIT,
    test: (text) => formedIf(POSTCODE.test(text)),
  },
  {
    entity: "postal_address",
    strength: "loose",
    bare: "name",
    length: [6, 160],
    allowed: ANY & ~AT,
    required: 0,
    test: (text) => formedIf(/\p{L}{2}.*\s|\s.*\p{L}{2}|\p{L}{4}.*\d/u.test(text) && !/^[0-9a-f]+$/i.test(text)),
  },
  { entity: "coordinates", strength: "checksum", bare: "name", length: [8, 48], allowed: ANY, required: DIGIT | DOT, test: testPair },
  {
    entity: "coordinates",
    strength: "shape",
    bare: "name",
    length: [3, 24],
    allowed: DIGIT | DOT | DASH,
    required: DIGIT | DOT,
    test: (text) => formedIf(SINGLE.test(text) && Math.abs(Number(text)) <= 180),
  },
];

export const dateRecognisers: readonly Recogniser[] = [
  {
    entity: "date_of_birth",
    strength: "shape",
    bare: "name",
    length: [6, 40],
    allowed: ANY,
    required: DIGIT,
    test: (text) => (isBirthday(text) ? FORMED : NO),
  },
];
