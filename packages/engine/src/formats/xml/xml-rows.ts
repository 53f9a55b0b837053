import { SaxesParser, type SaxesTagPlain } from "saxes";
import { Fault } from "../../fault.ts";
import { type NestedRecord, type Node, toJson } from "../nested/node.ts";

const MAX_DEPTH = 200;
const MAX_ROW_CHARS = 16 * 1024 * 1024;

const malformedXml = (line: number, reason: string): Fault => new Fault("file.malformed", { format: "XML", line, reason });

/** A strict parser that knows no entities but the five of XML itself and refuses a document that defines others. */
export function xmlParser(): SaxesParser {
  const parser = new SaxesParser({ xmlns: false, position: true });
  parser.on("doctype", (text) => {
    if (/<!ENTITY/i.test(text)) throw malformedXml(parser.line, "it defines entities, which are not expanded for safety; replace them by their text");
  });
  parser.on("error", (error) => {
    throw malformedXml(parser.line, error.message.replace(/^\d+:\d+: /, ""));
  });
  return parser;
}

/** An element under way: what its attributes and inner elements came to so far. */
interface Element {
  readonly name: string;
  readonly fields: Map<string, Node>;
  readonly texts: string[];
}

/** Adds a value under a name; a second one makes a list of both. */
function put(fields: Map<string, Node>, lists: WeakSet<object>, name: string, value: Node): void {
  const there = fields.get(name);
  if (!fields.has(name)) fields.set(name, value);
  else if (Array.isArray(there) && lists.has(there)) (there as Node[]).push(value);
  else {
    const list: Node[] = [there ?? null, value];
    lists.add(list);
    fields.set(name, list);
  }
}

/**
 * Takes an XML document apart into the elements at one path, piece by piece. Attributes are called `@name`, the text of an
 * element that also has attributes or inner elements `#text`; an element without anything is null.
 */
class XmlRows {
  readonly #parser = xmlParser();
  readonly #path: readonly string[];
  readonly #onRow: (record: NestedRecord) => void;
  readonly #way: string[] = [];
  readonly #open: Element[] = [];
  readonly #lists = new WeakSet<object>();
  #line = 1;
  #chars = 0;

  constructor(path: readonly string[], onRow: (record: NestedRecord) => void) {
    this.#path = path;
    this.#onRow = onRow;
    this.#parser.on("opentag", (tag) => this.#opened(tag));
    this.#parser.on("closetag", () => this.#closed());
    const onText = (text: string): void => this.#texted(text);
    this.#parser.on("text", onText);
    this.#parser.on("cdata", onText);
  }

  push(text: string): void {
    this.#parser.write(text);
  }

  finish(): void {
    if (this.#way.length > 0) throw new Fault("file.truncated", { what: "XML file" });
    this.#parser.close();
  }

  #isRow(): boolean {
    return this.#way.length === this.#path.length && this.#way.every((name, index) => name === this.#path[index]);
  }

  #opened(tag: SaxesTagPlain): void {
    this.#way.push(tag.name);
    if (this.#way.length > MAX_DEPTH) throw malformedXml(this.#parser.line, `it is nested deeper than ${MAX_DEPTH}`);
    if (this.#open.length === 0) {
      if (!this.#isRow()) return;
      this.#line = this.#parser.line;
      this.#chars = 0;
    }
    const fields = new Map<string, Node>(Object.entries(tag.attributes).map(([name, value]) => [`@${name}`, value]));
    this.#open.push({ name: tag.name, fields, texts: [] });
  }

  #texted(text: string): void {
    const element = this.#open.at(-1);
    if (element === undefined) return;
    this.#chars += text.length;
    if (this.#chars > MAX_ROW_CHARS) throw malformedXml(this.#line, "one row is longer than 16 MiB");
    element.texts.push(text);
  }

  #closed(): void {
    this.#way.pop();
    const element = this.#open.pop();
    if (element === undefined) return;
    const value = this.#valueOf(element);
    const parent = this.#open.at(-1);
    if (parent !== undefined) put(parent.fields, this.#lists, element.name, value);
    else
      this.#onRow({
        line: this.#line,
        value: value instanceof Map ? value : new Map([["value", value]]),
        raw: () => toJson(value),
      });
  }

  #valueOf({ fields, texts }: Element): Node {
    const text = texts.join("");
    const isText = fields.size === 0;
    if (isText) return text === "" ? null : text;
    if (text.trim() !== "") fields.set("#text", text);
    return fields;
  }
}

/** The elements at a path of a document, batch by batch. */
export async function* xmlRecords(source: AsyncIterable<string>, path: readonly string[]): AsyncGenerator<readonly NestedRecord[]> {
  let records: NestedRecord[] = [];
  const rows = new XmlRows(path, (record) => records.push(record));
  for await (const text of source) {
    rows.push(text);
    if (records.length === 0) continue;
    yield records;
    records = [];
  }
  rows.finish();
  if (records.length > 0) yield records;
}
