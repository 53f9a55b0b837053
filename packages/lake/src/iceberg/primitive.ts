/** A primitive type taken apart. */
export type Primitive =
  | { readonly kind: "decimal"; readonly precision: number; readonly scale: number }
  | { readonly kind: "fixed"; readonly length: number }
  | { readonly kind: SimpleKind };

export type SimpleKind = "boolean" | "int" | "long" | "float" | "double" | "date" | "time" | "timestamp" | "timestamptz" | "string" | "uuid" | "binary";

const SIMPLE: ReadonlySet<string> = new Set<SimpleKind>([
  "boolean",
  "int",
  "long",
  "float",
  "double",
  "date",
  "time",
  "timestamp",
  "timestamptz",
  "string",
  "uuid",
  "binary",
]);
const DECIMAL = /^decimal\(\s*(\d+)\s*,\s*(\d+)\s*\)$/;
const FIXED = /^fixed\[\s*(\d+)\s*\]$/;
const known = new Map<string, Primitive | undefined>();

function parse(type: string): Primitive | undefined {
  if (SIMPLE.has(type)) return { kind: type as SimpleKind };
  const decimal = DECIMAL.exec(type);
  if (decimal !== null) {
    const [precision, scale] = [Number(decimal[1]), Number(decimal[2])];
    return precision >= 1 && precision <= 38 && scale <= precision ? { kind: "decimal", precision, scale } : undefined;
  }
  const fixed = FIXED.exec(type);
  return fixed !== null && Number(fixed[1]) > 0 ? { kind: "fixed", length: Number(fixed[1]) } : undefined;
}

/** A primitive from its spelling; undefined for nested types, unknown ones and decimals wider than 38 digits. */
export function parsePrimitive(type: unknown): Primitive | undefined {
  if (typeof type !== "string") return undefined;
  if (known.has(type)) return known.get(type);
  const primitive = parse(type);
  if (known.size < 1000) known.set(type, primitive);
  return primitive;
}

/** The bytes a fixed-width decimal of that many digits needs, sign included. */
export function decimalWidth(precision: number): number {
  const most = 10n ** BigInt(precision) - 1n;
  let width = 1;
  while (BigInt.asIntN(width * 8, most) !== most) width += 1;
  return width;
}
