/** A number as it is written, of any length. */
export class NumberText {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** A value of a nested file, exact: numbers keep their digits, objects the order of their keys. */
export type Node = null | boolean | string | NumberText | readonly Node[] | ReadonlyMap<string, Node>;

export const isObject = (node: Node): node is ReadonlyMap<string, Node> => node instanceof Map;
export const isList = (node: Node): node is readonly Node[] => Array.isArray(node);

/** A value as JSON, with numbers as they were written. */
export function toJson(node: Node): string {
  if (node === null || typeof node === "boolean") return String(node);
  if (typeof node === "string") return JSON.stringify(node);
  if (node instanceof NumberText) return node.text;
  if (isList(node)) return `[${node.map(toJson).join(",")}]`;
  return `{${[...(node as ReadonlyMap<string, Node>)].map(([key, value]) => `${JSON.stringify(key)}:${toJson(value)}`).join(",")}}`;
}

/** One record of a nested file. */
export interface NestedRecord {
  /** Where it begins in the file; from 1. */
  readonly line: number;
  readonly value: ReadonlyMap<string, Node> | undefined;
  /** Why there is no value. */
  readonly fault?: string;
  readonly raw: () => string;
}
