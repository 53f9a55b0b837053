import { ENTITY_NAMES, type Entity } from "@granary/protocol";
import { ABOUT, NAME_WORDS } from "./name-words.ts";

/** How a column's name speaks for a kind of personal data, and the words that do. */
export interface NameHit {
  readonly entity: Entity;
  readonly isSure: boolean;
  readonly words: string;
}

/** Whole words of a column's name: camel case, snake case and signs separate, as do digits from letters; accents are dropped. */
export function tokensOf(name: string): readonly string[] {
  return name
    .replace(/ß/g, "ss")
    .replace(/[łŁ]/g, "l")
    .replace(/[øØ]/g, "o")
    .normalize("NFKD")
    .replace(/\p{Mn}/gu, "")
    .replace(/(\p{Ll})(\p{Lu})/gu, "$1 $2")
    .replace(/(\p{Lu}+)(\p{Lu}\p{Ll})/gu, "$1 $2")
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+|(?<=\p{L})(?=\p{N})|(?<=\p{N})(?=\p{L})/u)
    .filter((token) => token !== "");
}

interface Phrase {
  readonly entity: Entity;
  readonly isSure: boolean;
  readonly words: readonly string[];
}

/** Phrases by their first word; a phrase joined to one word is another phrase. */
const PHRASES: ReadonlyMap<string, readonly Phrase[]> = (() => {
  const byWord = new Map<string, Phrase[]>();
  const add = (entity: Entity, text: string, isSure: boolean): void => {
    const words = text.split(" ");
    for (const form of words.length > 1 ? [words, [words.join("")]] : [words]) {
      const first = form[0] ?? "";
      byWord.set(first, [...(byWord.get(first) ?? []), { entity, isSure, words: form }]);
    }
  };
  for (const entity of ENTITY_NAMES) {
    const { sure = "", unsure = "" } = NAME_WORDS[entity] ?? {};
    for (const text of sure.split("|").filter(Boolean)) add(entity, text, true);
    for (const text of unsure.split("|").filter(Boolean)) add(entity, text, false);
  }
  return byWord;
})();

/** An `email_id` is an address in many places; the id of anything else is a number of the system's own. */
const isAbout = (token: string, entity: Entity): boolean => ABOUT.has(token) || ((token === "id" || token === "ids" || token === "uuid") && entity !== "email");

/** Words that make another thing of an address: `ip_address` is no postal one. */
const OTHER_ADDRESS = new Set([
  "ip",
  "mac",
  "email",
  "e",
  "mail",
  "web",
  "wallet",
  "btc",
  "eth",
  "bitcoin",
  "ethereum",
  "url",
  "site",
  "host",
  "memory",
  "hardware",
  "hw",
  "crypto",
  "contract",
]);
/** Words that make a thing's name of a name. */
const OTHER_NAME = new Set(
  "file product company host column table brand team event city country state item project department group user file domain server device model store shop bank category event category street org organization organisation business plan course class field tag".split(
    " ",
  ),
);

function isMeant({ entity, isSure, words }: Phrase, rest: readonly string[]): boolean {
  if (rest.some((token) => isAbout(token, entity))) return false;
  if (entity === "postal_address") return !rest.some((token) => OTHER_ADDRESS.has(token));
  if (entity === "person_name" && !isSure) return !rest.some((token) => OTHER_NAME.has(token));
  // Single letters and short words mean something only by themselves: `cap`, `via`, `sin`, `fin`, `cf`.
  return words.join("").length > 3 || rest.length <= 2;
}

/** Words of three letters which are words of other meanings too; they speak for a kind only when they are the whole name. */
const WHOLE_NAME_ONLY = new Set([
  "cap",
  "via",
  "sin",
  "fin",
  "cf",
  "pan",
  "nie",
  "nin",
  "born",
  "moms",
  "medicare",
  "rue",
  "tel",
  "mac",
  "cep",
  "psc",
  "ein",
  "aba",
  "insee",
  "street",
  "routing",
  "fax",
]);

/** How many words of a name a phrase takes from a place on; one of its words may be two there, as in `IdNr`. None when it does not stand there. */
function takenBy(words: readonly string[], tokens: readonly string[], at: number): number {
  if (words.every((word, index) => tokens[at + index] === word)) return words.length;
  return words.length === 1 && words[0] === `${tokens[at]}${tokens[at + 1]}` ? 2 : 0;
}

/** Phrases that may stand at a place: by its word, and by it and the next one as one word. */
function phrasesAt(tokens: readonly string[], at: number): readonly Phrase[] {
  const [token = "", next] = [tokens[at], tokens[at + 1]];
  return [...(PHRASES.get(token) ?? []), ...(next === undefined ? [] : (PHRASES.get(token + next) ?? []))];
}

interface SizedHit extends NameHit {
  readonly size: number;
}

/** What a phrase says where it stands; undefined where it does not, or means something else. */
function hitAt(phrase: Phrase, tokens: readonly string[], at: number): SizedHit | undefined {
  const { entity, words } = phrase;
  const taken = takenBy(words, tokens, at);
  if (taken === 0) return undefined;
  const rest = [...tokens.slice(0, at), ...tokens.slice(at + taken)].filter((other) => !/^\d+$/.test(other));
  if (!isMeant(phrase, rest)) return undefined;
  const isSure = phrase.isSure && !(rest.length > 1 && WHOLE_NAME_ONLY.has(words.join(" ")));
  return { entity, isSure, words: words.join(" "), size: words.join("").length + (isSure ? 100 : 0) };
}

/** What a column's name speaks for, at most once for each kind, the longest phrase first. */
export function nameHits(name: string): readonly NameHit[] {
  const tokens = tokensOf(name);
  const best = new Map<Entity, SizedHit>();
  tokens.forEach((_, at) => {
    for (const phrase of phrasesAt(tokens, at)) {
      const hit = hitAt(phrase, tokens, at);
      if (hit !== undefined && (best.get(hit.entity)?.size ?? 0) < hit.size) best.set(hit.entity, hit);
    }
  });
  return [...best.values()].toSorted((a, b) => b.size - a.size).map(({ entity, isSure, words }) => ({ entity, isSure, words }));
}
