const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";
const ENCODED_LENGTH = 26;

/** Prefixes of every identifier the platform hands out; the prefix names the kind of thing. */
export const ID_PREFIXES = {
  accessEntry: "ace",
  accessRequest: "acr",
  apiKey: "key",
  backfill: "bkf",
  batch: "bat",
  change: "chg",
  changeComment: "chc",
  changeReview: "chr",
  connection: "con",
  dataset: "ds",
  datasetView: "dsv",
  device: "dev",
  download: "dow",
  event: "evt",
  finding: "fnd",
  group: "grp",
  invitation: "inv",
  job: "job",
  mail: "mail",
  notification: "ntf",
  pipeline: "pip",
  policy: "pol",
  query: "qry",
  request: "req",
  role: "rol",
  run: "run",
  savedQuery: "sq",
  schemaVersion: "sv",
  session: "ses",
  token: "tok",
  transformation: "trf",
  upload: "upl",
  user: "usr",
  workspace: "ws",
} as const;

export type IdKind = keyof typeof ID_PREFIXES;

/** A branded identifier: `ds_01k...`, sortable by creation time. */
export type Id<K extends IdKind> = string & { readonly __kind: K };

/**
 * Creates identifiers: prefix, underscore, and a UUIDv7 (RFC 9562) in 26 characters of Crockford base 32.
 * Identifiers made later sort later; 74 random bits keep them from being guessed in practice.
 */
export function newId<K extends IdKind>(kind: K, nowMs: number = Date.now()): Id<K> {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  let value = BigInt(nowMs) << 80n;
  for (let i = 6; i < 16; i += 1) value |= BigInt(bytes[i] ?? 0) << BigInt((15 - i) * 8);
  value = (value & ~(0xfn << 76n)) | (0x7n << 76n);
  value = (value & ~(0x3n << 62n)) | (0x2n << 62n);
  return `${ID_PREFIXES[kind]}_${encode(value)}` as Id<K>;
}

/** The smallest identifier of a kind that can be created at an instant: a bound for lists that are ordered by identifier, not an identifier of anything. */
export function idFloor(kind: IdKind, atMs: number): string {
  return `${ID_PREFIXES[kind]}_${encode(BigInt(Math.max(0, Math.trunc(atMs))) << 80n)}`;
}

function encode(bits: bigint): string {
  let text = "";
  for (let i = 0, rest = bits; i < ENCODED_LENGTH; i += 1, rest >>= 5n) text = (ALPHABET[Number(rest & 31n)] ?? "0") + text;
  return text;
}

/** A pattern that accepts exactly the identifiers of one kind. */
export function idPattern(kind: IdKind): RegExp {
  return new RegExp(`^${ID_PREFIXES[kind]}_[0-9a-hjkmnp-tv-z]{26}$`);
}

export function isId<K extends IdKind>(kind: K, value: string): value is Id<K> {
  return idPattern(kind).test(value);
}
