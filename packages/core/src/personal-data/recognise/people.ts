import { ANY, AT, COLON, DIGIT, PLUS, SLASH } from "./cell-classes.ts";
import { FAMILY_NAMES } from "./family-names.ts";
import { GIVEN_NAMES } from "./given-names.ts";
import { BARE, FORMED, formedIf, type Match, NO, type Recogniser } from "./recogniser.ts";

const ACCENTS = /[^\u0000-\u007f]/;
/** As the dictionaries spell: without accents, in lower case. */
export function plain(word: string): string {
  const lower = word.toLowerCase();
  if (!ACCENTS.test(lower)) return lower;
  return lower
    .replace(/ß/g, "ss")
    .replace(/ł/g, "l")
    .replace(/[øö]/g, "o")
    .replace(/æ/g, "ae")
    .normalize("NFKD")
    .replace(/\p{Mn}/gu, "");
}

const TITLES = new Set([
  "mr",
  "mrs",
  "ms",
  "miss",
  "dr",
  "prof",
  "herr",
  "frau",
  "mme",
  "m",
  "sr",
  "sra",
  "don",
  "dona",
  "ing",
  "dipl",
  "sir",
  "dame",
  "rev",
  "jr",
  "iii",
  "ii",
  "phd",
  "md",
]);
const PARTICLES = new Set([
  "de",
  "da",
  "do",
  "dos",
  "das",
  "del",
  "della",
  "di",
  "van",
  "von",
  "der",
  "den",
  "la",
  "le",
  "el",
  "al",
  "bin",
  "ibn",
  "y",
  "e",
  "zu",
  "ter",
  "ten",
  "af",
]);
/** Firms, streets and places are called after people. */
const OF_THINGS = new Set(
  "ltd inc gmbh llc corp corporation co company group ag sa srl spa bv plc kg ab oy as sons bros brothers partners associates holdings street st ave avenue road rd blvd boulevard lane drive square plaza park school university college hospital hotel airport station county city club fc united bank foods motors and und et".split(
    " ",
  ),
);

const WORDS = /^[\p{L}\p{M}'’.-]+$/u;
/** A surname of one character, or one of the few of two, and a given name. */
const CHINESE =
  /^[王李张張刘劉陈陳杨楊黄黃赵趙吴吳周徐孙孫马馬朱胡郭何高林罗羅郑鄭梁谢謝宋唐许許邓鄧冯馮韩韓曹曾彭肖蔡潘田董袁于余叶葉蒋蔣杜苏蘇魏程吕呂丁沈任姚卢盧]\p{Script=Han}{1,2}$/u;
const JAPANESE =
  /^(?:佐藤|鈴木|高橋|田中|伊藤|渡辺|山本|中村|小林|加藤|吉田|山田|佐々木|山口|松本|井上|木村|林|斎藤|清水)[\s\u3000]?[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]{1,3}$/u;
const KOREAN = /^[김이박최정강조윤장임한오서신권황안송류홍]\p{Script=Hangul}{2}$/u;
const CYRILLIC = /^\p{Script=Cyrillic}+(?:ов|ова|ев|ева|ин|ина|ский|ская|енко|чук|ич|вич|вна)$/u;

function isNameOfScript(text: string): boolean {
  return CHINESE.test(text) || JAPANESE.test(text) || KOREAN.test(text) || text.split(/\s+/).some((word) => CYRILLIC.test(word));
}

const startsSmall = (word: string): boolean => /^\p{Ll}/u.test(word);

/** In `Rose vase` one word is a name and the other is none: names are written alike, particles apart. */
function areWrittenAlike(words: readonly string[]): boolean {
  const names = words.filter((word) => !PARTICLES.has(plain(word)));
  return names.every(startsSmall) || !names.some(startsSmall);
}

interface NameParts {
  readonly names: readonly string[];
  readonly isTitled: boolean;
}

/** The names in some words, without titles and particles; undefined when a word belongs to a firm, a street or a place. */
function partsOf(words: readonly string[]): NameParts | undefined {
  const plains = words.map((word) => plain(word.replace(/\.$/, "")));
  if (plains.some((word) => OF_THINGS.has(word))) return undefined;
  const names = plains.filter((word) => word.length > 1 && !TITLES.has(word) && !PARTICLES.has(word));
  return { names, isTitled: plains.some((word) => TITLES.has(word)) };
}

const isGiven = (name: string): boolean => name.split("-").some((part) => GIVEN_NAMES.has(part));
const isFamily = (name: string): boolean =>
  name
    .replace(/['’]/g, "")
    .split("-")
    .some((part) => FAMILY_NAMES.has(part));

const areWords = (words: readonly string[]): boolean => words.length > 0 && words.length <= 6 && words.every((word) => WORDS.test(word));

const wordsOf = (text: string): readonly string[] => text.replace(",", " ").split(/\s+/).filter(Boolean);

/** `Given Family`, `Family, Given` and with titles are formed; one word that is a name is bare. */
function testPerson(text: string): Match {
  if (ACCENTS.test(text) && isNameOfScript(text)) return FORMED;
  const words = wordsOf(text);
  if (!areWords(words) || !areWrittenAlike(words)) return NO;
  const parts = partsOf(words);
  if (parts === undefined) return NO;
  const { names, isTitled } = parts;
  if (words.length === 1) return names.some((name) => isGiven(name) || isFamily(name)) ? BARE : NO;
  return formedIf(names.some(isGiven) || ((isTitled || text.includes(",")) && names.some(isFamily)));
}

/** No dictionary has all names: in a column that is called so, a few words of letters are one. */
function mayBePerson(text: string): boolean {
  const words = wordsOf(text);
  return areWords(words) && !words.some((word) => OF_THINGS.has(plain(word)));
}

/** Two to four words with capitals, as people are written beside the word for what they are: customer, student, reviewer. */
function isWrittenAsPerson(text: string): boolean {
  const words = wordsOf(text);
  return words.length >= 2 && words.length <= 4 && !startsSmall(words[0] ?? "") && areWrittenAlike(words) && mayBePerson(text);
}

/** Names of things are called so as well. */
const ANY_NAME: ReadonlySet<string> = new Set(["name", "nom", "nombre", "nome", "naam", "namn", "navn"]);

export const peopleRecognisers: readonly Recogniser[] = [
  {
    entity: "person_name",
    strength: "checksum",
    bare: "many",
    // A dictionary knows some of the names, and of other texts next to none.
    enough: { named: 0.12, alone: 0.45 },
    length: [2, 60],
    allowed: ANY & ~(DIGIT | AT | SLASH | COLON | PLUS),
    required: 0,
    test: testPerson,
  },
  {
    entity: "person_name",
    strength: "shape",
    bare: "name",
    notNamed: ANY_NAME,
    length: [4, 60],
    allowed: ANY & ~(DIGIT | AT | SLASH | COLON | PLUS),
    required: 0,
    test: (text) => formedIf(isWrittenAsPerson(text)),
  },
  {
    entity: "person_name",
    strength: "loose",
    bare: "name",
    length: [1, 80],
    allowed: ANY & ~(DIGIT | AT | SLASH | COLON | PLUS),
    required: 0,
    test: (text) => formedIf(mayBePerson(text)),
  },
];
