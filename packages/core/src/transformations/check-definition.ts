import { canCast, checkExpression, ColumnScope, findFunction, fits } from "@granary/graph";
import { graphType, type GraphColumn, type GraphType, problem, type TransformationDefinition } from "@granary/protocol";
import type { Ctx } from "../context/index.ts";

const invalid = (reason: string) => problem("transformation.invalid", { reason });

/** A definition with types that are known to be ones. */
export interface TypedDefinition {
  readonly columns: readonly GraphColumn[];
  readonly returns: GraphType;
}

function typeOf(text: string, of: string): GraphType {
  const parsed = graphType.safeParse(text);
  if (!parsed.success) throw invalid(`the type ${text} of ${of} is not known`);
  return parsed.data;
}

/** Types of arguments and result; throws `transformation.invalid`. */
function typesOf({ arguments: given, returns }: TransformationDefinition): TypedDefinition {
  const columns = given.map(({ name, type }) => ({ name, type: typeOf(type, name) }));
  const doubled = columns.find(({ name }, index) => columns.findIndex((column) => column.name === name) !== index);
  if (doubled !== undefined) throw invalid(`two arguments are called ${doubled.name}`);
  return { columns, returns: typeOf(returns, "the result") };
}

/** Own functions call those of the library alone, so that none can lead back to itself. */
function checkSql(body: string, { columns, returns }: TypedDefinition): void {
  const scope = { columns: new ColumnScope(columns), parameters: new Map(), functions: new Map(), use: "row" as const };
  const { faults, type } = checkExpression(body, scope);
  const [fault] = faults.filter(({ severity }) => severity === "error");
  if (fault !== undefined) throw invalid(fault.message.replace(/\.$/, ""));
  if (type !== "unknown" && type !== "null" && type !== returns && !fits(type, returns) && !canCast(type, returns))
    throw invalid(`it answers ${type}, not ${returns}`);
}

/** Throws `transformation.invalid` unless a definition can be used. */
export async function checkDefinition(ctx: Ctx, language: "sql" | "javascript", definition: TransformationDefinition): Promise<TypedDefinition> {
  const typed = typesOf(definition);
  if (language === "sql") {
    checkSql(definition.body, typed);
    return typed;
  }
  const { columns, returns } = typed;
  const given = columns.map(({ name, type }) => ({ name, column: name, type }));
  await ctx.services.engine.tryFunction({ body: definition.body, arguments: given, outputs: [{ name: "value", type: returns }], rows: [], signal: ctx.signal });
  return typed;
}

/** A name of a function that is not one of the library's. */
export function requireOwnName(name: string): void {
  if (findFunction(name) !== undefined) throw invalid(`${name} is a function of the library; choose another name`);
}
