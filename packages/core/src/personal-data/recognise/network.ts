import { COLON, DASH, DIGIT, DOT, LETTER, SIGN, SLASH } from "./cell-classes.ts";
import { BARE, FORMED, formedIf, type Match, NO, type Recogniser } from "./recogniser.ts";

const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d{2}|[1-9]?\d)\.){3}(?:25[0-5]|2[0-4]\d|1\d{2}|[1-9]?\d)(?:\/(?:[12]?\d|3[0-2]))?(?::\d{2,5})?$/;
const GROUP = /^[0-9a-f]{1,4}$/i;
const MAC = /^[0-9a-f]{2}([:-])(?:[0-9a-f]{2}\1){4}[0-9a-f]{2}$|^(?:[0-9a-f]{4}\.){2}[0-9a-f]{4}$/i;

/** Whether a text is an IPv6 address by RFC 4291, with or without a zone or prefix length. `12:30` and `::` are none. */
function isIpv6(text: string): boolean {
  const address = text.replace(/[/%].*$/, "");
  const halves = address.split("::");
  if (halves.length > 2 || address.length < 4) return false;
  const groups = halves.flatMap((half) => (half === "" ? [] : half.split(":")));
  const last = groups.at(-1) ?? "";
  const isMixed = last.includes(".");
  if (isMixed && !IPV4.test(last)) return false;
  const plain = isMixed ? groups.slice(0, -1) : groups;
  const count = plain.length + (isMixed ? 2 : 0);
  return plain.every((group) => GROUP.test(group)) && (halves.length === 2 ? count < 8 && count > 0 : count === 8);
}

/** Versions such as `10.2.0.1` pass as well; they have no number as large as nearly every address has. */
const HAS_LARGE_NUMBER = /(?:^|\.)(?:6[4-9]|[7-9]\d|\d{3})(?:[.:/]|$)/;

function testAddress(text: string): Match {
  if (!text.includes(".") || text.indexOf(":") !== text.lastIndexOf(":")) return formedIf(isIpv6(text));
  if (!IPV4.test(text)) return NO;
  return HAS_LARGE_NUMBER.test(text) ? FORMED : BARE;
}

export const networkRecognisers: readonly Recogniser[] = [
  {
    entity: "ip_address",
    strength: "evident",
    bare: "name",
    length: [4, 50],
    allowed: DIGIT | LETTER | DOT | COLON | SLASH | SIGN,
    required: 0,
    test: testAddress,
  },
  {
    entity: "mac_address",
    strength: "evident",
    bare: "name",
    length: [14, 17],
    allowed: DIGIT | LETTER | COLON | DASH | DOT,
    required: 0,
    test: (text) => formedIf(MAC.test(text)),
  },
];
