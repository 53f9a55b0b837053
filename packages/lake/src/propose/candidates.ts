import {
  and,
  arithmetic,
  call,
  caseWhen,
  cast,
  column,
  compare,
  type Expression,
  inQuery,
  isNull,
  literal,
  not,
  or,
  type Query,
  type Relation,
  type SelectItem,
  tryCast,
} from "@granary/engine";
import { type HeldFiles, scanRelation, storedColumn, storedName } from "../files/index.ts";
import { keyName, PLACE, sided, valueName } from "../diff/index.ts";
import type { LakeColumn } from "../table/index.ts";
import { valueOfText } from "./cells/cell-readings.ts";
import type { ProposedColumn } from "./map-columns.ts";
import { CANDIDATES, keyTextName, named, NEW_TEXTS, shownName, textName } from "./names.ts";
import { fieldsOf, type Proposer, shownText } from "./proposer.ts";

const BIGINT = { kind: "bigint" } as const;
const [HASH, IS_OLD] = ["row_hash", "is_old"] as const;

/** What is proposed, over the rows of a file. */
export interface ProposedTexts {
  readonly rows: Relation;
  readonly keys: readonly ProposedColumn[];
  /** The other columns that are proposed; masked ones only to see that they are as they were. */
  readonly cells: readonly ProposedColumn[];
  /** The number of each row in the file, where it is known. */
  readonly line: string | undefined;
}

/** The rows of the snapshot that are compared. */
export interface BaseRows {
  readonly held: HeldFiles;
  readonly proposer: Proposer;
  /** All columns people see, which a change set keeps. */
  readonly columns: readonly LakeColumn[];
}

/** Scans stored columns of the rows that the proposer sees; or of those hidden from them. */
export function scanSeen(
  { held, proposer }: Pick<BaseRows, "held" | "proposer">,
  fieldIds: readonly number[],
  which: "seen" | "hidden" | "all" = "seen",
): Pick<Extract<Query, { kind: "select" }>, "from" | "where"> {
  const { filter } = proposer;
  const isSeen = filter === undefined ? literal(true) : call("coalesce", filter, literal(false));
  const ids = [...new Set([...fieldIds, ...fieldsOf(filter)])];
  const from = scanRelation(
    held,
    ids.map((fieldId) => ({ fieldId, name: storedName(fieldId) })),
  );
  if (which === "hidden") return { from, where: not(isSeen) };
  return filter === undefined || which === "all" ? { from } : { from, where: isSeen };
}

/** A key as it stands, before it is known whether the text is one: what no value can be made of is null. */
export const looseKey = ({ text, source }: ProposedColumn): Expression => (source.sqlType.kind === "text" ? text : tryCast(text, source.sqlType));

const hashed = (texts: readonly Expression[]): Expression => call("row_hash", ...texts);

const NO_HASH: Expression = literal(0);

function oldHashes(base: BaseRows, { keys, cells }: ProposedTexts): Query {
  const compared = [...keys, ...cells];
  const ids = compared.flatMap((item) => (item.mask === undefined ? [item.fieldId] : fieldsOf(item.mask)));
  const keyItems = keys.length === 0 ? [] : keys.map(({ fieldId }) => ({ expression: storedColumn(fieldId), as: keyName(fieldId) }));
  return {
    kind: "select",
    items: [
      ...keyItems,
      { expression: literal(true), as: IS_OLD },
      { expression: compared.length === 0 ? NO_HASH : hashed(compared.map(shownText)), as: HASH },
    ],
    ...scanSeen(base, ids),
  };
}

function newHashes({ rows, keys, cells }: ProposedTexts): Query {
  const compared = [...keys, ...cells];
  return {
    kind: "select",
    items: [
      ...keys.map((item) => ({ expression: looseKey(item), as: keyName(item.fieldId) })),
      { expression: cast(literal(null), { kind: "boolean" }), as: IS_OLD },
      { expression: compared.length === 0 ? NO_HASH : hashed(compared.map((item) => item.text)), as: HASH },
    ],
    from: rows,
  };
}

/** What became of each row of both sides beside each other: whether each side is there, and the key where they may differ. */
export const MET = { table: "met_rows", hasOld: "has_old", hasNew: "has_new", differs: "may_differ" } as const;

/**
 * All rows of both sides beside each other by key, in one pass over both, with one hash of the texts of each. Texts are compared as
 * they stand, so that only what is written otherwise is looked at closer.
 */
export function metRows(base: BaseRows, texts: ProposedTexts): Query {
  const names = texts.keys.map(({ fieldId }) => keyName(fieldId));
  const [o, n] = [sided("o"), sided("n")];
  const mayDiffer = compare(o(HASH), "is distinct from", n(HASH));
  const side = (alias: "o" | "n", query: Query): Relation => ({ kind: "alias", as: alias, relation: { kind: "query", query } });
  return {
    kind: "select",
    items: [
      ...names.map((name) => ({ expression: caseWhen([{ when: mayDiffer, then: call("coalesce", o(name), n(name)) }], literal(null)), as: name })),
      { expression: not(isNull(o(HASH))), as: MET.hasOld },
      { expression: not(isNull(n(HASH))), as: MET.hasNew },
      { expression: mayDiffer, as: MET.differs },
    ],
    from: {
      kind: "join",
      join: "full",
      left: side("o", oldHashes(base, texts)),
      right: side("n", newHashes(texts)),
      on: and(...names.map((name) => compare(o(name), "=", n(name)))),
    },
  };
}

/** How many of the rows that met have an old side, and how many a new one. A key that one side has more than once meets more often than there are rows. */
export const MET_COUNTS: Query = {
  kind: "select",
  items: [MET.hasOld, MET.hasNew].map((name) => ({ expression: call("count_if", column(name)), as: name })),
  from: { kind: "table", name: MET.table },
};

/** The keys under which the sides may differ, by rows that met where no key is there twice. */
export function metKeys({ keys }: ProposedTexts, missing: "kept" | "removed"): Query {
  const mayDiffer = column(MET.differs);
  return {
    kind: "select",
    items: keys.map(({ fieldId }) => named(keyName(fieldId))),
    from: { kind: "table", name: MET.table },
    where: missing === "removed" ? mayDiffer : and(mayDiffer, column(MET.hasNew)),
  };
}

/** The keys under which the sides may differ, however often each side has one: a key that each has once, with one hash, is left out. */
export function candidateKeys(base: BaseRows, texts: ProposedTexts, missing: "kept" | "removed"): Query {
  const ids = texts.keys.map(({ fieldId }) => fieldId);
  const [rows, olds] = [call("count_rows"), call("count", column(IS_OLD))];
  const isPair = and(compare(rows, "=", literal(2)), compare(olds, "=", literal(1)), compare(call("bit_xor", column(HASH)), "=", literal(0)));
  return {
    kind: "select",
    items: ids.map((id) => named(keyName(id))),
    from: { kind: "query", query: { kind: "unionAll", queries: [oldHashes(base, texts), newHashes(texts)] } },
    groupBy: ids.map((id) => column(keyName(id))),
    having: missing === "removed" ? not(isPair) : and(not(isPair), compare(olds, "<", rows)),
  };
}

/** Hashes of whole rows that one side has more often. */
export function candidateHashes(base: BaseRows, texts: ProposedTexts): Query {
  const [rows, olds] = [call("count_rows"), call("count", column(IS_OLD))];
  return {
    kind: "select",
    items: [named(HASH)],
    from: { kind: "query", query: { kind: "unionAll", queries: [oldHashes(base, texts), newHashes(texts)] } },
    groupBy: [column(HASH)],
    having: compare(rows, "<>", arithmetic(olds, "*", literal(2))),
  };
}

const among = (values: readonly Expression[], table: string, names: readonly string[]): Expression =>
  call("coalesce", inQuery(values, { kind: "select", items: names.map(named), from: { kind: "table", name: table } }), literal(false));

function isCandidate(values: readonly Expression[], names: readonly string[], table: string): Expression {
  return or(among(values, table, names), ...values.map(isNull));
}

/** Which rows of the two sides are looked at: those of candidates, or all that are proposed where they are few. */
export type Looked = "candidates" | "proposed";

/** The proposed rows that are looked at, as texts under their typed keys. */
export function newTexts({ rows, keys, cells, line }: ProposedTexts, looked: Looked): Query {
  const compared = [...keys, ...cells];
  const names = keys.map(({ fieldId }) => keyName(fieldId));
  const where =
    looked === "proposed"
      ? undefined
      : keys.length > 0
        ? isCandidate(keys.map(looseKey), names, CANDIDATES)
        : among([hashed(compared.map((item) => item.text))], CANDIDATES, [HASH]);
  return {
    kind: "select",
    items: [
      ...keys.map((item) => ({ expression: valueOfText(item.text, item.source.sqlType), as: keyName(item.fieldId) })),
      ...keys.map((item) => ({ expression: item.text, as: keyTextName(item.fieldId) })),
      ...cells.map((item) => ({ expression: item.text, as: textName(item.fieldId) })),
      { expression: cast(line === undefined ? literal(null) : column(line), BIGINT), as: PLACE },
    ],
    from: rows,
    ...(where === undefined ? {} : { where }),
  };
}

/** The rows of the snapshot that are looked at, with all their columns. */
export function oldRows(
  base: BaseRows,
  { keys, cells }: ProposedTexts,
  options: { readonly table: typeof CANDIDATES | typeof NEW_TEXTS; readonly withNulls: boolean },
): Query {
  const ids = new Set(keys.map(({ fieldId }) => fieldId));
  const masked = cells.filter((item) => item.mask !== undefined);
  const stored = keys.map(({ fieldId }) => storedColumn(fieldId));
  const names = keys.map(({ fieldId }) => keyName(fieldId));
  const isLooked =
    keys.length === 0
      ? among([hashed(cells.map(shownText))], CANDIDATES, [HASH])
      : options.withNulls
        ? isCandidate(stored, names, options.table)
        : among(stored, options.table, names);
  const items: readonly SelectItem[] = [
    ...keys.map(({ fieldId }) => ({ expression: storedColumn(fieldId), as: keyName(fieldId) })),
    ...base.columns.filter((item) => !ids.has(item.fieldId)).map(({ fieldId }) => ({ expression: storedColumn(fieldId), as: valueName(fieldId) })),
    ...masked.map((item) => ({ expression: shownText(item), as: shownName(item.fieldId) })),
    { expression: cast(literal(null), BIGINT), as: PLACE },
  ];
  const { from, where } = scanSeen(base, [...base.columns.map((item) => item.fieldId), ...masked.flatMap((item) => fieldsOf(item.mask))]);
  return { kind: "select", items, from, where: where === undefined ? isLooked : and(where, isLooked) };
}

/** Proposed rows under the names of a comparison, typed: what rows without a usable key are compared by. */
export function newTyped({ keys, cells }: ProposedTexts, columns: readonly LakeColumn[]): Query {
  const edited = new Set(cells.filter((item) => item.mask === undefined).map((item) => item.fieldId));
  const keyIds = new Set(keys.map((item) => item.fieldId));
  const value = ({ fieldId, sqlType }: LakeColumn): Expression =>
    edited.has(fieldId) ? valueOfText(column(textName(fieldId)), sqlType) : cast(literal(null), sqlType);
  return {
    kind: "select",
    items: [
      ...keys.map(({ fieldId }) => named(keyName(fieldId))),
      ...columns.filter((item) => !keyIds.has(item.fieldId)).map((item) => ({ expression: value(item), as: valueName(item.fieldId) })),
      named(PLACE),
    ],
    from: { kind: "table", name: NEW_TEXTS },
  };
}
