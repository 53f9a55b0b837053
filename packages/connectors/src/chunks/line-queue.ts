import type { Piece } from "./write-chunks.ts";

const PIECE_BYTES = 1 << 20;
const MAX_WAITING = 2;
const NEWLINE = 0x0a;

interface Source {
  pause(): void;
  resume(): void;
}

/** Gathers lines that a client pushes into pieces, and makes the client wait for a slow reader. */
export class LineQueue implements AsyncIterable<Piece> {
  readonly #source: Source;
  #buffer = Buffer.allocUnsafe(PIECE_BYTES);
  #used = 0;
  #rows = 0;
  readonly #waiting: Piece[] = [];
  #ended = false;
  #error: Error | undefined;
  #wake: (() => void) | undefined;

  constructor(source: Source) {
    this.#source = source;
  }

  /** A row without its line end. */
  push(line: Uint8Array): void {
    if (this.#used + line.length + 1 > this.#buffer.length) this.#hand(line.length + 1);
    this.#buffer.set(line, this.#used);
    this.#used += line.length;
    this.#buffer[this.#used] = NEWLINE;
    this.#used += 1;
    this.#rows += 1;
  }

  end(): void {
    if (this.#rows > 0) this.#hand(0);
    this.#ended = true;
    this.#wake?.();
  }

  fail(error: Error): void {
    this.#error ??= error;
    this.#source.resume();
    this.#wake?.();
  }

  #hand(next: number): void {
    if (this.#rows > 0) this.#waiting.push({ bytes: this.#buffer.subarray(0, this.#used), rows: this.#rows });
    this.#buffer = Buffer.allocUnsafe(Math.max(PIECE_BYTES, next));
    this.#used = 0;
    this.#rows = 0;
    if (this.#waiting.length >= MAX_WAITING) this.#source.pause();
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Piece> {
    for (;;) {
      if (this.#error !== undefined) throw this.#error;
      const piece = this.#waiting.shift();
      if (piece !== undefined) {
        if (this.#waiting.length < MAX_WAITING) this.#source.resume();
        yield piece;
      } else if (this.#ended) return;
      else
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
    }
  }
}
