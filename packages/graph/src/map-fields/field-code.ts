import { decimalOf, type GraphColumn, type GraphType, type NodeOf } from "@granary/protocol";
import { type GraphExpression, parseExpression, printName } from "../expression/index.ts";
import { findColumn } from "../nodes/index.ts";
import { pythonOf } from "./python.ts";

type Field = NodeOf<"map">["settings"]["fields"][number];

const SQL_TYPES: Readonly<Record<string, string>> = { text: "varchar", integer: "bigint", number: "double", binary: "blob", json: "json" };
const sqlType = (type: GraphType): string => (decimalOf(type) === undefined ? (SQL_TYPES[type] ?? type) : type);

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** A map node as a select that people can take elsewhere. Types are DuckDB's; what does not fit becomes null unless it must not. */
export function fieldsAsSql(fields: readonly Field[], input: readonly GraphColumn[], onFault: NodeOf<"map">["settings"]["onFault"]): string {
  const cast = onFault === "fail" ? "cast" : "try_cast";
  const lines = fields.map(({ expression, from, to, type }) => {
    const source = expression ?? (from === undefined ? "null" : printName(from));
    const isSame = expression === undefined && from !== undefined && findColumn(input, from)?.type === type;
    return `  ${isSame ? source : `${cast}(${source} as ${sqlType(type)})`} as ${quoted(to)}`;
  });
  return `select\n${lines.join(",\n")}\nfrom input`;
}

const PANDAS: Readonly<Record<string, (value: string) => string>> = {
  text: (value) => `${value}.astype("string")`,
  integer: (value) => `pd.to_numeric(${value}, errors="coerce").astype("Int64")`,
  number: (value) => `pd.to_numeric(${value}, errors="coerce")`,
  boolean: (value) => `${value}.astype("boolean")`,
  date: (value) => `pd.to_datetime(${value}, errors="coerce").dt.date`,
  timestamp: (value) => `pd.to_datetime(${value}, errors="coerce")`,
  timestamptz: (value) => `pd.to_datetime(${value}, errors="coerce", utc=True)`,
};

function pandasCast(type: GraphType, value: string, onFault: NodeOf<"map">["settings"]["onFault"]): string {
  const cast = PANDAS[decimalOf(type) === undefined ? type : "number"];
  if (cast === undefined) return value;
  return onFault === "fail" ? cast(value).replaceAll('errors="coerce"', 'errors="raise"') : cast(value);
}

function parsed(text: string): GraphExpression | undefined {
  return parseExpression(text).expression;
}

/** A map node as a function of pandas, for people to take elsewhere; what has no counterpart there stands as a comment. */
export function fieldsAsPython(fields: readonly Field[], input: readonly GraphColumn[], onFault: NodeOf<"map">["settings"]["onFault"]): string {
  const lines = fields.flatMap(({ expression, from, to, type }) => {
    const target = `    out[${JSON.stringify(to)}]`;
    if (expression === undefined) {
      if (from === undefined) return [`${target} = None`];
      const value = `df[${JSON.stringify(from)}]`;
      return [`${target} = ${findColumn(input, from)?.type === type ? value : pandasCast(type, value, onFault)}`];
    }
    const tree = parsed(expression);
    const python = tree === undefined ? undefined : pythonOf(tree);
    if (python === undefined) return [`    # ${expression.replaceAll(/\s+/g, " ")}`, `${target} = None`];
    return [`${target} = ${pandasCast(type, python.isColumn ? python.text : `pd.Series(${python.text}, index=df.index)`, onFault)}`];
  });
  return [
    "import pandas as pd",
    "",
    "",
    "def map_fields(df: pd.DataFrame) -> pd.DataFrame:",
    "    out = pd.DataFrame(index=df.index)",
    ...lines,
    "    return out",
    "",
  ].join("\n");
}
