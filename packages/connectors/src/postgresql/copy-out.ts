import type { Duplex } from "node:stream";
import type { Piece } from "../chunks/index.ts";

const COPY_DATA = 0x64;
/** Messages that may come while rows do: CopyOutResponse, NoticeResponse, ParameterStatus, NotificationResponse. */
const PASSED_OVER = new Set([0x48, 0x4e, 0x53, 0x41]);
const HEADER_BYTES = 5;
const PIECE_BYTES = 1 << 20;
const MAX_WAITING = 2;

type DataListener = (data: Buffer) => void;

/** The parts of pg's connection that a query of our own is handed. */
interface PgConnection {
  readonly stream: Duplex;
  query(text: string): void;
}

/**
 * `COPY ... TO STDOUT` on a pg client, as pieces of whole rows. Rows are never looked into: the frames around them are taken off
 * and counted. Hand it to `client.query` and iterate; a slow reader slows the server down.
 */
export class CopyOut implements AsyncIterable<Piece> {
  readonly #text: string;
  #stream: Duplex | undefined;
  #listener: DataListener | undefined;
  readonly #header = Buffer.alloc(HEADER_BYTES);
  #headerBytes = 0;
  #left = 0;
  #isData = false;
  #buffer = Buffer.allocUnsafe(PIECE_BYTES);
  #used = 0;
  /** Where the last whole row ends. */
  #wholeBytes = 0;
  #rows = 0;
  readonly #waiting: Piece[] = [];
  #ended = false;
  #error: Error | undefined;
  #wake: (() => void) | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  submit(connection: PgConnection): void {
    const { stream } = connection;
    const [listener] = stream.listeners("data") as DataListener[];
    this.#stream = stream;
    this.#listener = listener;
    if (listener !== undefined) stream.off("data", listener);
    stream.on("data", this.#take);
    connection.query(this.#text);
  }

  readonly #take = (chunk: Buffer): void => {
    let at = 0;
    while (at < chunk.length) {
      if (this.#left > 0) {
        const end = Math.min(chunk.length, at + this.#left);
        if (this.#isData) this.#keep(chunk, at, end);
        this.#left -= end - at;
        at = end;
        if (this.#left === 0 && this.#isData) this.#endRow();
        continue;
      }
      const wanted = Math.min(HEADER_BYTES - this.#headerBytes, chunk.length - at);
      chunk.copy(this.#header, this.#headerBytes, at, at + wanted);
      this.#headerBytes += wanted;
      at += wanted;
      if (this.#headerBytes < HEADER_BYTES) return;
      this.#headerBytes = 0;
      const kind = this.#header[0] ?? 0;
      if (kind !== COPY_DATA && !PASSED_OVER.has(kind)) return this.#giveBack(Buffer.concat([this.#header, chunk.subarray(at)]));
      this.#isData = kind === COPY_DATA;
      this.#left = this.#header.readUInt32BE(1) - 4;
    }
  };

  #keep(chunk: Buffer, from: number, to: number): void {
    const size = to - from;
    if (this.#used + size > this.#buffer.length) {
      if (this.#wholeBytes > 0) this.#hand();
      if (this.#used + size > this.#buffer.length) {
        const larger = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, this.#used + size));
        this.#buffer.copy(larger, 0, 0, this.#used);
        this.#buffer = larger;
      }
    }
    chunk.copy(this.#buffer, this.#used, from, to);
    this.#used += size;
  }

  #endRow(): void {
    this.#rows += 1;
    this.#wholeBytes = this.#used;
  }

  /** Hands the whole rows so far to the reader; the beginning of a row that is still arriving stays. */
  #hand(): void {
    const next = Buffer.allocUnsafe(PIECE_BYTES);
    const begun = this.#buffer.subarray(this.#wholeBytes, this.#used);
    const fitting = begun.length > next.length ? Buffer.allocUnsafe(begun.length * 2) : next;
    begun.copy(fitting);
    this.#waiting.push({ bytes: this.#buffer.subarray(0, this.#wholeBytes), rows: this.#rows });
    this.#buffer = fitting;
    this.#used = begun.length;
    this.#wholeBytes = 0;
    this.#rows = 0;
    if (this.#waiting.length >= MAX_WAITING) this.#stream?.pause();
    this.#wake?.();
  }

  /** Rows are over, or the server complains: pg reads on by itself. */
  #giveBack(rest: Buffer): void {
    const stream = this.#stream;
    stream?.off("data", this.#take);
    if (this.#listener !== undefined) {
      stream?.on("data", this.#listener);
      this.#listener(rest);
    }
    stream?.resume();
  }

  /** Called by pg. */
  handleError(error: Error): void {
    this.#error = error;
    this.#wake?.();
  }

  /** Called by pg. */
  handleCommandComplete(): void {
    if (this.#wholeBytes > 0) this.#hand();
  }

  /** Called by pg. */
  handleReadyForQuery(): void {
    this.#ended = true;
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Piece> {
    for (;;) {
      const piece = this.#waiting.shift();
      if (piece !== undefined) {
        if (this.#waiting.length < MAX_WAITING) this.#stream?.resume();
        yield piece;
        continue;
      }
      if (this.#error !== undefined) throw this.#error;
      if (this.#ended) return;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
