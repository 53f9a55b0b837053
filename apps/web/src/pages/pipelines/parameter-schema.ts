import type { ConfigSchema, JsonValue, PipelineDocument } from "@granary/protocol";

type Parameter = PipelineDocument["parameters"][number];

const isNumber = (type: string): boolean => type === "integer" || type === "number" || type.startsWith("decimal");

/** A default is kept as text, whatever its type. */
function defaultOf({ type, default: text }: Parameter): JsonValue | undefined {
  if (text === null) return undefined;
  if (type === "boolean") return text === "true";
  return isNumber(type) && Number.isFinite(Number(text)) && !type.startsWith("decimal") ? Number(text) : text;
}

function fieldOf(parameter: Parameter): ConfigSchema {
  const { name, type, description } = parameter;
  const value = defaultOf(parameter);
  const words = {
    title: name,
    description: description === "" ? type : `${description} (${type})`,
    alwaysShow: true,
    ...(value !== undefined && { default: value }),
  };
  if (type === "integer" || type === "number" || type === "boolean") return { ...words, type };
  if (type === "date") return { ...words, type: "string", format: "date", examples: ["2026-01-31"] };
  return { ...words, type: "string" };
}

/** The parameters of a pipeline as a form: those without a default are needed. */
export function parameterSchema(parameters: readonly Parameter[]): ConfigSchema {
  return {
    type: "object",
    properties: Object.fromEntries(parameters.map((parameter, order) => [parameter.name, { ...fieldOf(parameter), order }])),
    required: parameters.filter((parameter) => parameter.default === null).map(({ name }) => name),
  };
}
