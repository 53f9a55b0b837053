import {
  and,
  call,
  caseWhen,
  cast,
  column,
  compare,
  type EngineSession,
  type Expression,
  inQuery,
  isNull,
  literal,
  not,
  or,
  type Query,
  type SqlType,
  tryCast,
} from "@granary/engine";
import { keyName, PLACE } from "../diff/index.ts";
import { storedColumn } from "../files/index.ts";
import { type BaseRows, looseKey, type ProposedTexts, scanSeen } from "./candidates.ts";
import { isLike, NUMBER, SCIENTIFIC, TEXT, trimmed, unguarded } from "./cells/text-parts.ts";
import { keyTextName, named, NEW_TEXTS, textName } from "./names.ts";

/** Keys of proposed rows that no row of the snapshot has, and keys of the snapshot that no proposed row has. */
const [FREE_NEW, FREE_OLD, REPAIRED] = ["free_new_keys", "free_old_keys", "repaired_keys"] as const;

const EXACT: SqlType = { kind: "decimal", precision: 38, scale: 10 };
const WHOLE: SqlType = { kind: "decimal", precision: 38, scale: 0 };
/** Spreadsheets keep this many digits of a number and make zeros of the rest. */
const KEPT_DIGITS = 15;

const formName = (fieldId: number): string => `form${fieldId}`;
const oldName = (fieldId: number): string => `old${fieldId}`;
const isRoundedName = (fieldId: number): string => `rounded${fieldId}`;

const asText = (value: Expression): Expression => cast(value, TEXT);
const digitsOf = (text: Expression): Expression => call("regex_extract", text, literal("^[+-]?([0-9]+)"), literal(1));
const isLong = (digits: Expression): Expression => compare(call("length", digits), ">", literal(KEPT_DIGITS));

/** A key as an exact number where it looks like one: without zeros in front and behind, plus sign and exponent. */
function plainForm(key: Expression): Expression {
  const text = trimmed(unguarded(asText(key)));
  const isNumber = or(isLike(text, NUMBER), isLike(text, SCIENTIFIC));
  return call(
    "coalesce",
    caseWhen([{ when: isNumber, then: call("coalesce", asText(tryCast(text, EXACT)), asText(tryCast(text, WHOLE))) }], literal(null)),
    text,
  );
}

/** What is left of a key when a spreadsheet has opened and saved it; of long numbers the digits it keeps, and how many there were. */
function formOf(key: Expression): Expression {
  const form = plainForm(key);
  const digits = digitsOf(form);
  const kept = call("concat", call("left", digits, literal(KEPT_DIGITS - 1)), literal("#"), asText(call("length", digits)));
  return caseWhen([{ when: isLong(digits), then: kept }], form);
}

/** Whether nothing is left of a long number but the digits a spreadsheet keeps: others were typed as they are. */
function isRounded(key: Expression): Expression {
  const digits = digitsOf(plainForm(key));
  return or(not(isLong(digits)), isLike(call("substring", digits, literal(KEPT_DIGITS + 1)), "0*"));
}

const table = (name: string) => ({ kind: "table", name }) as const;
const rowCount = call("count_rows");

async function count(session: EngineSession, name: string): Promise<number> {
  const { rows } = await session.run({ kind: "query", query: { kind: "select", items: [{ expression: rowCount, as: "rows" }], from: table(name) } });
  return Number(rows[0]?.[0] ?? 0);
}

const isAmong = (values: readonly Expression[], query: Query): Expression => call("coalesce", inQuery(values, query), literal(false));

function freeNew(base: BaseRows, ids: readonly number[]): Query {
  const keys = ids.map((id) => column(keyName(id)));
  const known: Query = { kind: "select", items: ids.map((id) => ({ expression: storedColumn(id), as: keyName(id) })), ...scanSeen(base, ids, "all") };
  return {
    kind: "select",
    distinct: true,
    items: ids.flatMap((id) => [
      named(keyName(id)),
      { expression: formOf(column(keyName(id))), as: formName(id) },
      { expression: isRounded(column(keyName(id))), as: isRoundedName(id) },
    ]),
    from: table(NEW_TEXTS),
    where: and(...keys.map((key) => not(isNull(key))), not(isAmong(keys, known))),
  };
}

function freeOld(base: BaseRows, { rows, keys }: ProposedTexts): Query {
  const ids = keys.map(({ fieldId }) => fieldId);
  const given: Query = { kind: "select", items: keys.map((item) => ({ expression: looseKey(item), as: keyName(item.fieldId) })), from: rows };
  const { from, where } = scanSeen(base, ids);
  const stored = ids.map((id) => storedColumn(id));
  const isFree = and(...stored.map((key) => not(isNull(key))), not(isAmong(stored, given)));
  return {
    kind: "select",
    items: ids.flatMap((id) => [
      { expression: storedColumn(id), as: oldName(id) },
      { expression: formOf(storedColumn(id)), as: formName(id) },
    ]),
    from,
    where: where === undefined ? isFree : and(where, isFree),
  };
}

/** Forms that one key alone has. */
function single(name: string, ids: readonly number[]): Query {
  const forms = ids.map((id) => column(formName(id)));
  return { kind: "select", items: ids.map((id) => named(formName(id))), from: table(name), groupBy: forms, having: compare(rowCount, "=", literal(1)) };
}

function repaired(ids: readonly number[]): Query {
  const forms = (alias: string): readonly Expression[] => ids.map((id) => column(formName(id), alias));
  const isOnly = (alias: string, name: string): Expression => isAmong(forms(alias), single(name, ids));
  const isSame = ids.map((id) => compare(column(formName(id), "n"), "=", column(formName(id), "o")));
  return {
    kind: "select",
    items: ids.flatMap((id) => [
      { expression: column(keyName(id), "n"), as: keyName(id) },
      { expression: column(oldName(id), "o"), as: oldName(id) },
    ]),
    from: {
      kind: "join",
      join: "inner",
      left: { kind: "alias", as: "n", relation: table(FREE_NEW) },
      right: { kind: "alias", as: "o", relation: table(FREE_OLD) },
      on: and(...isSame),
    },
    where: and(...ids.map((id) => column(isRoundedName(id), "n")), isOnly("n", FREE_NEW), isOnly("o", FREE_OLD)),
  };
}

/** The proposed rows with the keys they had. */
function withOldKeys(ids: readonly number[], others: readonly string[]): Query {
  const keys = ids.map((id) => ({ expression: call("coalesce", column(oldName(id), "r"), column(keyName(id), "n")), as: keyName(id) }));
  return {
    kind: "select",
    items: [...keys, ...others.map((name) => ({ expression: column(name, "n"), as: name }))],
    from: {
      kind: "join",
      join: "left",
      left: { kind: "alias", as: "n", relation: table(NEW_TEXTS) },
      right: { kind: "alias", as: "r", relation: table(REPAIRED) },
      on: and(...ids.map((id) => compare(column(keyName(id), "n"), "=", column(keyName(id), "r")))),
    },
  };
}

/**
 * Gives proposed rows the keys that a spreadsheet took from them: `501` is `00501` where the snapshot has no `501`, the file no
 * `00501`, and nothing else it could be. Replaces the table of proposed rows; answers how many keys were repaired.
 */
export async function repairKeys(session: EngineSession, base: BaseRows, texts: ProposedTexts): Promise<number> {
  const ids = texts.keys.map(({ fieldId }) => fieldId);
  if (ids.length === 0) return 0;
  await session.run({ kind: "createTable", name: FREE_NEW, query: freeNew(base, ids) });
  if ((await count(session, FREE_NEW)) === 0) return 0;
  await session.run({ kind: "createTable", name: FREE_OLD, query: freeOld(base, texts) });
  await session.run({ kind: "createTable", name: REPAIRED, query: repaired(ids) });
  const found = await count(session, REPAIRED);
  if (found === 0) return 0;
  const others = [...ids.map(keyTextName), ...texts.cells.map(({ fieldId }) => textName(fieldId)), PLACE];
  const WITH_KEYS = "new_texts_with_keys";
  await session.run({ kind: "createTable", name: WITH_KEYS, query: withOldKeys(ids, others) });
  await session.run({ kind: "dropTable", name: NEW_TEXTS });
  const all = [...ids.map(keyName), ...others].map(named);
  await session.run({ kind: "createTable", name: NEW_TEXTS, query: { kind: "select", items: all, from: table(WITH_KEYS) } });
  await session.run({ kind: "dropTable", name: WITH_KEYS });
  return found;
}
