import { type FoundField, type IcebergType, parsePrimitive, type Primitive } from "../iceberg/index.ts";
import { invalid } from "./names.ts";

const ELSE = "add another column instead";
const WIDER: Readonly<Record<string, string>> = { int: "long", float: "double" };
const KEEPS = "only int to long, float to double and decimals to more digits keep every value";

/** Why a type cannot become another; undefined when it can. */
function fault(from: Primitive, to: Primitive): string | undefined {
  if (from.kind === "decimal" && to.kind === "decimal") {
    if (from.scale !== to.scale) return "the digits behind the point cannot change";
    return from.precision > to.precision ? "its values might not fit" : undefined;
  }
  if (from.kind === "fixed" && to.kind === "fixed") return from.length === to.length ? undefined : KEEPS;
  if (from.kind === to.kind || WIDER[from.kind] === to.kind) return undefined;
  return from.kind === "date" && to.kind.startsWith("timestamp") ? "that needs format version 3, which is not supported" : KEEPS;
}

const spell = (type: IcebergType): string => (typeof type === "string" ? type : type.type);

/** The wider type in the specification's spelling. Throws `lake.schema_change_invalid` where values could be lost. */
export function widenedType(field: FoundField, wanted: string): string {
  const [from, to] = [parsePrimitive(field.type), parsePrimitive(wanted)];
  const reason = from === undefined || to === undefined ? "only types of single values can be widened" : fault(from, to);
  if (reason !== undefined) throw invalid(`${field.path.join(".")} cannot become ${wanted} from ${spell(field.type)}: ${reason}; ${ELSE}`);
  return to?.kind === "decimal" ? `decimal(${to.precision}, ${to.scale})` : wanted;
}
