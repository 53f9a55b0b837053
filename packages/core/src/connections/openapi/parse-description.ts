import { problem } from "@granary/protocol";
import { parseDocument } from "yaml";

export type Node = Readonly<Record<string, unknown>>;

/** YAML is read ten times slower than JSON, and nobody writes so much of it by hand. */
const MAX_YAML_CHARS = 1_000_000;
const MAX_ALIASES = 100;
const MAX_REFERENCES = 50;

export const isNode = (value: unknown): value is Node => typeof value === "object" && value !== null && !Array.isArray(value);

export const invalid = (reason: string, cause?: unknown): Error => problem("connection.openapi_invalid", { reason }, cause === undefined ? {} : { cause });

function parseText(text: string): unknown {
  if (/^\s*[{[]/.test(text)) {
    try {
      return JSON.parse(text) as unknown;
    } catch (error) {
      throw invalid("it is no JSON", error);
    }
  }
  if (text.length > MAX_YAML_CHARS) throw invalid("as YAML it may have a million characters; send it as JSON");
  const document = parseDocument(text, { strict: false, uniqueKeys: false });
  if (document.errors.length > 0) throw invalid("it is neither JSON nor YAML", document.errors[0]);
  try {
    return document.toJS({ maxAliasCount: MAX_ALIASES }) as unknown;
  } catch (error) {
    throw invalid("it refers to itself too often", error);
  }
}

/** An OpenAPI description, and the way along its references. */
export class Description {
  readonly root: Node;

  constructor(text: string) {
    const root = parseText(text);
    if (!isNode(root)) throw invalid("it is empty");
    if (typeof root.openapi !== "string" || !/^3\.[01]\b/.test(root.openapi))
      throw invalid(typeof root.swagger === "string" ? "it is of version 2; convert it to 3.0 or 3.1" : "it does not say that it is OpenAPI 3.0 or 3.1");
    this.root = root;
  }

  /** What a value stands for: references within the description are followed, others lead nowhere. */
  at(value: unknown): Node | undefined {
    let node = value;
    for (let hops = 0; hops < MAX_REFERENCES; hops += 1) {
      if (!isNode(node)) return undefined;
      if (typeof node.$ref !== "string") return node;
      if (!node.$ref.startsWith("#/")) return undefined;
      const names = node.$ref.slice(2).split("/");
      let next: unknown = this.root;
      for (const name of names) {
        const key = decodeURIComponent(name).replaceAll("~1", "/").replaceAll("~0", "~");
        next = isNode(next) && Object.hasOwn(next, key) ? next[key] : undefined;
      }
      node = next;
    }
    return undefined;
  }
}
