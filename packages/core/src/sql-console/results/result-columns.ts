import type { ResultColumn as EngineColumn, SqlType } from "@granary/engine";
import type { ReadPlan } from "@granary/lake";
import type { Column } from "@granary/protocol";

/** A column of a kept result. */
export interface ResultColumn {
  /** Unique among the columns, whatever its case. */
  readonly name: string;
  readonly type: Column["type"];
  /** The engine's own name of the type. */
  readonly storedType: string;
  /** Whether it holds whole numbers that no decimal type can. */
  readonly isWide?: boolean;
  /** Whether a table that was read has a column of this name that whoever asked sees masked. */
  readonly isMasked?: boolean;
}

type KnownType = readonly [type: Column["type"], sqlType: SqlType];

const INTEGER: KnownType = ["integer", { kind: "integer" }];
const BIGINT: KnownType = ["integer", { kind: "bigint" }];
const HUGE: KnownType = ["integer", { kind: "decimal", precision: 38, scale: 0 }];
const TIMESTAMP: KnownType = ["timestamp", { kind: "timestamp" }];

const KNOWN: Readonly<Record<string, KnownType>> = {
  BOOLEAN: ["boolean", { kind: "boolean" }],
  TINYINT: INTEGER,
  SMALLINT: INTEGER,
  INTEGER,
  UTINYINT: INTEGER,
  USMALLINT: INTEGER,
  BIGINT,
  UINTEGER: BIGINT,
  UBIGINT: ["integer", { kind: "decimal", precision: 20, scale: 0 }],
  HUGEINT: HUGE,
  UHUGEINT: HUGE,
  FLOAT: ["number", { kind: "float" }],
  DOUBLE: ["number", { kind: "double" }],
  DATE: ["date", { kind: "date" }],
  TIME: ["text", { kind: "time" }],
  TIMESTAMP,
  TIMESTAMP_S: TIMESTAMP,
  TIMESTAMP_MS: TIMESTAMP,
  "TIMESTAMP WITH TIME ZONE": ["timestamp", { kind: "timestamptz" }],
  UUID: ["text", { kind: "uuid" }],
  BLOB: ["text", { kind: "binary" }],
};

const TEXT: KnownType = ["text", { kind: "text" }];

function knownType(engineType: string): KnownType {
  const decimal = /^DECIMAL\((\d+),(\d+)\)$/.exec(engineType);
  if (decimal !== null) return ["decimal", { kind: "decimal", precision: Number(decimal[1]), scale: Number(decimal[2]) }];
  return KNOWN[engineType] ?? TEXT;
}

/** The digits a decimal type can hold. */
export const MAX_DIGITS = 38;

export const isHuge = (engineType: string): boolean => KNOWN[engineType] === HUGE;

/** As what values are written where a format has types; what has no type there is a text. */
export const sqlTypeOf = ({ storedType, isWide = false }: ResultColumn): SqlType => (isWide ? TEXT : knownType(storedType))[1];

/** A name that no other column has, whatever the case: files and grids need that, queries do not. */
function uniqueName(name: string, index: number, taken: Set<string>): string {
  const wanted = name === "" ? `column${index + 1}` : name;
  let free = wanted;
  for (let number = 2; taken.has(free.toLowerCase()); number += 1) free = `${wanted}_${number}`;
  taken.add(free.toLowerCase());
  return free;
}

export function resultColumns(columns: readonly EngineColumn[]): readonly ResultColumn[] {
  const taken = new Set<string>();
  return columns.map(({ name, type }, index) => ({ name: uniqueName(name, index, taken), type: knownType(type)[0], storedType: type }));
}

/** The columns with a mark on those that are called like a masked one: what is only computed from such has another name. */
export function markMasked(columns: readonly ResultColumn[], plans: readonly ReadPlan[]): readonly ResultColumn[] {
  const masked = new Set(plans.flatMap((plan) => plan.columns.filter(({ mask }) => mask !== undefined).map(({ name }) => name.toLowerCase())));
  return columns.map((item) => (masked.has(item.name.toLowerCase()) ? { ...item, isMasked: true } : item));
}
