import { ANY, AT, DOT, SPACE } from "./cell-classes.ts";
import { formedIf, type Recogniser } from "./recogniser.ts";

const LOCAL = /^(?:[\p{L}\p{N}!#$%&'*+/=?^_`{|}~-]+(?:\.[\p{L}\p{N}!#$%&'*+/=?^_`{|}~-]+)*|"[^"\\]{1,62}")$/u;
const LABEL = /^[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?$/u;
const LAST_LABEL = /^(?:\p{L}{2,24}|xn--[a-z0-9-]{2,59})$/iu;

/** What stands behind the point of files called like `logo@2x.png`; none of them is a top-level domain. */
const FILE_ENDINGS = new Set([
  "png",
  "jpg",
  "jpeg",
  "gif",
  "svg",
  "webp",
  "bmp",
  "ico",
  "css",
  "js",
  "json",
  "pdf",
  "html",
  "xml",
  "csv",
  "txt",
  "bak",
  "tmp",
  "local",
  "localhost",
]);

/** Whether a text is one e-mail address (RFC 5321: up to 64 characters before the @, 254 in all, a domain with a point). */
function isEmail(text: string): boolean {
  const at = text.lastIndexOf("@");
  if (at < 1 || at > 64) return false;
  const labels = text.slice(at + 1).split(".");
  const last = labels.at(-1) ?? "";
  if (labels.length < 2 || !LAST_LABEL.test(last) || FILE_ENDINGS.has(last.toLowerCase())) return false;
  return labels.every((label) => LABEL.test(label)) && LOCAL.test(text.slice(0, at));
}

const MAILTO = /^mailto:/i;
const NAMED = /^[^<>]{0,100}<([^<>]+)>$/;

/** `Jo Doe <jo@example.com>` and `mailto:` carry an address as much as the address alone. */
function bareAddress(text: string): string {
  if (text.endsWith(">")) return NAMED.exec(text)?.[1] ?? text;
  return MAILTO.test(text) ? text.slice(7) : text;
}

export const contactRecognisers: readonly Recogniser[] = [
  {
    entity: "email",
    strength: "evident",
    bare: "name",
    length: [6, 320],
    allowed: ANY,
    required: AT | DOT,
    test: (text) => formedIf(isEmail(bareAddress(text))),
  },
  {
    entity: "username",
    strength: "shape",
    bare: "name",
    length: [2, 64],
    allowed: ANY & ~SPACE,
    required: 0,
    test: (text) => formedIf(/^@?[\p{L}\p{N}][\p{L}\p{N}._@+-]*$/u.test(text) && !/^\d+(?:\.\d+)?$/.test(text)),
  },
];
