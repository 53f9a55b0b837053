import { editDistance } from "./similar-names.ts";

/** Short forms that names of columns are full of, with what they stand for. */
const LONG_FORMS: Readonly<Record<string, string>> = {
  addr: "address",
  amt: "amount",
  avg: "average",
  bday: "birthday",
  cat: "category",
  cd: "code",
  cnt: "count",
  ctry: "country",
  cust: "customer",
  dept: "department",
  desc: "description",
  descr: "description",
  dob: "birthday",
  dt: "date",
  emp: "employee",
  fname: "firstname",
  forename: "firstname",
  identifier: "id",
  ident: "id",
  inv: "invoice",
  key: "id",
  lname: "lastname",
  mail: "email",
  mgr: "manager",
  mobile: "phone",
  msg: "message",
  nbr: "number",
  nm: "name",
  no: "number",
  nr: "number",
  num: "number",
  org: "organization",
  plz: "zip",
  pos: "position",
  postcode: "zip",
  price: "amount",
  prod: "product",
  qty: "quantity",
  ref: "reference",
  seq: "sequence",
  st: "street",
  str: "street",
  surname: "lastname",
  tel: "phone",
  telephone: "phone",
  tot: "total",
  ts: "timestamp",
  txt: "text",
  val: "value",
  zipcode: "zip",
};
/** Words of two whose meaning is one. */
const PAIRS: readonly (readonly [string, string, string])[] = [
  ["first", "name", "firstname"],
  ["last", "name", "lastname"],
  ["family", "name", "lastname"],
  ["given", "name", "firstname"],
  ["e", "mail", "email"],
  ["birth", "date", "birthday"],
  ["date", "birth", "birthday"],
  ["post", "code", "zip"],
  ["postal", "code", "zip"],
  ["zip", "code", "zip"],
];
const FILLERS = new Set(["of", "the", "is", "has", "at", "on", "in", "by", "field", "col", "column"]);

/** The words of a name, written out: `custNo` and `customer_number` have the same. */
export function wordsOf(name: string): readonly string[] {
  const plain = name.normalize("NFKD").replace(/\p{M}/gu, "");
  const parts = plain
    .replace(/([\p{Ll}\d])(\p{Lu})/gu, "$1 $2")
    .replace(/(\p{Lu}+)(\p{Lu}\p{Ll})/gu, "$1 $2")
    .toLowerCase();
  const words = parts.split(/[^\p{L}\p{N}]+/u).filter((word) => word !== "" && !FILLERS.has(word));
  const long = words.map((word) => LONG_FORMS[word] ?? word);
  const joined: string[] = [];
  for (const word of long) {
    const pair = PAIRS.find(([first, second]) => joined.at(-1) === first && word === second);
    if (pair === undefined) joined.push(word);
    else joined[joined.length - 1] = pair[2];
  }
  return joined.map((word) => (word.length > 3 && /[^siu]s$/.test(word) ? word.slice(0, -1) : word));
}

const wordLikeness = (a: string, b: string): number => {
  if (a === b) return 1;
  const [short, long] = a.length <= b.length ? [a, b] : [b, a];
  if (short.length >= 3 && long.startsWith(short)) return 0.8;
  const longest = long.length;
  const distance = editDistance(a, b, Math.floor(longest / 3));
  return distance > Math.floor(longest / 3) ? 0 : 1 - distance / longest;
};

const side = (from: readonly string[], to: readonly string[]): number =>
  from.reduce((sum, word) => sum + Math.max(0, ...to.map((other) => wordLikeness(word, other))), 0) / Math.max(1, from.length);

/** How alike names of columns are, from 0 to 1: by their words, their usual short forms, and their letters. */
export function nameLikeness(a: string, b: string): number {
  if (a === b) return 1;
  const [left, right] = [wordsOf(a), wordsOf(b)];
  if (left.length === 0 || right.length === 0) return 0;
  if (left.join(" ") === right.join(" ")) return 0.98;
  if (left.join("") === right.join("")) return 0.95;
  const words = (side(left, right) + side(right, left)) / 2;
  return Math.min(0.9, words);
}
