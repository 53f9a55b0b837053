import { isList, isObject, type NestedRecord, type Node } from "../nested/node.ts";
import { Fault } from "../../fault.ts";
import { JsonFault, parseJson } from "./parse-json.ts";
import type { JsonFinding } from "./detect-json.ts";
import { type ValueText, ValueSplitter } from "./value-splitter.ts";

const MAX_LINE_CHARS = 16 * 1024 * 1024;

/** A row of any kind of value: an object is one already, the places of a list become columns, anything else is one `value`. */
function asRecord(node: Node): ReadonlyMap<string, Node> {
  if (node !== null && isObject(node)) return node;
  if (node !== null && isList(node)) return new Map(node.map((item, index) => [`column_${index + 1}`, item]));
  return new Map([["value", node]]);
}

function countLineFeeds(text: string, to: number): number {
  let lines = 0;
  for (let at = text.indexOf("\n"); at >= 0 && at < to; at = text.indexOf("\n", at + 1)) lines += 1;
  return lines;
}

function readRecord({ text, line }: ValueText): NestedRecord {
  const raw = (): string => text;
  try {
    return { line, value: asRecord(parseJson(text)), raw };
  } catch (error) {
    if (!(error instanceof JsonFault)) throw error;
    return { line: line + countLineFeeds(text, error.at), value: undefined, fault: `not valid JSON at character ${error.at + 1}: ${error.message}`, raw };
  }
}

/** One value a line: a broken line is rejected alone. */
export async function* lineRecords(source: AsyncIterable<string>): AsyncGenerator<readonly NestedRecord[]> {
  let carry = "";
  let line = 1;
  const take = (text: string): NestedRecord[] => {
    const records: NestedRecord[] = [];
    for (const part of text.split("\n")) {
      const isBlank = part.trim() === "";
      if (!isBlank) records.push(readRecord({ text: part.endsWith("\r") ? part.slice(0, -1) : part, line }));
      line += 1;
    }
    return records;
  };
  for await (const text of source) {
    const end = text.lastIndexOf("\n");
    if (end < 0) {
      carry += text;
      if (carry.length > MAX_LINE_CHARS) throw new Fault("file.malformed", { format: "JSON", line, reason: "one value is longer than 16 MiB" });
      continue;
    }
    const records = take(carry + text.slice(0, end));
    carry = text.slice(end + 1);
    yield records;
  }
  if (carry !== "") yield take(carry);
}

/** The elements of an array, or values side by side. What breaks the document itself is thrown, as nothing behind it could be trusted. */
export async function* documentRecords(
  source: AsyncIterable<string>,
  finding: JsonFinding,
  onPassed: (keys: ReadonlySet<string>) => void = () => undefined,
): AsyncGenerator<readonly NestedRecord[]> {
  let records: NestedRecord[] = [];
  const splitter = new ValueSplitter(finding.layout === "values" ? undefined : finding.path, (value) => records.push(readRecord(value)));
  for await (const text of source) {
    splitter.push(text);
    if (records.length === 0) continue;
    yield records;
    records = [];
  }
  splitter.finish();
  onPassed(splitter.passedKeys);
  if (records.length > 0) yield records;
}
