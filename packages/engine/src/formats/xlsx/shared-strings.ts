import { Fault } from "../../fault.ts";
import { xmlParser } from "../xml/index.ts";

const BLOCK_BYTES = 8 * 1024 * 1024;
/** More text than this in one workbook does not fit beside the engine. */
const MAX_BYTES = 512 * 1024 * 1024;

/** Characters that XML cannot hold are written as `_xHHHH_`. */
export const unescaped = (text: string): string =>
  text.includes("_x") ? text.replaceAll(/_x([0-9a-fA-F]{4})_/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16))) : text;

/** Collects the text of one cell or shared string: that of its `t` elements, but not of those that tell how to read it aloud. */
export class TextRuns {
  #parts: string[] = [];
  #isText = false;
  #phonetic = 0;

  open(name: string): void {
    if (name === "t") this.#isText = true;
    else if (name === "rPh") this.#phonetic += 1;
  }

  close(name: string): void {
    if (name === "t") this.#isText = false;
    else if (name === "rPh") this.#phonetic -= 1;
  }

  text(text: string): void {
    if (this.#isText && this.#phonetic === 0) this.#parts.push(text);
  }

  take(): string {
    const text = unescaped(this.#parts.join(""));
    this.#parts = [];
    return text;
  }
}

/** The texts that the cells of a workbook refer to by number, kept as bytes. */
export class SharedStrings {
  readonly #blocks: Buffer[] = [];
  /** For each text its block and its place in it. */
  #places = new Float64Array(1024);
  #count = 0;
  #used = BLOCK_BYTES;
  #bytes = 0;

  get count(): number {
    return this.#count;
  }

  /** The text with this number; undefined when there is none. */
  at(index: number): string | undefined {
    if (!Number.isInteger(index) || index < 0 || index >= this.#count) return undefined;
    const place = this.#places[index * 3] as number;
    const start = this.#places[index * 3 + 1] as number;
    return this.#blocks[place]?.toString("utf8", start, start + (this.#places[index * 3 + 2] as number));
  }

  async read(source: AsyncIterable<string>): Promise<void> {
    const parser = xmlParser();
    const runs = new TextRuns();
    const local = (name: string): string => name.slice(name.indexOf(":") + 1);
    parser.on("opentag", (tag) => runs.open(local(tag.name)));
    parser.on("text", (text) => runs.text(text));
    parser.on("cdata", (text) => runs.text(text));
    parser.on("closetag", (tag) => {
      const name = local(tag.name);
      runs.close(name);
      if (name === "si") this.#add(runs.take());
    });
    for await (const text of source) parser.write(text);
    parser.close();
  }

  #add(text: string): void {
    const bytes = Buffer.from(text, "utf8");
    this.#bytes += bytes.length;
    if (this.#bytes > MAX_BYTES) throw new Fault("file.bomb", { name: "The workbook's text", limit: "512 MiB" });
    if (this.#used + bytes.length > BLOCK_BYTES || this.#blocks.length === 0) {
      this.#blocks.push(Buffer.allocUnsafe(Math.max(BLOCK_BYTES, bytes.length)));
      this.#used = 0;
    }
    const block = this.#blocks.length - 1;
    bytes.copy(this.#blocks[block] as Buffer, this.#used);
    if (this.#places.length < (this.#count + 1) * 3) {
      const grown = new Float64Array(this.#places.length * 2);
      grown.set(this.#places);
      this.#places = grown;
    }
    this.#places.set([block, this.#used, bytes.length], this.#count * 3);
    this.#count += 1;
    this.#used += bytes.length;
  }
}
