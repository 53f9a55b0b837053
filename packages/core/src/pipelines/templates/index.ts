import { pipelineDocument, type PipelineDocument, problem } from "@granary/protocol";
import { LOADING } from "./loading.ts";
import { SHAPING } from "./shaping.ts";
import type { Template } from "./template.ts";

const TEMPLATES: readonly Template[] = [...LOADING, ...SHAPING];

interface ListedTemplate {
  id: string;
  title: string;
  text: string;
  icon: string;
  config: Template["config"];
  nodes: string[];
}

/** Fields that are left out, with texts that can stand for them. */
const exampleOf = ({ config }: Template): Record<string, string> =>
  Object.fromEntries(Object.entries(config.properties ?? {}).map(([name, field]) => [name, String(field.default ?? field.examples?.[0] ?? name)]));

/** Templates with the kinds of nodes they are made of. */
export const listTemplates = (): { items: ListedTemplate[] } => ({
  items: TEMPLATES.map((template) => {
    const { id, title, text, icon, config } = template;
    return { id, title, text, icon, config, nodes: pipelineDocument.parse(template.fill(exampleOf(template))).nodes.map(({ kind }) => kind) };
  }),
});

type Issue = { readonly path: string; readonly message: string };

function readField(template: Template, name: string, given: unknown): string | Issue {
  const { properties = {}, required = [] } = template.config;
  const { default: standard = "", enum: choices } = properties[name] ?? { type: "string" };
  const value = given ?? standard;
  const path = `body.values.${name}`;
  if (typeof value !== "string") return { path, message: "must be a text" };
  if (value.trim() === "" && required.includes(name)) return { path, message: "must not be empty" };
  return choices !== undefined && !choices.includes(value) ? { path, message: "is none of the choices" } : value.trim();
}

/** A template's document with a form's values; nothing is kept. Throws `pipeline.template_not_found` and `request.invalid`. */
export function fillTemplate(id: string, values: Readonly<Record<string, unknown>>): { document: PipelineDocument } {
  const template = TEMPLATES.find((item) => item.id === id);
  if (template === undefined) throw problem("pipeline.template_not_found");
  const names = Object.keys(template.config.properties ?? {});
  const read = names.map((name) => [name, readField(template, name, values[name])] as const);
  const issues = read.flatMap(([, value]) => (typeof value === "string" ? [] : [value]));
  if (issues.length > 0) throw problem("request.invalid", {}, { issues });
  const filled = Object.fromEntries(read.map(([name, value]) => [name, String(value)]));
  const parsed = pipelineDocument.safeParse(template.fill(filled));
  if (parsed.success) return { document: parsed.data };
  const wrong = parsed.error.issues.map(({ path, message }) => ({ path: `body.values (${path.join(".")})`, message }));
  throw problem("request.invalid", {}, { issues: wrong });
}
