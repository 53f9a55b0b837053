import type { GraphExpression } from "../expression/index.ts";

interface PythonText {
  readonly text: string;
  /** Whether it is computed row by row, and no constant. */
  readonly isColumn: boolean;
}

type Kind = GraphExpression["kind"];
type Writer<K extends Kind> = (node: Extract<GraphExpression, { readonly kind: K }>) => PythonText | undefined;

const constant = (text: string): PythonText => ({ text, isColumn: false });
const row = (text: string): PythonText => ({ text, isColumn: true });

const OPERATORS: Readonly<Record<string, string>> = {
  "=": "==",
  "<>": "!=",
  "<": "<",
  "<=": "<=",
  ">": ">",
  ">=": ">=",
  "+": "+",
  "-": "-",
  "*": "*",
  "/": "/",
  "//": "//",
  "%": "%",
};

function both(left: GraphExpression, right: GraphExpression, write: (left: string, right: string) => string): PythonText | undefined {
  const [a, b] = [pythonOf(left), pythonOf(right)];
  return a === undefined || b === undefined ? undefined : { text: write(a.text, b.text), isColumn: a.isColumn || b.isColumn };
}

const joinedText = (part: PythonText): string => (part.isColumn ? `${part.text}.astype("string")` : part.text);

const writeBinary: Writer<"binary"> = ({ left, operator, right }) => {
  if (operator === "||") {
    const [a, b] = [pythonOf(left), pythonOf(right)];
    return a === undefined || b === undefined ? undefined : row(`(${joinedText(a)} + ${joinedText(b)})`);
  }
  const sign = OPERATORS[operator];
  return sign === undefined ? undefined : both(left, right, (a, b) => `(${a} ${sign} ${b})`);
};

const writeLogical: Writer<"logical"> = ({ operands, operator }) => {
  const parts = operands.map((operand) => pythonOf(operand));
  if (parts.some((part) => part === undefined)) return undefined;
  return row(`(${parts.map((part) => part?.text ?? "").join(operator === "and" ? " & " : " | ")})`);
};

/** Functions of texts and numbers that pandas has too, given the column and the other arguments. */
const CALLS: Readonly<Record<string, (column: string, rest: readonly string[]) => string>> = {
  lower: (column) => `${column}.str.lower()`,
  upper: (column) => `${column}.str.upper()`,
  trim: (column) => `${column}.str.strip()`,
  length: (column) => `${column}.str.len()`,
  replace: (column, [part, by]) => `${column}.str.replace(${part}, ${by}, regex=False)`,
  left: (column, [count]) => `${column}.str[:${count}]`,
  contains: (column, [part]) => `${column}.str.contains(${part}, regex=False)`,
  starts_with: (column, [part]) => `${column}.str.startswith(${part})`,
  ends_with: (column, [part]) => `${column}.str.endswith(${part})`,
  coalesce: (column, rest) => rest.reduce((text, other) => `${text}.fillna(${other})`, column),
  abs: (column) => `${column}.abs()`,
  year: (column) => `pd.to_datetime(${column}).dt.year`,
  month: (column) => `pd.to_datetime(${column}).dt.month`,
  day: (column) => `pd.to_datetime(${column}).dt.day`,
};

const writeCall: Writer<"call"> = ({ name, operands }) => {
  const write = CALLS[name];
  const [first, ...rest] = operands.map((operand) => pythonOf(operand));
  if (write === undefined || first?.isColumn !== true || rest.some((part) => part === undefined)) return undefined;
  return row(
    write(
      first.text,
      rest.map((part) => part?.text ?? ""),
    ),
  );
};

const WRITERS: { readonly [K in Kind]?: Writer<K> } = {
  column: ({ name }) => row(`df[${JSON.stringify(name)}]`),
  text: ({ value }) => constant(JSON.stringify(value)),
  number: ({ digits }) => constant(digits),
  boolean: ({ value }) => constant(value ? "True" : "False"),
  null: () => constant("None"),
  negate: ({ operand }) => {
    const of = pythonOf(operand);
    return of === undefined ? undefined : { ...of, text: `(-${of.text})` };
  },
  not: ({ operand }) => {
    const of = pythonOf(operand);
    return of?.isColumn === true ? row(`(~${of.text})`) : undefined;
  },
  isNull: ({ isNegated, operand }) => {
    const of = pythonOf(operand);
    return of?.isColumn === true ? row(`${of.text}.${isNegated ? "notna" : "isna"}()`) : undefined;
  },
  binary: writeBinary,
  logical: writeLogical,
  call: writeCall,
};

/** An expression over a data frame called `df`, undefined where pandas has no plain counterpart. */
export function pythonOf(node: GraphExpression): PythonText | undefined {
  const write = WRITERS[node.kind] as ((node: GraphExpression) => PythonText | undefined) | undefined;
  return write?.(node);
}
